"""A PostgreSQL of the measurement's own, as safe as in production, gone afterwards."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from deploy.postgres import Server, prepare
from deploy.state import State
from tests.server import TestServer


@asynccontextmanager
async def fresh() -> AsyncIterator[TestServer]:
    """A new server with fsync on. One that an interrupted run left behind is deleted."""
    directory = State().directory / "bench-postgres"
    server = Server(directory)
    await asyncio.to_thread(server.remove)
    server = await asyncio.to_thread(Server(directory).start)
    try:
        urls = await prepare(server.url(), lambda role: f"bench-{role}")
        yield TestServer(server.url(), urls)
    finally:
        await asyncio.to_thread(server.remove)
