"""Random histories of all services under one simulated clock: whatever is done, the invariants hold."""

import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta

import pytest

from tests.loop.oracle import broken, state
from tests.loop.walk import REREAD, Walk
from tests.referrals.world import Simulation, new_world
from tests.stack import Stack

ROUNDS, DOINGS = 8, 40
THE_MAIN_LINE = {"referral.send", "referral.accept", "referral.report_served", "consent.create"}


@pytest.fixture(scope="module")
async def simulation(stack: Stack) -> AsyncIterator[Simulation]:
    """Time only ever goes on: what one walk left waiting falls due in the next."""
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    simulation = Simulation(datetime.combine(tomorrow, time(10), UTC))
    with simulation.running():
        await stack.settle()
        yield simulation


@pytest.fixture(scope="module")
def taken() -> set[str]:
    """What was done and not refused, in any of the walks."""
    return set()


@pytest.mark.parametrize("seed", range(3))
async def test_the_invariants_hold(
    stack: Stack, simulation: Simulation, taken: set[str], seed: int
) -> None:
    walk = Walk(await new_world(stack), simulation, random.Random(seed))
    await walk.prepare(clients=5)
    for _ in range(ROUNDS):
        for _ in range(DOINGS):
            await walk.go()
        # Twice: what one settles may be due to the other's clocks.
        await stack.settle("cases", "referrals")
        await stack.settle("cases", "referrals")
        assert await broken(stack, simulation.now) == []
    before = await state(stack)
    for service in ("cases", "referrals"):
        await stack.rows(service, REREAD)
    await stack.settle("cases", "referrals")
    assert await state(stack) == before
    taken |= {name for name, was_taken in walk.tried if was_taken}


def test_the_walks_went_along_the_main_line(taken: set[str]) -> None:
    assert taken >= THE_MAIN_LINE
