"""What the documents list is what there is."""

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from deploy.postgres import SERVICES
from shared import edge, errors, etag, http, idempotency, rate_limit
from shared.errors import Problem
from shared.events import log

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("deploy/**/*.md")]
)
LINK = re.compile(r"\]\((?!\w+:)([^)#]+)[^)]*\)")
ROW = re.compile(r"^\| `([a-z-]+)` \| (\w+)", re.MULTILINE)
FRAMEWORK = {"no-such-path": "404", "method-not-allowed": "405", "http": "any"}
"""Refusals that no class of ours declares."""
MODULES = [edge, errors, etag, http, idempotency, rate_limit, log]


def problems() -> Iterator[type[Problem]]:
    services = [import_module(f"services.{service}.errors") for service in SERVICES]
    for module in [*MODULES, *services]:
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, Problem) and hasattr(value, "type"):
                yield value


def test_every_kind_of_problem_is_explained() -> None:
    listed = dict(ROW.findall((ROOT / "docs" / "problems.md").read_text()))
    declared = {problem.type: str(problem.status) for problem in problems()}
    assert listed == declared | FRAMEWORK | {"neighbour-refused": "as"}


def test_every_decision_is_in_the_index() -> None:
    folder = ROOT / "docs" / "adr"
    pages = sorted(page.name for page in folder.glob("0*.md"))
    assert LINK.findall((folder / "README.md").read_text()) == pages
    assert [int(name[:4]) for name in pages] == list(range(1, len(pages) + 1))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    for target in LINK.findall(document.read_text()):
        assert (document.parent / target).exists(), target
