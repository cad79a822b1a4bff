"""What a referral leaves the worker to do: what is still needed after "partly", and a dispute."""

from datetime import timedelta

import pytest

from services.cases.clocks import business_days_after
from shared import clock
from tests.cases.factories import Agency, Body, Person, new_agency, new_need, open_case
from tests.cases.test_clocks import after
from tests.cases.test_needs import Referral
from tests.stack import Stack


@pytest.fixture
async def referral(stack: Stack, agency: Agency) -> Referral:
    case = await open_case(agency.case_manager)
    return Referral(stack, agency, await new_need(agency.case_manager, case["id"]))


async def left(someone: Person, referral: Referral) -> dict[str, Body]:
    listed = await someone.get("/v1/tasks", limit=200)
    return {t["kind"]: t for t in listed["items"] if t["subject"] == str(referral.id)}


async def made(referral: Referral) -> list[tuple[str, str]]:
    rows = await referral.stack.rows(
        "cases",
        "select kind, status from task where subject = $1 order by created_at, id",
        referral.id,
    )
    return [(row["kind"], row["status"]) for row in rows]


def in_business_days(days: int, due_at: str) -> bool:
    expected = business_days_after(clock.now(), days)
    return abs(expected - clock.now().fromisoformat(due_at)) < timedelta(minutes=2)


async def test_partly_leaves_one_task_with_the_worker(referral: Referral) -> None:
    worker = referral.agency.case_manager
    await referral.now("sent")
    assert await left(worker, referral) == {}
    need = await referral.now("closed", "partial")
    assert need["status"] == "partly_met"
    (task,) = (await left(worker, referral)).values()
    assert (task["kind"], task["case_id"]) == ("follow_partial", referral.need["case_id"])
    assert in_business_days(5, task["due_at"])
    await referral.now("closed", "partial", version=referral.version)
    assert (await left(worker, referral))["follow_partial"]["version"] == task["version"]
    await worker.act(f"/v1/tasks/{task['id']}/complete")
    await referral.now("closed", "partial")
    assert await made(referral) == [("follow_partial", "completed")]


async def test_partly_and_then_wholly_asks_nothing_more(referral: Referral) -> None:
    await referral.now("sent")
    await referral.now("closed", "partial")
    await referral.now("closed", "confirmed")
    assert await made(referral) == [("follow_partial", "cancelled")]
    await referral.now("closed", "partial")
    assert await made(referral) == [("follow_partial", "cancelled"), ("follow_partial", "open")]
    await referral.now("entered_in_error", "partial")
    assert [status for _, status in await made(referral)] == ["cancelled", "cancelled"]


async def test_a_dispute_is_the_owners_until_it_is_resolved(referral: Referral) -> None:
    worker = referral.agency.case_manager
    await referral.now("awaiting_confirmation", "provider_only")
    await referral.now("disputed", "disputed")
    task = (await left(worker, referral))["resolve_dispute"]
    assert in_business_days(2, task["due_at"])
    refused = await worker.act(f"/v1/tasks/{task['id']}/complete", status=409)
    assert refused["type"] == "/problems/action-not-allowed"
    await referral.now("disputed", "disputed")
    assert (await left(worker, referral))["resolve_dispute"]["due_at"] == task["due_at"]
    await referral.now("closed", "disputed")
    assert await made(referral) == [("resolve_dispute", "cancelled")]
    await referral.now("disputed", "disputed")  # contradicted once more
    assert await made(referral) == [("resolve_dispute", "cancelled"), ("resolve_dispute", "open")]


async def test_events_that_come_twice_or_late_change_nothing(referral: Referral) -> None:
    await referral.now("disputed", "disputed")
    await referral.now("closed", "partial")
    before = await made(referral)
    await referral.now("disputed", "disputed", version=1)
    await referral.now("closed", "partial", version=2)
    assert await made(referral) == before
    assert before == [("resolve_dispute", "cancelled"), ("follow_partial", "open")]


async def test_the_task_goes_with_the_case_and_climbs(stack: Stack) -> None:
    agency = await new_agency(stack)
    worker, senior = agency.case_manager, agency.senior_case_manager
    case = await open_case(worker)
    referral = Referral(stack, agency, await new_need(worker, case["id"]))
    await referral.now("disputed", "disputed")
    owner = {"owner_id": str(senior.id)}
    await agency.supervisor.put(f"/v1/cases/{case['id']}/owner", case["version"], owner)
    assert set(await left(senior, referral)) == {"resolve_dispute"}
    assert await left(worker, referral) == {}
    await after(stack, 5)
    assert (await left(senior, referral))["resolve_dispute"]["escalated_at"] is not None
    await after(stack, 9)
    assert set(await left(agency.supervisor, referral)) == {"resolve_dispute"}
