"""Wakes whoever waits for the event log, by PostgreSQL's NOTIFY, so delivery takes milliseconds."""

import asyncio
import contextlib
from typing import Any

import asyncpg
from sqlalchemy import make_url

from shared.logging import log, place

CHANNEL = "careloop_event"
RECONNECT = 1.0


class Wakeups:
    """One listening connection per process; `wait` returns early when an event was committed."""

    def __init__(self, url: str) -> None:
        # Not the URL itself: asyncpg would take SQLAlchemy's `ssl` for a setting of the server.
        parts = make_url(url)
        self._options = {**parts.translate_connect_args(username="user"), **parts.query}
        self._changed = asyncio.Event()

    async def listen(self) -> None:
        """Listen until cancelled, again after a lost connection."""
        while True:
            try:
                await self._listen_once()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("wakeups.lost", **place(error))
            await asyncio.sleep(RECONNECT)

    async def _listen_once(self) -> None:
        connection = await asyncpg.connect(**self._options)
        lost = asyncio.Event()
        try:
            connection.add_termination_listener(lambda *_: lost.set())
            await connection.add_listener(CHANNEL, self._wake)
            await lost.wait()
        finally:
            connection.terminate()

    def _wake(self, *_: Any) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def wait(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._changed.wait(), seconds)
