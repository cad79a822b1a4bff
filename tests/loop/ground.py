"""Databases in which the casts of many histories stand ready: made once, copied for every batch of them."""

import copy
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from services.resources.cli import STARTER
from services.resources.imports.run import import_package
from shared.http import ServiceTokens
from shared.rate_limit import RateLimiter
from tests.loop import cast
from tests.loop.cast import Cast
from tests.loop.lines import Lines
from tests.loop.peril import Fate, endanger
from tests.loop.records import Records
from tests.referrals.appointing import Creeping
from tests.server import TestServer
from tests.stack import Stack, running

DAWN = datetime(2027, 3, 1, 14, tzinfo=UTC)
"""A Monday; two weeks later America's clocks are put forward, and Europe's two after that."""
COPIED = ("cases", "referrals")
LISTED = "select id from service where status = 'active' order by id limit $1"
# The directory is the same for all batches; what it heard of a batch goes with it.
FORGET = "truncate capacity, listing_flag, event_cursor, parked_event, idempotency"


class Ground:
    """A stack, whose databases can be set back to where every history begins."""

    def __init__(self, server: TestServer, stack: Stack, directory: Path) -> None:
        self._server, self.stack, self.directory = server, stack, directory
        self.records = Records(stack)
        self.lines = Lines(stack)
        self.fates: dict[str, Fate] = {}
        self._casts: list[Cast] = []

    def casts(self, number: int) -> list[Cast]:
        return [copy.deepcopy(one) for one in self._casts[:number]]

    async def prepare(self, number: int) -> None:
        """So many casts, each with clients of its own; then all of it is kept as templates."""
        await import_package(
            self.stack.surroundings["resources"].db,
            STARTER,
            reports=self.directory,
            name="starter",
            full=True,
        )
        services = [
            str(row["id"]) for row in await self.records.rows("resources", LISTED, 4 * number)
        ]
        self._casts = [await cast.hire(self.lines) for _ in range(number)]
        await self.stack.settle()
        for one, members in enumerate(self._casts):
            chance = random.Random(one)
            await cast.connect(
                members, self.lines, self.records, services[4 * one : 4 * one + 4], chance
            )
            for _ in range(2):
                await cast.take_in(members, self.lines, chance)
        await self.stack.settle()
        self.stack.apps["referrals"].state.link_limiter = RateLimiter(1_000_000)
        self.fates = endanger(self.stack)
        await self._leave()
        for service in COPIED:
            name = self._name(service)
            await self._server.administer(_copy(service, name, _kept(name)))

    async def renew(self) -> None:
        """All as it was when the casts were ready."""
        await self._leave()
        for service in COPIED:
            name = self._name(service)
            await self._server.administer(
                f"drop database {name} with (force)",
                _copy(service, _kept(name), name),
            )
        await self.records.rows("resources", FORGET)
        self.lines.forget()
        for app in self.stack.apps.values():
            app.state.tokens = ServiceTokens(app.state.http, app.state.settings)

    async def close(self) -> None:
        await self._leave()
        for service in COPIED:
            await self._server.administer(
                f"drop database if exists {_kept(self._name(service))} with (force)"
            )
        await self.lines.close()

    async def _leave(self) -> None:
        """Nobody stays connected to what is copied."""
        await self.records.close()
        for app in self.stack.apps.values():
            await app.state.engine.dispose()
        for surroundings in self.stack.surroundings.values():
            await surroundings.engine.dispose()

    def _name(self, service: str) -> str:
        return self.stack.urls[service].app.rpartition("/")[2].partition("?")[0]


def _copy(service: str, template: str, name: str) -> str:
    return f"create database {name} template {template} owner {service}_migrator"


def _kept(name: str) -> str:
    return f"{name}_kept"


@asynccontextmanager
async def ground(server: TestServer, directory: Path, casts: int) -> AsyncIterator[Ground]:
    async with running(server, directory) as stack:
        made = Ground(server, stack, directory)
        try:
            with Creeping(DAWN).running():
                await made.prepare(casts)
            yield made
        finally:
            await made.close()
