"""Places of a receiver under pressure: never more holders than places, and none lost."""

import asyncio
import os
from uuid import UUID, uuid4

import pytest

from tests.referrals.world import World, new_world
from tests.stack import Stack

ROUNDS = int(os.environ.get("CARELOOP_ROUNDS", "3"))
SENT, PLACES = 200, 10
COPIES = """
insert into referral select (jsonb_populate_record(r, jsonb_build_object('id', gen_random_uuid()))).*
from referral r, generate_series(1, $2) where r.id = $1 returning id
"""
KEPT = """
select c.*, (select count(*) from referral r where r.capacity_id = c.id) as holders
from capacity c where id = $1
"""
LIVE_WITH = """
select count(*) as live from referral
where capacity_id = $1 and status in ('accepted', 'in_progress')
"""


@pytest.fixture(scope="module")
async def world(stack: Stack) -> World:
    return await new_world(stack)


async def keep(world: World, places: int) -> UUID:
    """The receiver keeps count of so many places from now on."""
    await world.stack.rows("referrals", "update referral set capacity_id = null")
    await world.stack.rows("referrals", "delete from capacity")
    made = await world.stack.rows(
        "referrals",
        "insert into capacity (id, organization, receiver_id, service_id, places, taken, as_of, version)"
        " values ($1, $2, $3, $4, $5, 0, now(), 1) returning id",
        uuid4(),
        world.provider,
        UUID(world.receiver_id),
        UUID(world.service_id),
        places,
    )
    kept: UUID = made[0]["id"]
    return kept


async def copies(world: World, number: int) -> list[str]:
    """As many sent referrals."""
    one = await world.sent()
    rows = await world.stack.rows("referrals", COPIES, UUID(one["id"]), number - 1)
    return [one["id"], *(str(row["id"]) for row in rows)]


async def agrees(world: World, capacity: UUID) -> int:
    """How many places are taken, by all three counts."""
    (kept,) = await world.stack.rows("referrals", KEPT, capacity)
    (live,) = await world.stack.rows("referrals", LIVE_WITH, capacity)
    assert kept["taken"] == kept["holders"] == live["live"] <= kept["places"]
    taken: int = kept["taken"]
    return taken


@pytest.mark.parametrize("number", range(ROUNDS))
async def test_many_accept_at_once_and_exactly_as_many_as_there_are_places_win(
    world: World, number: int
) -> None:
    capacity = await keep(world, PLACES)
    desk = world.desk.http("referrals")
    answers = await asyncio.gather(
        *(desk.post(f"/v1/referrals/{id_}/accept", json={}) for id_ in await copies(world, SENT))
    )
    codes = [answer.status_code for answer in answers]
    assert (codes.count(200), codes.count(409)) == (PLACES, SENT - PLACES), set(codes)
    refused = {answer.json()["type"] for answer in answers if answer.status_code == 409}
    assert refused == {"/problems/capacity-full"}
    assert await agrees(world, capacity) == PLACES


async def test_a_place_is_released_on_every_way_out(world: World) -> None:
    capacity = await keep(world, 1)
    today = await world.given()
    ways = [
        [(world.desk, "report_served", today)],
        [(world.desk, "report_not_served", {"reason": "no_show"})],
        [
            (world.worker, "request_withdrawal", {"reason": "moved"}),
            (world.desk, "confirm_withdrawal", {}),
        ],
        [(world.supervisor, "withdraw_now", {"reason": "other", "note": "Safety"})],
        [(world.supervisor, "void", {"note": "Wrong person"})],
        [
            (world.desk, "hold", {"reason": "no_capacity", "until": today["served_on"]}),
        ],
    ]
    for way in ways:
        referral = await world.accepted()
        assert await agrees(world, capacity) == 1
        another = await world.sent()
        assert (await world.desk.act(another, "accept", status=409))["places"] == 1
        for person, action, body in way:
            await person.act(referral, action, body)
        assert await agrees(world, capacity) == 0, way
    # Back from the waiting list it takes a place again, if there is one.
    await world.desk.act(referral, "resume")
    assert await agrees(world, capacity) == 1


async def test_without_a_place_nobody_comes_off_the_waiting_list(world: World) -> None:
    capacity = await keep(world, 1)
    until = (await world.given())["served_on"]
    waiting = await world.accepted()
    await world.desk.act(waiting, "hold", {"reason": "no_capacity", "until": until})
    await world.accepted()
    refused = await world.desk.act(waiting, "resume", status=409)
    assert refused["type"] == "/problems/capacity-full"
    assert (await world.worker.get(f"/v1/referrals/{waiting['id']}"))["status"] == "on_hold"
    assert await agrees(world, capacity) == 1


async def test_a_revocation_gives_the_place_back_by_event(world: World) -> None:
    capacity = await keep(world, 1)
    need = await world.need()
    await world.accepted(need)
    await world.revoke(need)
    await world.stack.settle()
    assert await agrees(world, capacity) == 0
