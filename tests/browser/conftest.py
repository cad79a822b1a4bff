"""Chromium once, a site and its people for every module."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser

from shared.rate_limit import RateLimiter
from tests.browser.visiting import Site, chromium, served
from tests.referrals.world import World, new_world
from tests.stack import Stack

WITHOUT_LIMIT = 1_000_000


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
async def world(stack: Stack) -> World:
    return await new_world(stack)


@pytest.fixture(scope="module")
async def site(
    stack: Stack, browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Site]:
    """The pages of referrals."""
    app = stack.apps["referrals"]
    app.state.link_limiter = RateLimiter(WITHOUT_LIMIT)  # all visitors have one address here
    app.state.help_limiter = RateLimiter(WITHOUT_LIMIT)
    async with served(app) as origin:
        yield Site(origin, browser, tmp_path_factory.mktemp("pictures"))
