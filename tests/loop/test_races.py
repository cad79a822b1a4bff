"""What two do at one moment, and what is told late or twice: nothing is lost or done again."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from shared import clock
from tests.loop.batch import REREAD
from tests.referrals.world import Body, Need, Person, Simulation, World, new_world
from tests.stack import Stack


@pytest.fixture(scope="module")
async def world(stack: Stack) -> World:
    return await new_world(stack)


async def expired(world: World, need: Need, **fields: Any) -> Body:
    referral = await world.sent(need, **fields)
    await world.stack.rows(
        "referrals", "update referral set status = 'expired' where id = $1", referral["id"]
    )
    return referral


@pytest.mark.parametrize("turn", range(5))
async def test_two_late_acceptances_for_one_need_do_not_both_win(world: World, turn: int) -> None:
    need = await world.need()
    first = await expired(world, need)
    second = await expired(world, need, previous_referral_id=first["id"])
    http = world.desk.http("referrals")
    answers = await asyncio.gather(
        *(http.post(f"/v1/referrals/{r['id']}/accept", json={}) for r in (first, second))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_a_late_acceptance_is_too_late_once_the_case_is_over(world: World) -> None:
    need = await world.need()
    referral = await expired(world, need)
    closing = {"reason": "safety", "explanation": "At once."}
    path = f"/v1/cases/{need.case_id}/close-now"
    await world.supervisor.in_cases(path, closing, status=200)
    await world.stack.settle("cases", "referrals")
    refused = await world.desk.act(referral, "accept", status=409)
    assert refused["code"] == "case_not_open"


async def end_case(world: World, need: Need) -> None:
    closing = {"reason": "safety", "explanation": "At once."}
    path = f"/v1/cases/{need.case_id}/close-now"
    await world.supervisor.in_cases(path, closing, status=200)


async def end_need(world: World, need: Need) -> None:
    await world.worker.in_cases(f"/v1/needs/{need.id}/withdraw", {"reason": "moved"}, status=200)


@pytest.mark.parametrize("end", [end_case, end_need])
async def test_nothing_is_drafted_for_what_ended_meanwhile(
    world: World, monkeypatch: pytest.MonkeyPatch, end: Any
) -> None:
    need = await world.need()
    earlier = await world.draft(need)
    directory = world.neighbours.apps["resources"]

    class Slow(httpx.AsyncBaseTransport):
        """cases has answered already; the directory takes its time."""

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            await end(world, need)
            await world.stack.settle("cases", "referrals")
            return await directory.handle_async_request(request)

    with monkeypatch.context() as meanwhile:
        meanwhile.setitem(world.neighbours.apps, "resources", Slow())
        await world.draft(need, status=409)
    await world.draft(need, status=409)
    assert (await world.status(earlier))[0] == "discarded"


async def test_a_live_referral_of_a_case_that_is_over_is_the_supervisors(world: World) -> None:
    need = await world.need()
    referral = await world.sent(need)
    await end_case(world, need)
    await world.stack.settle("cases", "referrals")
    row = await world.supervisor.get(f"/v1/referrals/{referral['id']}")
    assert (row["status"], row["attention"]) == ("sent", "supervisor")


async def test_a_death_ends_what_was_begun_for_the_client(world: World) -> None:
    need = await world.need()
    sent = await world.sent(need)
    draft = await world.draft(need, previous_referral_id=sent["id"])
    http = world.worker.http("cases")
    path = f"/v1/clients/{need.client_id}"
    match = {"If-Match": (await http.get(path)).headers["etag"]}
    died = {"deceased_on": str(clock.now().date())}
    assert (await http.patch(path, json=died, headers=match)).status_code == 200
    await world.stack.settle("cases", "referrals")
    await world.draft(need, status=409)
    for referral, status in ((draft, "discarded"), (sent, "withdrawn")):
        row = await world.worker.get(f"/v1/referrals/{referral['id']}")
        assert (row["status"], row["reason"]) == (status, "deceased")


async def test_a_need_that_is_no_longer_open_is_not_referred(world: World) -> None:
    need = await world.need()
    draft = await world.draft(need)
    await end_need(world, need)  # and referrals has not heard of it yet
    await world.worker.act(draft, "send", status=409)


async def test_a_clock_gives_way_to_who_holds_its_row(stack: Stack, world: World) -> None:
    """A person changing a note holds it and wants its clock; the clock must not wait for the note."""
    need = await world.need()
    note = {
        "kind": "phone",
        "title": "A call",
        "body": "Called.",
        "contacted_at": str(clock.now()),
        "minutes": 5,
    }
    made = await world.worker.in_cases(f"/v1/cases/{need.case_id}/notes", note)
    await world.worker.in_cases(f"/v1/notes/{made['id']}/sign", status=200)
    person = await asyncpg.connect(stack.urls["cases"].migrator.replace("+asyncpg", ""))
    later = datetime.now(UTC) + timedelta(hours=25)
    try:
        async with asyncio.timeout(10), person.transaction():
            await person.execute("select from note where id = $1 for update", made["id"])
            async with asyncio.timeout(3):
                await stack.steps["cases"]["deadlines"](later)
            await person.execute("delete from deadline where subject = $1", made["id"])
    finally:
        await person.close()
    row = await world.worker.http("cases").get(f"/v1/notes/{made['id']}")
    assert row.json()["status"] == "signed"


async def test_a_teams_supervisor_approves_what_is_sent(world: World) -> None:
    """My team's: read and approve, also without a line to the owner."""
    entry, admin = world.people["case_manager_entry"], world.people["admin"]
    lead = Person(uuid4(), "supervisor", world.sender, world.stack)
    assert (await lead.http("cases").get("/v1/staff/me")).status_code == 200
    team = await admin.in_cases("/v1/teams", {"name": "East"})
    members = {"staff_ids": [str(entry.id), str(lead.id)]}
    answer = await admin.http("cases").put(
        f"/v1/teams/{team['id']}/members", json=members, headers={"If-Match": '"1"'}
    )
    assert answer.status_code == 200, answer.text
    need = await world.need(owner=entry)
    await world.stack.settle("cases", "referrals")
    draft = await world.draft(need, by=entry)
    await entry.act(draft, "submit")
    assert (await lead.act(draft, "approve"))["status"] == "sent"


async def test_a_consent_that_ran_out_is_told_once_however_often_it_is_read(world: World) -> None:
    # Last of these: the services keep the tokens that they got under its clock.
    need = await world.need(consent=False)
    await world.consent(need, expires_on=str(clock.now().date()))
    referral = await world.accepted(need)
    simulation = Simulation(clock.now() + timedelta(days=1))
    with simulation.running():
        await world.stack.settle("cases", "referrals")
        await world.stack.settle("cases", "referrals")
        before = await world.worker.get(f"/v1/referrals/{referral['id']}/history")
        assert [e["reason"] for e in before["items"]].count("consent_expired") == 1
        await world.stack.rows("cases", REREAD)
        await world.stack.settle("cases", "referrals")
        assert await world.worker.get(f"/v1/referrals/{referral['id']}/history") == before
