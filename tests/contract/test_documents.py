"""What front ends and integrators may rely on in every operation of the three documents."""

from collections import Counter
from typing import Any

import pytest

from tests.contract.documents import Operation, operations

OPERATIONS = list(operations())
EACH = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda o: f"{o.service}:{o.id}")


@EACH
def test_an_operation_says_what_it_is_and_how_it_fails(operation: Operation) -> None:
    definition = operation.definition
    assert definition["operationId"].islower()
    assert definition["summary"]
    assert definition.get("description"), "the docstring of the route says what it does"
    responses = definition["responses"]
    assert any(status.startswith("2") for status in responses)
    if "{" in operation.path and not operation.path.startswith("/v1/events"):
        assert "404" in responses
    if operation.method in ("put", "patch", "delete"):
        assert {"412", "428"} <= responses.keys()
    for status, response in responses.items():
        if status[0] in "45" and not operation.path.startswith("/answer"):
            assert "application/problem+json" in response["content"], status


def test_operation_ids_and_paths_are_unique_over_all_three() -> None:
    ids = Counter(operation.id for operation in OPERATIONS)
    assert [name for name, count in ids.items() if count > 1] == []
    owners: dict[str, set[str]] = {}
    for operation in OPERATIONS:
        owners.setdefault(operation.path, set()).add(operation.service)
    assert {path: who for path, who in owners.items() if len(who) > 1} == {}


@EACH
def test_what_is_sent_is_bounded(operation: Operation) -> None:
    unbounded: list[str] = []
    for parameter in operation.definition.get("parameters", []):
        _walk(
            operation,
            parameter["schema"],
            f"{parameter['in']}:{parameter['name']}",
            unbounded,
            set(),
        )
    if operation.body is not None:
        _walk(operation, operation.body, "", unbounded, set())
    assert unbounded == []


def _walk(
    operation: Operation, schema: dict[str, Any], where: str, unbounded: list[str], seen: set[str]
) -> None:
    """Collects every string, list, number and object that has no bound."""
    name = schema.get("$ref", "")
    if name in seen:
        return
    schema = operation.resolve(schema)
    seen = seen | {name} if name else seen
    for option in (*schema.get("anyOf", []), *schema.get("oneOf", []), *schema.get("allOf", [])):
        _walk(operation, option, where, unbounded, seen)
    closed = "enum" in schema or "const" in schema or "format" in schema
    match schema.get("type"):
        case "string" if not closed and not schema.keys() & {"maxLength", "pattern"}:
            unbounded.append(where)
        case "integer" | "number" if not closed and not (
            schema.keys() & {"maximum", "exclusiveMaximum"}
            and schema.keys() & {"minimum", "exclusiveMinimum"}
        ):
            unbounded.append(where)
        case "array":
            if "maxItems" not in schema:
                unbounded.append(where)
            _walk(operation, schema.get("items", {}), f"{where}[]", unbounded, seen)
        case "object":
            extra = schema.get("additionalProperties", True)
            if extra is not False and "maxProperties" not in schema:
                unbounded.append(f"{where} (open object)")
            for field, inner in schema.get("properties", {}).items():
                _walk(operation, inner, f"{where}/{field}", unbounded, seen)
