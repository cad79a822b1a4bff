"""Three real services on sockets of their own, their workers, mail, a browser, under one clock."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import uvicorn
from fastapi import FastAPI

from deploy import issuer as development_issuer
from deploy.issuer import Issuer
from deploy.postgres import SERVICES
from deploy.state import State
from shared.settings import ServiceSettings
from shared.worker import Step, Surroundings
from tests.network.post_office import PostOffice, open_post_office
from tests.network.timeline import Timeline
from tests.server import HELD_BACK, TestServer
from tests.stack import KEYS, MAINS, WORKERS, Stack

NEXT_DUE = "select min(due_at) as at from deadline where due_at > $1"
NEXT_MESSAGE = "select min(not_before) as at from message where not_before > $1"
STOPPING, MOST_STEPS = 2, 1000


class Sockets(httpx.AsyncBaseTransport):
    """Finds a service by its name, over a real connection."""

    def __init__(self, urls: dict[str, httpx.URL]) -> None:
        self._urls, self._network = urls, httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        at = self._urls[request.url.host]
        request.url = request.url.copy_with(host=at.host, port=at.port)
        return await self._network.handle_async_request(request)

    async def aclose(self) -> None:
        await self._network.aclose()


@dataclass
class Stage(Stack):
    """What the players act on."""

    timeline: Timeline
    post: PostOffice
    addresses: dict[str, httpx.URL]
    texts: Path
    databases: dict[str, asyncpg.Connection]

    async def rows(self, service: str, statement: str, *parameters: Any) -> list[dict[str, Any]]:
        found = await self.databases[service].fetch(statement, *parameters)
        return [dict(row) for row in found]

    async def settle(self, *services: str) -> None:
        """Let the workers work, on all that was committed, until none has anything to do."""
        steps = [step for s in services or self.steps for step in self.steps[s].values()]
        busy = True
        while busy:
            for service in SERVICES:
                await self._all_readable(service)
            busy = any([await self._exhaust(step) for step in steps])

    async def _exhaust(self, step: Step) -> bool:
        """Whether it had anything to do."""
        for done in range(MOST_STEPS):
            if not await step(self.timeline.now):
                return done > 0
        raise RuntimeError("a step never comes to an end")

    async def _all_readable(self, service: str) -> None:
        """Anybody's transaction on the server can hold events back for a moment."""
        async with asyncio.timeout(30):
            while await self.databases[service].fetchval(HELD_BACK):  # noqa: ASYNC110 - another's commit
                await asyncio.sleep(0.01)

    async def next_due(self) -> datetime | None:
        """When somebody's clock, or a message that waits, is due next."""
        dates = [
            *await self.rows("cases", NEXT_DUE, self.timeline.now),
            *await self.rows("referrals", NEXT_DUE, self.timeline.now),
            *await self.rows("referrals", NEXT_MESSAGE, self.timeline.now),
        ]
        return min((row["at"] for row in dates if row["at"] is not None), default=None)


def _listen() -> tuple[socket.socket, httpx.URL]:
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    return listening, httpx.URL(f"http://127.0.0.1:{listening.getsockname()[1]}")


@asynccontextmanager
async def _serving(app: FastAPI, listening: socket.socket) -> AsyncIterator[None]:
    config = uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=STOPPING)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started:
        assert not serving.done(), "a server did not start"
        await asyncio.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        await serving
        listening.close()


def _settings(stage: Stage, service: str, process: str, directory: Path) -> ServiceSettings:
    urls, issuer = stage.urls[service], stage.addresses["issuer"]
    client_id = f"{service}-{process}"
    values: dict[str, Any] = {
        "database_url": urls.app if process == "api" else urls.worker,
        "database_pool": 8,
        "sealing_keys": KEYS[service],
        "public_url": str(stage.addresses[service]),
        "jwks_url": f"{issuer}/jwks.json",
        "token_url": f"{issuer}/token",
        "client_id": client_id,
        "client_secret": stage.issuer.client_secret(client_id),
        "requests_per_minute": 1_000_000,
        "event_wait": 0,
        "data_dir": directory / service,
        **{f"{neighbour}_url": str(stage.addresses[neighbour]) for neighbour in SERVICES},
    }
    if service == "referrals":
        values |= {"smtp_host": "127.0.0.1", "smtp_port": stage.post.port, "smtp_security": "none"}
        values |= {"link_requests_per_minute": 1_000_000, "help_requests_per_minute": 1_000_000}
    kind: type[ServiceSettings] = MAINS[service].Settings
    return kind(**values)


@asynccontextmanager
async def set_up(server: TestServer, directory: Path, start: datetime) -> AsyncIterator[Stage]:
    """Everything on fresh databases, at `start`."""
    issuer, timeline = Issuer(State(directory / "issuer")), Timeline(start)
    sockets = {name: _listen() for name in (*SERVICES, "issuer")}
    addresses = {name: address for name, (_, address) in sockets.items()}
    async with AsyncExitStack() as closing:
        closing.enter_context(timeline.shown())
        post = await closing.enter_async_context(open_post_office())
        transport = Sockets(addresses)
        closing.push_async_callback(transport.aclose)
        texts = directory / "referrals" / "outbox-texts"
        stage = Stage(
            issuer, {}, {}, {}, transport, {}, timeline, post, addresses, texts, databases={}
        )
        app = development_issuer.create_app(issuer)
        await closing.enter_async_context(_serving(app, sockets["issuer"][0]))
        for service in SERVICES:
            urls = stage.urls[service] = await server.create(service)
            closing.push_async_callback(server.drop, urls)
            owner = await asyncpg.connect(urls.migrator.replace("+asyncpg", ""))
            stage.databases[service] = owner
            closing.push_async_callback(owner.close)
        for service in SERVICES:
            app = MAINS[service].create(_settings(stage, service, "api", directory))
            stage.apps[service] = app
            await closing.enter_async_context(_serving(app, sockets[service][0]))
            surroundings = Surroundings(_settings(stage, service, "worker", directory))
            await closing.enter_async_context(surroundings.open())
            stage.surroundings[service] = surroundings
            stage.steps[service] = WORKERS[service].create_steps(surroundings)
        yield stage
