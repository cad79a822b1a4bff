"""Three real services and their workers in one process, on real databases, as the roles they have."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import UUID

import asyncpg
import httpx
from fastapi import FastAPI

from deploy import issuer as development_issuer
from deploy.issuer import Issuer
from deploy.postgres import SERVICES, ServiceUrls
from deploy.state import State
from services.cases import main as cases
from services.cases import worker as cases_worker
from services.referrals import main as referrals
from services.referrals import worker as referrals_worker
from services.resources import main as resources
from services.resources import worker as resources_worker
from shared.settings import ServiceSettings
from shared.worker import Step, Surroundings, settle
from tests.server import TestServer, until_all_readable

MAINS: dict[str, ModuleType] = {"cases": cases, "resources": resources, "referrals": referrals}
WORKERS: dict[str, ModuleType] = {
    "cases": cases_worker,
    "resources": resources_worker,
    "referrals": referrals_worker,
}
KEYS = {
    "cases": "k1:" + "A" * 43 + "=",
    "resources": "k1:" + "B" * 42 + "A=",
    "referrals": "k1:" + "C" * 42 + "A=",
}


@dataclass
class Stack:
    """What a test talks to. `client(...)` is a caller over HTTP, `settle()` lets the workers work."""

    issuer: Issuer
    urls: dict[str, ServiceUrls]
    apps: dict[str, FastAPI]
    steps: dict[str, Mapping[str, Step]]
    transport: httpx.AsyncBaseTransport
    surroundings: dict[str, Surroundings]

    def client(
        self,
        service: str,
        role: str | None = None,
        organization: UUID | None = None,
        subject: UUID | None = None,
        name: str | None = None,
    ) -> httpx.AsyncClient:
        """A caller of one service; by default the same person per role and organization."""
        headers = self.issuer.headers(role, organization, subject, name)
        return httpx.AsyncClient(
            transport=self.transport, base_url=f"http://{service}", headers=headers
        )

    def service_client(self, service: str, client_id: str) -> httpx.AsyncClient:
        """A caller with a service's own token."""
        scopes = development_issuer.CLIENT_SCOPES[client_id]
        token = self.issuer.service_token(client_id, scopes)
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.AsyncClient(
            transport=self.transport, base_url=f"http://{service}", headers=headers
        )

    async def settle(self, *services: str) -> None:
        """Run the workers' steps until none of them has anything to do, on all that was committed."""
        chosen = services or tuple(self.steps)
        steps = {f"{s}.{name}": step for s in chosen for name, step in self.steps[s].items()}
        busy = True
        while busy:
            for urls in self.urls.values():
                await until_all_readable(urls)
            busy = await settle(steps)

    async def rows(self, service: str, statement: str, *parameters: Any) -> list[dict[str, Any]]:
        """What is really in the database, seen past row-level security."""
        connection = await asyncpg.connect(self.urls[service].migrator.replace("+asyncpg", ""))
        try:
            return [dict(row) for row in await connection.fetch(statement, *parameters)]
        finally:
            await connection.close()


class Neighbours(httpx.AsyncBaseTransport):
    """Routes each host to the application that answers for it. A host in `down` does not answer."""

    def __init__(self) -> None:
        self.apps: dict[str, httpx.AsyncBaseTransport] = {}
        self.down: set[str] = set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.host in self.down:
            raise httpx.ConnectError("down", request=request)
        return await self.apps[request.url.host].handle_async_request(request)


def _settings(service: str, url: str, issuer: Issuer, data_dir: Path, role: str) -> ServiceSettings:
    client_id = f"{service}-{role}"
    kind: type[ServiceSettings] = MAINS[service].Settings
    return kind(
        database_url=url,
        database_pool=8,
        sealing_keys=KEYS[service],
        public_url=f"http://{service}",
        jwks_url="http://issuer/jwks.json",
        token_url="http://issuer/token",
        client_id=client_id,
        client_secret=issuer.client_secret(client_id),
        cases_url="http://cases",
        resources_url="http://resources",
        referrals_url="http://referrals",
        requests_per_minute=1_000_000,
        neighbour_deadline=20,  # a busy machine is no neighbour that is down
        event_wait=0,
        data_dir=data_dir / service,
    )


@asynccontextmanager
async def running(server: TestServer, directory: Path) -> AsyncIterator[Stack]:
    """The whole system on fresh databases."""
    issuer = Issuer(State(directory / "issuer"))
    neighbours = Neighbours()
    app = development_issuer.create_app(issuer)
    neighbours.apps["issuer"] = httpx.ASGITransport(app)
    stack = Stack(issuer, {}, {}, {}, neighbours, {})
    async with AsyncExitStack() as resources_to_close:
        for service in SERVICES:
            urls = await server.create(service)
            resources_to_close.push_async_callback(server.drop, urls)
            stack.urls[service] = urls
            http = httpx.AsyncClient(transport=neighbours)
            api_settings = _settings(service, urls.app, issuer, directory, "api")
            application = MAINS[service].create(api_settings, http)
            stack.apps[service] = application
            resources_to_close.push_async_callback(application.state.engine.dispose)
            neighbours.apps[service] = httpx.ASGITransport(application, raise_app_exceptions=False)
            worker_settings = _settings(service, urls.worker, issuer, directory, "worker")
            surroundings = Surroundings(worker_settings, httpx.AsyncClient(transport=neighbours))
            resources_to_close.push_async_callback(surroundings.engine.dispose)
            stack.surroundings[service] = surroundings
            stack.steps[service] = WORKERS[service].create_steps(surroundings)
        yield stack
