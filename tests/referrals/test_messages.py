"""Messages wait in a queue that loses none: sent once, tried again, and never given up in silence."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection
from sqlalchemy.util import await_only

from services.referrals.commands import messages
from services.referrals.models import message
from services.referrals.posting import MOST_ATTEMPTS, backoff
from shared import clock
from shared.db import Database, Record
from tests.referrals.world import Body, Simulation, World

LEFT = "select * from message where referral_id = $1 order by kind"
BY_APPOINTMENT = datetime(2199, 1, 1, tzinfo=UTC)
"""So late that no worker's step of these tests meets it by chance."""


@pytest.fixture(scope="module")
async def simulation(world: World) -> AsyncIterator[Simulation]:
    simulation = Simulation(datetime.now(UTC))
    with simulation.running():
        yield simulation


@pytest.fixture
def worker(world: World) -> Database:
    return world.stack.surroundings["referrals"].db


async def wanted(world: World, worker: Database, kind: str = "closed", **more: Any) -> Body:
    """A referral with a message of this kind waiting."""
    referral = await world.sent()
    row = {"id": UUID(referral["id"]), "organization": world.sender}
    await worker.run(messages.want, row, kind, not_before=BY_APPOINTMENT, **more)
    return referral


async def left(world: World, referral: Body) -> list[Record]:
    rows = await world.stack.rows("referrals", LEFT, referral["id"])
    return [row for row in rows if row["kind"] != "invite"]


async def test_one_of_a_kind_waits_the_last_that_was_wanted(world: World, worker: Database) -> None:
    referral = await wanted(world, worker, step=1)
    (first,) = await left(world, referral)
    row = {"id": UUID(referral["id"]), "organization": world.sender}
    await worker.run(messages.want, row, "closed", not_before=BY_APPOINTMENT, step=2)
    await worker.run(messages.want, row, "remind", not_before=BY_APPOINTMENT)
    closed, _ = await left(world, referral)
    assert (first["step"], closed["step"]) == (1, 2)
    await worker.run(messages.drop, row, "closed", "remind")
    assert await left(world, referral) == []


async def test_what_one_worker_is_taking_another_passes_by(world: World, worker: Database) -> None:
    referral = await wanted(world, worker)

    def take_while_another_does(connection: Connection) -> tuple[Record | None, Record | None]:
        taken = messages.take(connection, BY_APPOINTMENT)
        meanwhile = asyncio.wait_for(worker.run(messages.take, BY_APPOINTMENT), timeout=10)
        return taken, await_only(meanwhile)  # before the first is committed

    taken, passed_by = await worker.run(take_while_another_does)
    assert taken is not None
    assert str(taken["referral_id"]) == referral["id"]
    assert passed_by is None
    await worker.run(messages.done, taken["id"])


async def test_a_worker_that_dies_leaves_it_to_another_after_five_minutes(
    world: World, worker: Database
) -> None:
    referral = await wanted(world, worker)
    first = await worker.run(messages.take, BY_APPOINTMENT)
    assert first is not None
    almost, after = (BY_APPOINTMENT + timedelta(minutes=m) for m in (4, 6))
    assert await worker.run(messages.take, almost) is None
    again = await worker.run(messages.take, after)
    assert again is not None
    assert (again["id"], again["attempts"]) == (first["id"], 2)
    await worker.run(messages.done, again["id"])
    assert await left(world, referral) == []


async def test_what_is_wanted_while_the_last_is_being_sent_is_not_lost(
    world: World, worker: Database
) -> None:
    referral = await wanted(world, worker)
    sending = await worker.run(messages.take, BY_APPOINTMENT)
    assert sending is not None
    row = {"id": UUID(referral["id"]), "organization": world.sender}
    await worker.run(messages.want, row, "closed", not_before=BY_APPOINTMENT)
    await worker.run(messages.done, sending["id"])
    (waiting,) = await left(world, referral)
    assert waiting["taken_at"] is None
    await worker.run(messages.done, waiting["id"])


async def test_what_fails_is_tried_ever_later_and_then_a_worker_is_told(
    world: World, simulation: Simulation
) -> None:
    email = {"kind": "email", "value": "never@example.org"}
    referral = await world.served(await world.need(channels=[email]))
    simulation.now += timedelta(days=7, hours=1)
    tried = []
    world.neighbours.down.add("cases")
    try:
        deadlines, post = (world.stack.steps["referrals"][s] for s in ("deadlines", "messages"))
        while await deadlines(clock.now()):
            pass
        while rows := await left(world, referral):
            simulation.now = max(simulation.now, rows[0]["not_before"])
            tried.append(simulation.now)
            assert await post(simulation.now)
    finally:
        world.neighbours.down.discard("cases")
    waits = [after - before for before, after in pairwise(tried)]
    assert waits == [backoff(n) for n in range(1, MOST_ATTEMPTS)]
    history = await world.worker.get(f"/v1/referrals/{referral['id']}/history")
    (told,) = [e for e in history["items"] if e["action"] == "remind"]
    assert (told["reminded"], told["reason"]) == ("worker", "message_failed")


async def test_the_queue_holds_ids_and_nothing_of_a_person(world: World) -> None:
    columns = {column.name for column in message.c}
    assert columns == {
        *("id", "organization", "referral_id", "kind", "link_hash", "step"),
        *("requested_at", "not_before", "taken_at", "attempts"),
    }
