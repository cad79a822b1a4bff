"""What the three documents allow and forbid, generated: no 5xx, and only answers that are declared.

Ids, and what is named inside bodies, come from the walk, so that requests reach what is really there;
If-Match is mended once from the 412 it gets. Each operation also succeeded, in the walk.
"""

import warnings
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any
from uuid import uuid4

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from deploy.openapi import document
from tests.contract.documents import operations
from tests.security.replay import person_of
from tests.security.walk import Walked
from tests.security.walk.people import Person

OPERATIONS = {operation.id: operation for operation in operations()}
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
UNSENDABLE = (UnicodeError, httpx.InvalidURL, ValueError)


@cache
def described(service: str) -> Any:
    return schemathesis.openapi.from_dict(document(service))


@cache
def cases_of(name: str, mode: GenerationMode) -> st.SearchStrategy[Case[Any]]:
    operation = described(OPERATIONS[name].service).find_operation_by_id(name)
    strategy: st.SearchStrategy[Case[Any]] = operation.as_strategy(generation_mode=mode)
    return strategy


@pytest.mark.parametrize("name", OPERATIONS)
@settings(
    max_examples=10,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
async def test_every_answer_is_one_that_is_declared(
    walked: Walked, name: str, data: st.DataObject
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the generator, about its own work
        case = data.draw(cases_of(name, data.draw(st.sampled_from(MODES))))
    exchange = walked.recorder.successes()[name][0]
    if data.draw(st.booleans()):
        case.path_parameters = dict(exchange.path)
    if isinstance(case.body, dict) and isinstance(exchange.body, dict):
        _name_what_is_there(case.body, exchange.body)
    if isinstance(case.query.get("wait"), int):
        case.query["wait"] = min(
            case.query["wait"], 0
        )  # nobody waits for an event that never comes
    for who in _identities(walked, exchange.token, person_of(walked.stack, exchange)):
        response = await _sent(who, OPERATIONS[name].service, case)
        if response is not None:
            case.validate_response(response, checks=CHECKS)


def _name_what_is_there(body: dict[str, Any], recorded: Mapping[str, Any]) -> None:
    for field, value in recorded.items():
        if field in body and field.endswith(("_id", "_ids")):
            body[field] = value


def _identities(walked: Walked, token: str, person: Person | None) -> list[Person]:
    """Whoever did it in the walk, and the same role elsewhere; a service, where it was one's."""
    if person is not None:
        return [person, replace(person, organization=uuid4(), id=uuid4())]
    return [walked.cast.service("referrals-worker") if token else walked.cast.nobody]


async def _sent(who: Person, service: str, case: Case[Any]) -> httpx.Response | None:
    """None where it is not HTTP that was generated."""
    async with who.http(service) as client:
        headers = {k: v for k, v in case.headers.items() if k.lower() != "authorization"}
        arguments = case.as_transport_kwargs(base_url=f"http://{service}")
        kept = {k: v for k, v in arguments.items() if k in ("method", "url", "params", "json")}
        try:
            request = client.build_request(**kept, headers=headers)
        except UNSENDABLE:
            return None
        response = await client.send(request)
        if response.status_code == 412 and "version" in response.json():
            request.headers["If-Match"] = f'"{response.json()["version"]}"'
            response = await client.send(request)
        return response
