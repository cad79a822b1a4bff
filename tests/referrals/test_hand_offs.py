"""Hand-overs: who was there, whether it was achieved, and when it is the first contact."""

from typing import Any
from uuid import uuid4

import pytest

from shared import clock
from tests.referrals.world import Body, Person, World

ALL = ["worker", "receiver", "client"]


def went(**fields: Any) -> Body:
    new = {"kind": "warm_call", "achieved": True, "present": ALL, "at": clock.now().isoformat()}
    return new | fields


async def write(
    world: World, referral: Body, by: Person | None = None, status: int = 201, **fields: Any
) -> Body:
    path = f"/v1/referrals/{referral['id']}/hand-off"
    return await (by or world.worker).post(path, went(**fields), status)


async def contact(world: World, referral: Body) -> str | None:
    row = await world.desk.get(f"/v1/referrals/{referral['id']}")
    at: str | None = row["first_contact_at"]
    return at


async def test_both_sides_write_and_read_how_it_went(world: World) -> None:
    referral = await world.accepted(hand_off="warm_call")
    assert referral["hand_off"] == "warm_call"
    first = await write(
        world, referral, achieved=False, reason="client_absent", present=["worker", "receiver"]
    )
    second = await write(world, referral, world.desk, kind="joint_visit")
    assert second["present"] == sorted(ALL)
    for person in (world.desk, world.worker):
        listed = await person.get(f"/v1/referrals/{referral['id']}/hand-offs")
        assert [item["id"] for item in listed["items"]] == [second["id"], first["id"]]
    history = await world.desk.get(f"/v1/referrals/{referral['id']}/history")
    entry = next(e for e in history["items"] if e["action"] == "hand_off" and e["reason"])
    assert (entry["party"], entry["reason"]) == ("worker", "client_absent")


@pytest.mark.parametrize(
    ("fields", "counts"),
    [
        ({}, True),
        ({"kind": "joint_visit"}, True),
        ({"present": ["worker", "client"]}, False),  # the receiver met nobody
        ({"present": ["worker", "receiver", "proxy"]}, False),
        ({"achieved": False, "reason": "no_time"}, False),
    ],
)
async def test_meeting_the_client_there_is_the_first_contact(
    world: World, fields: Body, counts: bool
) -> None:
    referral = await world.accepted()
    await write(world, referral, **fields)
    assert (await contact(world, referral) is not None) == counts
    clocks = await world.stack.rows(
        "referrals", "select kind from deadline where subject = $1", referral["id"]
    )
    assert ("first_contact" in {row["kind"] for row in clocks}) == (not counts)


@pytest.mark.parametrize("waits", [False, True])
async def test_before_the_answer_it_counts_when_they_accept(world: World, waits: bool) -> None:
    referral = await world.sent()
    await write(world, referral)
    assert await contact(world, referral) is None
    wait = {"waitlist": {"until": f"{clock.now():%Y-%m-%d}"}} if waits else {}
    accepted = await world.desk.act(referral, "accept", wait)
    assert accepted["status"] == ("on_hold" if waits else "accepted")
    assert accepted["first_contact_at"] is not None


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"kind": "cold"}, "/kind"),
        ({"present": []}, "/present"),
        ({"present": ["mother"]}, "/present"),
        ({"achieved": False}, "reason"),
        ({"reason": "no_time"}, "reason"),
        ({"at": "2020-01-01T00:00:00Z"}, "/at"),
        ({"at": "2199-01-01T00:00:00Z"}, "/at"),
        ({"achieved": "yes"}, "/achieved"),
    ],
)
async def test_what_makes_no_sense_is_refused(world: World, fields: Body, said: str) -> None:
    refused = await write(world, await world.accepted(), status=422, **fields)
    assert said in str(refused)


async def test_only_the_two_sides_and_only_while_it_lives(world: World) -> None:
    referral = await world.accepted()
    stranger = Person(uuid4(), "case_manager", uuid4(), world.stack)
    await write(world, referral, stranger, 404)
    await stranger.get(f"/v1/referrals/{referral['id']}/hand-offs", 404)
    coordinator = world.people["network_coordinator"]
    await write(world, referral, coordinator, 403)
    await world.desk.act(referral, "report_not_served", {"reason": "moved"})
    refused = await write(world, referral, status=409)
    assert refused["type"] == "/problems/action-not-allowed"
