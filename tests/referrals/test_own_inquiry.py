"""The receiver's own inquiry: the same person, in its own records, by what the packet says."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from tests.referrals.world import Body, Person, World, checked


@pytest.fixture(scope="module")
async def intake(world: World) -> Person:
    """Who takes inquiries at the receiver."""
    person = Person(uuid4(), "intake_worker", world.provider, world.stack)
    checked(await person.http("cases").get("/v1/staff/me"), 200)
    return person


async def opened(world: World, referral: Body, status: int = 200) -> Body:
    return await world.desk.act(referral, "open_inquiry", status=status)


async def rows(world: World, referral: Body) -> list[dict[str, Any]]:
    return await world.stack.rows(
        "cases",
        "select c.organization, c.id, p.given_name, p.birth_date from inquiry i "
        "join care_case c on c.id = i.case_id join client p on p.id = i.client_id "
        "where i.source_id = $1",
        referral["id"],
    )


async def test_it_is_in_the_receivers_records_and_theirs_to_see(
    world: World, intake: Person
) -> None:
    need = await world.need(given_name="Marisol", birth_date="1990-05-17")
    referral = await world.accepted(need)
    done = await opened(world, referral)
    [row] = await rows(world, referral)
    assert done["inquiry_id"] == str(row["id"])
    assert row["organization"] == world.provider
    assert (row["given_name"], str(row["birth_date"])) == ("Marisol", "1990-05-17")
    case = checked(await intake.http("cases").get(f"/v1/cases/{done['inquiry_id']}"), 200)
    assert case["status"] == "inquiry"
    seen = await world.worker.get(f"/v1/referrals/{referral['id']}")
    assert seen["inquiry_id"] is None, "the receiver's own affair"
    history = await world.desk.get(f"/v1/referrals/{referral['id']}/history")
    assert history["items"][0]["action"] == "open_inquiry"
    audited = await world.stack.rows(
        "referrals",
        "select subject from audit where action = 'packet.read' and basis = 'inquiry' "
        "and $1 = any(ids)",
        referral["id"],
    )
    assert [row["subject"] for row in audited] == [world.desk.id]


async def test_twice_and_at_once_is_one_inquiry(world: World, intake: Person) -> None:
    referral = await world.accepted()
    path = f"/v1/referrals/{referral['id']}/open-inquiry"
    answers = await asyncio.gather(
        *(world.desk.http("referrals").post(path, json={}) for _ in range(5))
    )
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["inquiry_id"] for answer in answers}) == 1
    assert await opened(world, referral) == answers[-1].json() | {
        "next": (await world.desk.get(f"/v1/referrals/{referral['id']}"))["next"]
    }
    assert len(await rows(world, referral)) == 1


async def test_after_a_revocation_nothing_is_taken_over(world: World, intake: Person) -> None:
    need = await world.need()
    referral = await world.accepted(need)
    await world.revoke(need)
    refused = await opened(world, referral, 409)  # cases says so, before the event has come
    assert refused["type"] == "/problems/packet-closed"
    assert await rows(world, referral) == []


async def test_while_cases_is_silent_nothing_is_opened(world: World, intake: Person) -> None:
    referral = await world.accepted()
    world.neighbours.down.add("cases")
    try:
        await opened(world, referral, 503)
    finally:
        world.neighbours.down.clear()
    assert (await world.desk.get(f"/v1/referrals/{referral['id']}"))["inquiry_id"] is None
    assert (await opened(world, referral))["inquiry_id"] is not None


async def test_a_packet_that_does_not_say_who_it_is_does_not_do(
    world: World, intake: Person
) -> None:
    referral = await world.accepted(classes=["contact"])
    refused = await opened(world, referral, 409)
    assert (refused["type"], refused["missing"]) == ("/problems/packet-incomplete", ["identity"])


async def test_only_the_receiver_and_only_while_it_is_at_work(world: World) -> None:
    referral = await world.sent()
    refused = await opened(world, referral, 409)
    assert (refused["type"], refused["status_now"]) == ("/problems/action-not-allowed", "sent")
    await world.desk.act(referral, "accept")
    await world.worker.act(referral, "open_inquiry", status=403)
    stranger = Person(uuid4(), "receiver", uuid4(), world.stack)
    await stranger.act(referral, "open_inquiry", status=404)
