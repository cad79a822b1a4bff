"""A sender and a provider of its own for every module of these tests."""

import pytest

from tests.referrals.world import World, new_world
from tests.stack import Stack


@pytest.fixture(scope="module")
async def world(stack: Stack) -> World:
    return await new_world(stack)
