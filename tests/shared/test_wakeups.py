"""Whoever waits for an event is woken when it is committed."""

import asyncio

import asyncpg
import pytest

from shared.events.wakeups import CHANNEL, Wakeups
from tests.server import TestServer


@pytest.mark.parametrize("options", ["", "?ssl=prefer"])
async def test_a_notification_wakes_who_waits(server: TestServer, options: str) -> None:
    wakeups = Wakeups(server.urls["cases"].app + options)
    listening = asyncio.create_task(wakeups.listen())
    waiting = asyncio.create_task(wakeups.wait(60))
    url = server.urls["cases"].app.replace("+asyncpg", "")
    connection = await asyncpg.connect(url)
    async with asyncio.timeout(20):
        while not waiting.done():  # it may not listen yet
            await connection.execute(f"notify {CHANNEL}")
            await asyncio.wait([waiting], timeout=0.05)
    await connection.close()
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
