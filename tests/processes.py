"""Real processes of the services over real sockets, started and killed at will."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import uvicorn

from deploy import issuer as development_issuer
from deploy.issuer import Issuer
from deploy.postgres import SERVICES, ServiceUrls
from deploy.state import State
from services.resources.cli import STARTER
from services.resources.imports.run import import_package
from services.resources.settings import Settings as ResourcesSettings
from services.resources.worker import create_steps
from shared.worker import Surroundings, settle
from tests.server import TestServer
from tests.stack import KEYS

ROOT = Path(__file__).parents[1]
STARTS_WITHIN = 20.0


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


@dataclass
class Town:
    """Processes by name, such as `cases worker`. Each may be killed, and started again armed."""

    issuer: Issuer
    urls: dict[str, ServiceUrls]
    directory: Path
    zygote: subprocess.Popen[str]
    ports: dict[str, int]
    pids: dict[str, int] = field(default_factory=dict)
    clients: list[httpx.AsyncClient] = field(default_factory=list)

    def environment(self, service: str, process: str) -> dict[str, str]:
        client_id = f"{service}-{process}"
        urls = self.urls[service]
        values: dict[str, Any] = {
            "DATABASE_URL": urls.app if process == "api" else urls.worker,
            "PORT": self.ports[service],
            "INTERNAL_PORT": self.ports[f"{service} {process}"],
            "PUBLIC_URL": f"http://127.0.0.1:{self.ports[service]}",
            "SEALING_KEYS": KEYS[service],
            "JWKS_URL": f"http://127.0.0.1:{self.ports['issuer']}/jwks.json",
            "TOKEN_URL": f"http://127.0.0.1:{self.ports['issuer']}/token",
            "CLIENT_ID": client_id,
            "CLIENT_SECRET": self.issuer.client_secret(client_id),
            "REQUESTS_PER_MINUTE": 1_000_000,
            "EVENT_WAIT": 2,
            "DATA_DIR": self.directory / service,
        }
        for neighbour in SERVICES:
            values[f"{neighbour.upper()}_URL"] = f"http://127.0.0.1:{self.ports[neighbour]}"
        return {f"CARELOOP_{name}": str(value) for name, value in values.items()}

    async def start(self, service: str, process: str, crash: str | None = None) -> None:
        order = {
            "service": service,
            "process": process,
            "environment": self.environment(service, process),
            "crash": crash,
            "log": str(self.directory / f"{service}-{process}.log"),
        }
        assert self.zygote.stdin is not None
        assert self.zygote.stdout is not None
        self.zygote.stdin.write(json.dumps(order) + "\n")
        self.zygote.stdin.flush()
        answer = await asyncio.to_thread(self.zygote.stdout.readline)
        self.pids[f"{service} {process}"] = int(answer)
        await self.ready(service, process)

    async def ready(self, service: str, process: str) -> None:
        url = f"http://127.0.0.1:{self.ports[f'{service} {process}']}/readyz"
        end = asyncio.get_running_loop().time() + STARTS_WITHIN
        async with httpx.AsyncClient() as client:
            while asyncio.get_running_loop().time() < end:
                try:
                    if (await client.get(url)).status_code == 200:
                        return
                except httpx.HTTPError:
                    pass
                await asyncio.sleep(0.02)
        log = (self.directory / f"{service}-{process}.log").read_text()[-3000:]
        raise AssertionError(f"{service} {process} did not start:\n{log}")

    def alive(self, name: str) -> bool:
        try:
            os.kill(self.pids[name], 0)
        except ProcessLookupError:
            return False
        return True

    async def dies(self, name: str) -> None:
        """Wait until the armed process has killed itself."""
        end = asyncio.get_running_loop().time() + STARTS_WITHIN
        while self.alive(name):
            assert asyncio.get_running_loop().time() < end, f"{name} did not crash"
            await asyncio.sleep(0.01)

    async def kill(self, name: str) -> None:
        if self.alive(name):
            os.kill(self.pids[name], signal.SIGKILL)
        await self.dies(name)

    def indexer(self) -> Surroundings:
        """What the directory's worker has, for importing and indexing in this process."""
        environment = self.environment("resources", "worker")
        values = {name.removeprefix("CARELOOP_").lower(): v for name, v in environment.items()}
        return Surroundings(ResourcesSettings.model_validate(values))

    def client(
        self,
        service: str,
        role: str | None = None,
        organization: UUID | None = None,
        subject: UUID | None = None,
        name: str | None = None,
    ) -> httpx.AsyncClient:
        headers = self.issuer.headers(role, organization, subject, name)
        url = f"http://127.0.0.1:{self.ports[service]}"
        client = httpx.AsyncClient(base_url=url, headers=headers, timeout=30)
        self.clients.append(client)
        return client


def start_zygote() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.faults.zygote"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


Fill = Callable[["Town"], Awaitable[None]]
"""Puts listings into the directory before anything starts."""


async def load_starter(town: Town) -> None:
    surroundings = town.indexer()
    async with surroundings.open():
        reports = town.directory / "reports"
        await import_package(surroundings.db, STARTER, reports=reports, name="starter", full=True)
        await settle(
            {"index": create_steps(surroundings)["index"]}
        )  # its neighbours are yet to start


@asynccontextmanager
async def running(
    server: TestServer, directory: Path, fill: Fill = load_starter
) -> AsyncIterator[Town]:
    """Six processes on fresh databases."""
    issuer = Issuer(State(directory / "issuer"))
    urls = {service: await server.create(service) for service in SERVICES}
    names = [*SERVICES, "issuer", *(f"{s} {p}" for s in SERVICES for p in ("api", "worker"))]
    ports = dict(zip(names, free_ports(len(names)), strict=True))
    zygote = await asyncio.to_thread(start_zygote)
    town = Town(issuer, urls, directory, zygote, ports)
    app = development_issuer.create_app(issuer)
    issuing = uvicorn.Server(uvicorn.Config(app, port=ports["issuer"], log_level="error"))
    serving = asyncio.create_task(issuing.serve())
    try:
        await fill(town)
        for service in SERVICES:
            await town.start(service, "worker")
            await town.start(service, "api")
        yield town
    finally:
        for client in town.clients:
            await client.aclose()
        for name in town.pids:
            await town.kill(name)
        zygote.kill()
        zygote.communicate()
        issuing.should_exit = True
        await serving
        for made in urls.values():
            await server.drop(made)
