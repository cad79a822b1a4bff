"""What is another's is absent: the same answer as for an id that nothing has, everywhere."""

from dataclasses import replace
from uuid import uuid4

import httpx
import pytest

from tests.contract.documents import operations
from tests.security.recorder import Exchange
from tests.security.replay import hidden, person_of
from tests.security.walk import Walked
from tests.security.walk.people import Person

NOT_HELD_BY_AN_ORGANIZATION = {
    # The directory's: whoever has the scope may, and is on record.
    "get_confidential_place",
    "clear_flags",
    # A clock's name is no id: every organization has its own.
    *("get_clock", "set_clock", "reset_clock"),
}
SEEN_BY_ALL_COLLEAGUES = {
    *("get_staff", "change_staff", "get_team", "set_team_members", "end_supervision_line"),
    *("get_receiver", "get_agreement", "change_agreement"),
    *("change_receiver", "list_capacity", "get_capacity", "set_capacity"),
    *("list_receiver_contacts", "add_receiver_contact", "change_receiver_contact"),
    *("get_help_page", "change_help_page"),
    *("get_webhook", "change_webhook", "delete_webhook", "list_webhook_deliveries"),
    *("rotate_webhook_secret", "pause_webhook", "resume_webhook", "replay_webhook"),
    "test_webhook",
    "complete_task",  # of a queue that the role serves
}
ASKED_BY_SERVICES = {"get_disclosure_standing", "decide_contact"}
IDENTIFIED = [
    operation.id
    for operation in operations()
    if "{" in operation.path
    and not operation.is_public
    and operation.id not in NOT_HELD_BY_AN_ORGANIZATION | ASKED_BY_SERVICES
]


def recorded(walked: Walked, operation: str) -> list[tuple[Person, Exchange]]:
    """What people did; a service's own token is of no organization."""
    exchanges = walked.recorder.successes()[operation]
    found = [(person_of(walked.stack, exchange), exchange) for exchange in exchanges]
    by_people = [(person, exchange) for person, exchange in found if person is not None]
    assert by_people
    return by_people


@pytest.mark.parametrize("operation", IDENTIFIED)
async def test_another_organizations_id_is_a_random_id(walked: Walked, operation: str) -> None:
    for person, exchange in recorded(walked, operation)[:2]:
        stranger = replace(person, organization=uuid4(), id=uuid4())
        real, nothing = await hidden(stranger, exchange)
        assert real.status == 404
        assert real == nothing


@pytest.mark.parametrize("operation", [o for o in IDENTIFIED if o not in SEEN_BY_ALL_COLLEAGUES])
async def test_a_colleagues_case_is_a_random_id(walked: Walked, operation: str) -> None:
    for person, exchange in recorded(walked, operation)[:2]:
        role = "case_manager" if person.role == "receiver" else person.role
        sender = walked.cast.case_manager.organization
        colleague = replace(person, role=role, organization=sender, id=uuid4())
        real, nothing = await hidden(colleague, exchange)
        assert real.status == 404
        assert real == nothing


@pytest.mark.parametrize("operation", sorted(ASKED_BY_SERVICES))
async def test_a_service_that_names_the_wrong_organization_learns_nothing(
    walked: Walked, operation: str
) -> None:
    exchange = walked.recorder.successes()[operation][0]
    holder, other = str(walked.cast.case_manager.organization), str(uuid4())
    request = httpx.Request(
        exchange.request.method,
        str(exchange.request.url).replace(holder, other),
        headers={"content-type": "application/json"},
        content=exchange.sent.replace(holder.encode(), other.encode()),
    )
    swapped = replace(exchange, request=request, sent=request.content)
    real, nothing = await hidden(walked.cast.service("referrals-api"), swapped)
    assert real.status == 404
    assert real == nothing
