"""What random histories have found, each as a short story of its own."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta

import pytest

from shared import clock
from tests.loop.batch import REREAD
from tests.referrals.by_link import new_pantry
from tests.referrals.test_import import known_need, move_in, moved
from tests.referrals.world import Body, Need, Simulation, World, checked, new_world
from tests.stack import Stack


@pytest.fixture(scope="module")
async def simulation() -> AsyncIterator[Simulation]:
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    simulation = Simulation(datetime.combine(tomorrow, time(10), UTC))
    with simulation.running():
        yield simulation


@pytest.fixture(scope="module")
async def world(stack: Stack, simulation: Simulation) -> World:
    return await new_world(stack)


async def imported(world: World, need: Need) -> Body:
    answer = await move_in(world, moved(world, need))
    return await world.worker.get(f"/v1/referrals/{answer['results'][0]['referral_id']}")


async def test_what_was_moved_in_is_referred_on_with_its_classes_named(world: World) -> None:
    referral = await imported(world, await known_need(world))
    await world.desk.act(referral, "decline", {"reason": "out_of_area"})
    refused = await world.worker.act(
        referral, "re_refer", {"service_id": world.service_id}, status=422
    )
    assert refused["errors"][0]["pointer"] == "/classes"


async def test_a_death_ends_what_has_no_packet(world: World) -> None:
    need = await known_need(world)
    referral = await imported(world, need)
    path, died = f"/v1/clients/{need.client_id}", {"deceased_on": str(clock.now().date())}
    cases = world.worker.http("cases")
    checked(await cases.patch(path, json=died, headers={"If-Match": '"1"'}), 200)
    await world.stack.settle("cases", "referrals")
    ended = await world.worker.get(f"/v1/referrals/{referral['id']}")
    assert (ended["status"], ended["reason"]) == ("withdrawn", "deceased")


async def test_a_consents_end_heard_again_takes_no_link(
    world: World, simulation: Simulation
) -> None:
    pantry = await new_pantry(world)
    need = await world.need(consent=False)
    ends = str(simulation.now.date())
    await world.consent(need, recipient_id=pantry.receiver_id, expires_on=ends)
    referral = await pantry.sent(need)
    simulation.now += timedelta(days=2)
    await world.stack.settle("cases", "referrals")
    path = pantry.path()
    await pantry.says(path, "decline", reason="no_capacity")
    mails = len(pantry.mails())
    await world.stack.rows("cases", REREAD)
    await world.stack.settle("cases", "referrals")
    assert await world.status(referral) == ("declined", "unmet")
    await pantry.look(path)
    assert len(pantry.mails()) == mails
