"""A sender, a provider and a pantry without an account, for every module of attacks."""

import pytest

from tests.referrals.by_link import Pantry, new_pantry
from tests.referrals.world import World, new_world
from tests.stack import Stack


@pytest.fixture(scope="module")
async def world(stack: Stack) -> World:
    return await new_world(stack)


@pytest.fixture(scope="module")
async def pantry(world: World) -> Pantry:
    return await new_pantry(world)
