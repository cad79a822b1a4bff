"""Agreements with partners: where one has run out nothing new is told, and somebody is warned before."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from shared import clock
from tests.cases.factories import (
    Agency,
    Body,
    Person,
    checked,
    disclosure_request,
    new_agency,
    new_consent,
    new_need,
    open_case,
    person,
)
from tests.cases.test_clocks import after, tasks_of
from tests.stack import Stack


def day(offset: int) -> str:
    return str(clock.now().date() + timedelta(days=offset))


async def agree(agency: Agency, partner: UUID, begins: int, ends: int | None) -> Body:
    body = {
        "partner_id": str(partner),
        "partner_name": "Harbour Shelter",
        "starts_on": day(begins),
        "ends_on": None if ends is None else day(ends),
    }
    return await agency.admin.post("/v1/agreements", body)


async def asked_of(agency: Agency, partner: UUID, **fields: Any) -> Body:
    worker = agency.case_manager
    case = await open_case(worker)
    need = await new_need(worker, case["id"])
    await new_consent(worker, case["id"], partner)
    return disclosure_request(agency, need["id"], partner, **fields)


async def refused(person: Person, asked: Body) -> str | None:
    answer: httpx.Response = await person.http.post("/v1/disclosures", json=asked)
    return None if answer.is_success else str(answer.json()["type"]).removeprefix("/problems/")


@pytest.mark.parametrize(
    ("agreements", "problem"),
    [
        ([], None),
        ([(-9, None)], None),
        ([(-9, 0)], None),  # its last day
        ([(-9, -1)], "agreement-expired"),
        ([(1, 30)], "agreement-expired"),  # not begun
        ([(-90, -30), (-9, -1)], "agreement-expired"),
        ([(-90, -30), (-9, 9)], None),
    ],
)
async def test_only_under_an_agreement_in_force_where_there_was_one(
    agency: Agency, agreements: list[tuple[int, int | None]], problem: str | None
) -> None:
    partner = uuid4()
    for begins, ends in agreements:
        await agree(agency, partner, begins, ends)
    asked = await asked_of(agency, partner)
    assert await refused(agency.case_manager, asked) == problem


async def test_the_partners_organization_counts_too(agency: Agency) -> None:
    organization = uuid4()
    await agree(agency, organization, -9, -1)
    asked = await asked_of(agency, uuid4(), recipient_organization_id=str(organization))
    assert await refused(agency.case_manager, asked) == "agreement-expired"


async def test_what_was_disclosed_stands_and_a_repeat_of_it_too(
    stack: Stack, agency: Agency
) -> None:
    worker, admin, partner = agency.case_manager, agency.admin, uuid4()
    agreement = await agree(agency, partner, -9, 9)
    asked = await asked_of(agency, partner)
    given = await worker.act("/v1/disclosures", asked)
    path = f"/v1/agreements/{agreement['id']}"
    ended = await admin.put(path, agreement["version"], {"ends_on": day(-1)})
    assert (ended["ends_on"], ended["version"]) == (day(-1), 2)
    assert (await worker.act("/v1/disclosures", asked))["id"] == given["id"]
    async with stack.service_client("cases", "referrals-api") as referrals:
        params = {"organization_id": str(agency.id)}
        standing = await referrals.get(f"/v1/disclosures/{given['id']}/standing", params=params)
        assert checked(standing, 200)["stands"]
    again = asked | {"referral_id": str(uuid4())}
    assert await refused(worker, again) == "agreement-expired"
    await admin.put(path, 2, {"ends_on": None})
    assert await refused(worker, again) is None


async def test_it_is_ended_or_extended_by_who_read_it(agency: Agency) -> None:
    agreement = await agree(agency, uuid4(), -9, 9)
    path = f"/v1/agreements/{agreement['id']}"
    read = await agency.case_manager.http.get(path)
    assert read.headers["etag"] == '"1"'
    assert (await agency.admin.http.put(path, json={"ends_on": day(3)})).status_code == 428
    await agency.case_manager.put(path, 1, {"ends_on": day(3)}, 403)
    wrong = await agency.admin.put(path, 1, {"ends_on": day(-10)}, 422)
    assert wrong["errors"][0]["pointer"] == "/ends_on"
    await agency.admin.put(path, 1, {"ends_on": day(3)})
    await agency.admin.put(path, 1, {"ends_on": day(4)}, 412)
    await agency.admin.get(f"/v1/agreements/{uuid4()}", 404)


async def renewals(someone: Person, agreement: Body) -> list[tuple[str, bool]]:
    found = await tasks_of(someone, agreement["id"])
    assert {task["kind"] for task in found} <= {"renew_agreement"}
    return [(task["due_at"][:10], task["escalated_at"] is not None) for task in found]


async def test_it_is_warned_of_twice_before_it_ends(stack: Stack) -> None:
    agency = await new_agency(stack)
    coordinator = person(stack, "network_coordinator", agency.id)
    agreement = await agree(agency, uuid4(), 0, 60)
    lasting = await agree(agency, uuid4(), 0, None)
    over = day(61)
    for days, warned in ((29, []), (32, [(over, False)]), (55, [(over, True)])):
        await after(stack, days)
        for someone in (agency.admin, coordinator):
            assert await renewals(someone, agreement) == warned
            assert await renewals(someone, lasting) == []
    assert await tasks_of(agency.supervisor, agreement["id"]) == []
    path = f"/v1/agreements/{agreement['id']}"
    await agency.admin.put(path, 1, {"ends_on": day(400)})
    assert await renewals(agency.admin, agreement) == []
    await after(stack, 372)
    assert await renewals(coordinator, agreement) == [(day(401), False)]
    task = (await tasks_of(coordinator, agreement["id"]))[0]
    await coordinator.act(f"/v1/tasks/{task['id']}/complete")
    await after(stack, 395)  # said to be done, and it still ends
    assert await renewals(agency.admin, agreement) == [(day(401), True)]


async def test_nobody_is_warned_where_another_goes_on_or_it_is_over(stack: Stack) -> None:
    agency = await new_agency(stack)
    partner = uuid4()
    first = await agree(agency, partner, -9, 10)
    await agree(agency, partner, 11, 400)
    past = await agree(agency, uuid4(), -90, -9)
    await after(stack, 5)
    for agreement in (first, past):
        assert await renewals(agency.admin, agreement) == []


async def test_left_undone_it_stays_in_the_queue(stack: Stack) -> None:
    agency = await new_agency(stack)
    agreement = await agree(agency, uuid4(), 0, 10)
    for days in (1, 12, 20, 40):
        await after(stack, days)
    (task,) = await tasks_of(agency.admin, agreement["id"])
    assert (task["queue"], task["escalated_at"] is not None) == ("agreements", True)


async def test_an_admin_sees_no_task_of_a_client(stack: Stack, agency: Agency) -> None:
    case = await open_case(agency.case_manager)
    await after(stack, 60)
    kinds = {task["kind"] for task in (await agency.admin.get("/v1/tasks", limit=200))["items"]}
    assert kinds <= {"renew_agreement"}
    assert await tasks_of(agency.admin, case["id"]) == []
