"""Help asked for from outside: once per source, never said to whom, and somebody must look at it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from shared import clock
from tests.cases.factories import Agency, Body, Person, checked, new_agency, new_client, open_case
from tests.cases.test_clocks import after
from tests.stack import Stack

CANARY = "canary-51ce0d"


@pytest.fixture
async def referrals(stack: Stack) -> AsyncIterator[httpx.AsyncClient]:
    async with stack.service_client("cases", "referrals-api") as client:
        yield client


def asked_by(agency: Agency, **fields: Any) -> Body:
    return {
        "organization_id": str(agency.id),
        "source": "self_referral",
        "source_id": str(uuid4()),
        "given_name": "Mara",
        "family_name": f"Quint {uuid4().hex[:8]}",
        "birth_date": "1977-07-07",
        "language": "es",
        "email": "mara@example.org",
        "phone": "305 555 0142",
        "category": "food",
        "words": f"{CANARY} we have not eaten",
    } | fields


async def begin(referrals: httpx.AsyncClient, body: Body, status: int = 201) -> Body:
    return checked(await referrals.post("/v1/inquiries", json=body), status)


async def tasks_of(someone: Person, subject: str) -> dict[str, Body]:
    listed = await someone.get("/v1/tasks", limit=200)
    return {task["kind"]: task for task in listed["items"] if task["subject"] == subject}


async def test_an_inquiry_with_its_client_and_need(
    stack: Stack, agency: Agency, referrals: httpx.AsyncClient
) -> None:
    body = asked_by(agency)
    begun = await begin(referrals, body)
    assert set(begun) == {"case_id", "client_id"}
    intake = agency.intake_worker
    case = await intake.get(f"/v1/cases/{begun['case_id']}")
    assert (case["status"], case["owner_id"]) == ("inquiry", str(intake.id))
    due = datetime.fromisoformat(case["next_due_at"]) - clock.now()
    assert timedelta(hours=23) < due <= timedelta(hours=24)
    client = await intake.get(f"/v1/clients/{begun['client_id']}")
    assert (client["given_name"], client["language"]) == ("Mara", "es")
    assert {(c["kind"], c["value"], c["safe"], c["texts"]) for c in client["channels"]} == {
        ("email", "mara@example.org", True, False),
        ("phone", "305 555 0142", True, False),
    }
    (need,) = (await intake.get(f"/v1/cases/{case['id']}/needs"))["items"]
    assert (need["category"], need["status"], need["words"]) == ("food", "open", body["words"])
    sealed = await stack.rows("cases", "select words::text from need where id = $1", need["id"])
    assert CANARY.encode().hex() not in sealed[0]["words"]
    timeline = (await intake.get(f"/v1/cases/{case['id']}/timeline"))["items"]
    told = [(line["kind"], line["codes"], line["actor"]) for line in timeline]
    assert ("case.inquiry", ["self_referral"], None) in told
    trail = await stack.rows(
        "cases", "select basis, organization from audit where action = 'create_inquiry'"
    )
    assert {(row["basis"], row["organization"]) for row in trail} == {("self_referral", agency.id)}


async def test_the_same_source_is_the_same_inquiry(
    stack: Stack, agency: Agency, referrals: httpx.AsyncClient
) -> None:
    body = asked_by(agency, source="referral")
    answers = await asyncio.gather(*(begin(referrals, body) for _ in range(6)))
    assert len({(one["case_id"], one["client_id"]) for one in answers}) == 1
    assert await begin(referrals, body | {"given_name": "Other"}) == answers[0]
    name = body["family_name"]
    count = "select count(*) as n from client where family_name = $1"
    assert (await stack.rows("cases", count, name))[0]["n"] == 1
    other = await begin(referrals, body | {"source": "self_referral"})
    elsewhere = await new_agency(stack)
    theirs = await begin(referrals, body | {"organization_id": str(elsewhere.id)})
    assert len({answers[0]["case_id"], other["case_id"], theirs["case_id"]}) == 3


async def test_a_person_who_may_be_known_is_for_intake_to_decide(
    stack: Stack, agency: Agency, referrals: httpx.AsyncClient
) -> None:
    body = asked_by(agency, phone=None)
    known = {"given_name": "Mara", "family_name": body["family_name"], "birth_date": "1977-07-07"}
    # A colleague's, which intake does not read; and one that is absent for all but its owner.
    theirs = await open_case(agency.senior_case_manager, **known)
    hidden = await open_case(agency.senior_case_manager, **known)
    restricted = {"restricted": True}
    path = f"/v1/cases/{hidden['id']}"
    await agency.senior_case_manager.put(f"{path}/restriction", hidden["version"], restricted)
    begun = await begin(referrals, body)
    assert set(begun) == {"case_id", "client_id"}
    assert begun["client_id"] not in (theirs["client_id"], hidden["client_id"])
    intake = agency.intake_worker
    seen = await intake.get(f"/v1/cases/{begun['case_id']}/inquiry")
    assert (seen["source"], seen["source_id"]) == ("self_referral", body["source_id"])
    assert seen["possible_duplicates"] == [
        {
            "client_id": theirs["client_id"],
            "matched": ["name", "birth_date"],
            "readable": False,
        }
    ]
    path = f"/v1/cases/{theirs['id']}"
    await agency.senior_case_manager.put(f"{path}/restriction", theirs["version"], restricted)
    seen = await intake.get(f"/v1/cases/{begun['case_id']}/inquiry")
    assert seen["possible_duplicates"] == []
    waiting = await tasks_of(intake, begun["case_id"])
    assert set(waiting) == {"case_inquiry", "check_duplicate"}
    await intake.act(f"/v1/tasks/{waiting['check_duplicate']['id']}/complete")
    assert set(await tasks_of(intake, begun["case_id"])) == {"case_inquiry"}


async def test_a_stranger_has_no_duplicates_and_a_case_of_ones_own_no_source(
    agency: Agency, referrals: httpx.AsyncClient
) -> None:
    begun = await begin(referrals, asked_by(agency, birth_date=None, email=None, phone=None))
    path = f"/v1/cases/{begun['case_id']}/inquiry"
    assert (await agency.intake_worker.get(path))["possible_duplicates"] == []
    assert set(await tasks_of(agency.intake_worker, begun["case_id"])) == {"case_inquiry"}
    await agency.senior_case_manager.get(path, 404)
    own = await open_case(agency.case_manager)
    await agency.case_manager.get(f"/v1/cases/{own['id']}/inquiry", 404)


async def test_taken_or_turned_away_nothing_is_left_to_do(
    agency: Agency, referrals: httpx.AsyncClient
) -> None:
    intake = agency.intake_worker
    known = await new_client(intake, birth_date="1977-07-07")
    same = {"given_name": known["given_name"], "family_name": known["family_name"]}
    for act, body in (
        ("open", {"owner_id": str(agency.case_manager.id)}),
        ("screen-out", {"reason": "not_eligible", "pointed_to": "The pantry"}),
    ):
        begun = await begin(referrals, asked_by(agency, **same))
        await intake.act(f"/v1/cases/{begun['case_id']}/{act}", body)
        left = {"check_duplicate"} if act == "open" else set()
        assert set(await tasks_of(intake, begun["case_id"])) == left


async def test_nobody_looks_and_it_climbs(stack: Stack, referrals: httpx.AsyncClient) -> None:
    agency = await new_agency(stack)
    line = {
        "supervisor_id": str(agency.supervisor.id),
        "staff_id": str(agency.intake_worker.id),
    }
    await agency.admin.post("/v1/supervision-lines", line)
    begun = await begin(referrals, asked_by(agency))
    task = (await tasks_of(agency.intake_worker, begun["case_id"]))["case_inquiry"]
    assert task["escalated_at"] is None
    await after(stack, 1.1)
    task = (await tasks_of(agency.intake_worker, begun["case_id"]))["case_inquiry"]
    assert task["escalated_at"] is not None
    await after(stack, 5)
    assert "case_inquiry" in await tasks_of(agency.supervisor, begun["case_id"])


async def test_who_has_the_fewest_takes_the_next(
    stack: Stack, referrals: httpx.AsyncClient
) -> None:
    agency = await new_agency(stack)
    second = await _another_intake_worker(stack, agency)
    owners = []
    for _ in range(4):
        begun = await begin(referrals, asked_by(agency))
        [case] = await stack.rows(
            "cases", "select owner_id from care_case where id = $1", begun["case_id"]
        )
        owners.append(case["owner_id"])
    assert sorted(owners) == sorted([agency.intake_worker.id, second.id] * 2)


async def _another_intake_worker(stack: Stack, agency: Agency) -> Person:
    subject = uuid4()
    second = Person(subject, stack.client("cases", "intake_worker", agency.id, subject))
    await second.get("/v1/staff/me")
    return second


async def test_where_nobody_takes_inquiries_nothing_is_kept(
    stack: Stack, agency: Agency, referrals: httpx.AsyncClient
) -> None:
    body = asked_by(agency, organization_id=str(uuid4()))
    refused = await begin(referrals, body, 409)
    assert refused["type"] == "/problems/nobody-for-intake"
    for table in ("inquiry", "client"):
        rows = await stack.rows(
            "cases", f"select id from {table} where organization = $1", body["organization_id"]
        )
        assert rows == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "no address"},
        {"birth_date": str((datetime.now(UTC) + timedelta(days=3)).date())},
        {"source": "import"},
        {"category": "gold"},
        {"given_name": ""},
        {"words": "x" * 10_001},
    ],
)
async def test_what_cannot_be_is_refused(
    agency: Agency, referrals: httpx.AsyncClient, wrong: Body
) -> None:
    refused = await begin(referrals, asked_by(agency, **wrong), 422)
    assert refused["errors"][0]["pointer"] == f"/{next(iter(wrong))}"


async def test_only_referrals_may_begin_one(stack: Stack, agency: Agency) -> None:
    body = asked_by(agency)
    await agency.supervisor.post("/v1/inquiries", body, 403)
    async with stack.service_client("cases", "referrals-worker") as worker:
        await begin(worker, body, 403)
