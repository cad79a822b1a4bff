"""Who may call what, over HTTP: every operation x every role, against a table kept by hand.

An operation that is not in tests/security/matrix.csv fails: whoever adds one decides who may call it.
The table says, per operation, `public`, `link`, or the roles and service clients that may call it.
"""

import csv
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from deploy.issuer import CLIENT_SCOPES, ROLES
from tests.contract.documents import Operation, operations
from tests.stack import Stack

TABLE = Path(__file__).with_name("matrix.csv")
OPERATIONS = {operation.id: operation for operation in operations()}
EVERYONE = (*ROLES, *CLIENT_SCOPES)


def table() -> dict[str, set[str]]:
    with TABLE.open() as file:
        return {row["operation"]: set(row["allowed"].split()) for row in csv.DictReader(file)}


def test_every_operation_is_in_the_table_and_every_row_is_an_operation() -> None:
    assert set(table()) == set(OPERATIONS)


def _path(operation: Operation) -> str:
    path = operation.path
    for parameter in operation.definition.get("parameters", []):
        if parameter["in"] == "path":
            path = path.replace("{" + parameter["name"] + "}", str(uuid4()))
    return path


async def _call(client: httpx.AsyncClient, operation: Operation) -> httpx.Response:
    body: dict[str, Any] = {} if operation.body is None else {"json": {}}
    return await client.request(operation.method, _path(operation), **body)


@pytest.mark.parametrize("name", OPERATIONS)
async def test_only_those_of_the_table_may_call(stack: Stack, name: str) -> None:
    operation, allowed = OPERATIONS[name], table()[name]
    async with stack.client(operation.service) as nobody:
        anonymous = await _call(nobody, operation)
    if allowed & {"public", "link"}:
        assert anonymous.status_code not in (401, 403)
        return
    assert anonymous.status_code == 401
    wrong = {}
    for caller in EVERYONE:
        client = (
            stack.service_client(operation.service, caller)
            if caller in CLIENT_SCOPES
            else stack.client(operation.service, caller)
        )
        async with client:
            answer = await _call(client, operation)
        assert answer.status_code < 500, answer.text
        refused = answer.status_code in (401, 403)
        if refused == (caller in allowed):
            wrong[caller] = answer.status_code
    assert wrong == {}
