"""Lists in the how-to pages are whole: nothing that is there is left out, nothing told that is not."""

import re
from collections.abc import Iterator

import pytest
from pydantic import SecretStr
from pydantic_core import PydanticUndefined

from services.cases.settings import Settings as CasesSettings
from services.referrals.lifecycle.clocks import LADDERS, Clock, Wait
from services.referrals.settings import Settings as ReferralsSettings
from services.resources.imports.problems import CODES
from services.resources.settings import Settings as ResourcesSettings
from shared.logging import ALLOWED
from shared.metrics import Metrics
from shared.schemas.referrals import LoopResult
from shared.settings import ServiceSettings
from tests.conftest import ROOT

SETTINGS = (ServiceSettings, CasesSettings, ResourcesSettings, ReferralsSettings)
CODE = re.compile(r"`([^`\n]+)`")


def rows(page: str, heading: str) -> dict[str, list[str]]:
    """The rows of the table whose first column is headed so, by their first cell."""
    found: dict[str, list[str]] = {}
    within = False
    for line in (ROOT / "docs" / page).read_text().splitlines():
        cells = [cell.strip().strip("`") for cell in line.strip("|").split("|")]
        starts = line.startswith("|") and cells[0] == heading
        within = line.startswith("|") and (within or starts)
        if within and not starts and set(cells[0]) != {"-"}:
            found[cells[0]] = cells[1:]
    return found


def settings() -> Iterator[tuple[str, str]]:
    """Each variable, and what it is when nobody sets it."""
    for owner in SETTINGS:
        for name, field in owner.model_fields.items():
            value = field.default
            if value is PydanticUndefined:
                told = "required"
            elif isinstance(value, SecretStr):
                told = value.get_secret_value() or "empty"
            else:
                told = "empty" if value in ("", None) else str(value)
            yield f"CARELOOP_{name.upper()}", told


def metrics() -> Iterator[str]:
    for family in Metrics().registry.collect():
        yield family.name + ("_total" if family.type == "counter" else "")


def told(wait: Wait) -> str:
    if wait == Wait():
        return "at once"
    count, unit = max(
        (wait.business_days, "business day"), (wait.days, "day"), (wait.hours, "hour")
    )
    return f"{count} {unit}{'s' if count > 1 else ''}"


def test_every_setting_is_listed_with_its_default() -> None:
    listed = {name: cells[0] for name, cells in rows("operating.md", "setting").items()}
    assert listed == dict(settings())


def test_every_metric_is_listed() -> None:
    assert rows("operating.md", "metric").keys() == set(metrics())


def test_every_log_key_is_listed() -> None:
    logs = (ROOT / "docs" / "operating.md").read_text().partition("## Logs")[2]
    paragraph = logs.strip().split("\n\n")[1]
    assert set(CODE.findall(paragraph)) == ALLOWED


def test_every_problem_of_an_import_is_explained() -> None:
    listed = {code: tuple(cells) for code, cells in rows("imports.md", "problem").items()}
    assert listed == CODES


@pytest.mark.parametrize(
    ("heading", "names"), [("clock", set(map(str, Clock))), ("loop", set(map(str, LoopResult)))]
)
def test_every_clock_and_every_loop_result_is_explained(heading: str, names: set[str]) -> None:
    assert rows("referrals.md", heading).keys() == names


@pytest.mark.parametrize("clock", Clock)
def test_each_clock_waits_for_whom_and_as_long_as_told(clock: Clock) -> None:
    _, waits_for, first, *_ = rows("referrals.md", "clock")[clock]
    ladder = LADDERS[clock]
    assert waits_for == ladder.waits_for
    assert first.partition(";")[0] == (
        "its review date" if clock is Clock.HOLD else told(ladder.first)
    )
