"""What is really in the databases, seen past row-level security, over connections that stay open."""

import asyncio
from typing import Any

import asyncpg

from tests.server import HELD_BACK
from tests.stack import Stack

Rows = list[dict[str, Any]]


class Records:
    """Reads and writes the tables of all services as their owner."""

    def __init__(self, stack: Stack) -> None:
        self._urls = {
            service: urls.migrator.replace("+asyncpg", "") for service, urls in stack.urls.items()
        }
        self._pools: dict[str, asyncpg.Pool] = {}

    async def rows(self, service: str, statement: str, *parameters: Any) -> Rows:
        return [
            dict(row) for row in await (await self._pool(service)).fetch(statement, *parameters)
        ]

    async def until_all_readable(self, seconds: float = 30) -> None:
        """A reader of events sees nothing of what came after a transaction that is still open."""
        async with asyncio.timeout(seconds):
            for service in self._urls:
                while await (await self._pool(service)).fetchval(HELD_BACK):  # noqa: ASYNC110 - another's commit
                    await asyncio.sleep(0.002)

    async def close(self) -> None:
        for pool in self._pools.values():
            await pool.close()
        self._pools.clear()

    async def _pool(self, service: str) -> asyncpg.Pool:
        if service not in self._pools:
            made = asyncpg.create_pool(self._urls[service], min_size=1, max_size=3)
            self._pools[service] = await made
        return self._pools[service]
