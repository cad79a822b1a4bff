"""Rules about the shape of the code that no linter has."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SERVICES = ("cases", "resources", "referrals")
MODULES = sorted(p for top in ("services", "shared", "deploy") for p in (ROOT / top).rglob("*.py"))
SHARED = sorted((ROOT / "shared").rglob("*.py"))
VAGUE = {"utils", "helpers", "common", "misc", "base", "constants", "manager", "service", "flows"}
LONGEST_MODULE, LONGEST_SHARED, LONGEST_FUNCTION = 400, 220, 60


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


@cache
def imports(path: Path) -> frozenset[str]:
    return frozenset(_imports(path))


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_modules_are_short_and_say_what_they_are(path: Path) -> None:
    source = path.read_text()
    assert path.stem not in VAGUE
    if "migrations" in path.parts:
        return
    longest = LONGEST_SHARED if path in SHARED else LONGEST_MODULE
    assert source.count("\n") <= longest
    if source and path.stem != "__init__":
        assert ast.get_docstring(parsed(path)), "say in one line why the module exists"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_functions_are_short(path: Path) -> None:
    if "migrations" in path.parts:
        return
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    for node in ast.walk(parsed(path)):
        if isinstance(node, functions) and node.end_lineno is not None:
            length = node.end_lineno - node.lineno
            assert length <= LONGEST_FUNCTION, f"{node.name} has {length} lines"


def test_shared_holds_only_what_two_services_use() -> None:
    graph = {dotted(path): imports(path) for path in MODULES}

    def reached(service: str) -> set[str]:
        found: set[str] = set()
        left = [module for module in graph if module.startswith(f"services.{service}")]
        while left:
            module = left.pop()
            if module not in found:
                found.add(module)
                left += [name for name in graph[module] if name in graph]
        return found

    users = {service: reached(service) for service in SERVICES}
    lonely = [
        module
        for path in SHARED
        if path.read_text()
        for module in [dotted(path)]
        if sum(module in used for used in users.values()) < 2
    ]
    assert lonely == []


def test_only_tokens_imports_jose_and_only_http_imports_httpx() -> None:
    """One import point each: both may have to be exchanged one day."""
    importers = {
        library: [
            name_of(path)
            for path in MODULES
            if path.parts[len(ROOT.parts)] != "deploy"
            and any(name.split(".")[0] == library for name in imports(path))
        ]
        for library in ("jose", "httpx")
    }
    assert importers == {"jose": ["shared/tokens.py"], "httpx": ["shared/http.py"]}
