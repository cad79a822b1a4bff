"""The directory alone: its database, its API in memory, its worker, and packages to import."""

import asyncio
import csv
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from deploy.issuer import Issuer, create_app
from deploy.postgres import ServiceUrls
from deploy.state import State
from services.resources import cli
from services.resources.engine import engine_of
from services.resources.imports.run import Summary, import_package
from services.resources.main import create
from services.resources.settings import Settings
from services.resources.worker import create_steps
from shared.db import Database
from shared.worker import Step, Surroundings, settle
from tests.server import TestServer

KEYS = "k1:" + "B" * 42 + "A="
Table = Iterable[Mapping[str, str]]


@dataclass
class Directory:
    """A directory that a test fills and asks."""

    urls: ServiceUrls
    folder: Path
    app: FastAPI
    issuer: Issuer
    worker: Database
    steps: Mapping[str, Step]
    transport: httpx.AsyncBaseTransport

    def client(self, role: str | None = None) -> httpx.AsyncClient:
        headers = self.issuer.headers(role)
        return httpx.AsyncClient(
            transport=self.transport, base_url="http://resources", headers=headers
        )

    async def load(self, path: Path, **options: Any) -> Summary:
        return await import_package(self.worker, path, reports=self.folder / "reports", **options)

    async def load_starter(self) -> Summary:
        return await self.load(cli.STARTER, name="starter", full=True)

    async def index(self, steps: Mapping[str, Step] | None = None) -> None:
        """Let the worker (or `steps`) index all that has happened.

        The event log's horizon is the whole server's: another test's transaction can hold it back.
        """
        end = "select coalesce((select seq from event order by xid desc, seq desc limit 1), 0)"
        last = await self.value(end)
        async with asyncio.timeout(60):
            while await self.indexed_up_to() != last:
                await settle(steps or self.steps)
                await asyncio.sleep(0.02)

    async def indexed_up_to(self) -> int:
        settings = self.app.state.settings
        index = await asyncio.to_thread(engine_of(settings).open)
        return -1 if index is None else int(index.cursor.rpartition(".")[2])

    async def rows(self, statement: str, *parameters: Any) -> list[dict[str, Any]]:
        """What is really in the database."""
        connection = await asyncpg.connect(self.urls.migrator.replace("+asyncpg", ""))
        try:
            return [dict(row) for row in await connection.fetch(statement, *parameters)]
        finally:
            await connection.close()

    async def value(self, statement: str, *parameters: Any) -> Any:
        rows = await self.rows(statement, *parameters)
        return next(iter(rows[0].values()))


class Hosts(httpx.AsyncBaseTransport):
    """Routes each host to the application that answers for it."""

    def __init__(self, **apps: FastAPI) -> None:
        self._apps = {
            name: httpx.ASGITransport(app, raise_app_exceptions=False) for name, app in apps.items()
        }

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self._apps[request.url.host].handle_async_request(request)


@pytest.fixture(scope="module")
async def directory(
    server: TestServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Directory]:
    """An empty directory of this module's own."""
    folder = tmp_path_factory.mktemp("directory")
    urls = await server.create("resources")
    issuer = Issuer(State(folder / "issuer"))
    issuer_app = create_app(issuer)

    def settings(url: str) -> Settings:
        return Settings(
            database_url=url,
            database_pool=4,
            sealing_keys=KEYS,
            public_url="http://resources",
            jwks_url="http://issuer/jwks.json",
            requests_per_minute=1_000_000,
            data_dir=folder / "data",
        )

    http = httpx.AsyncClient(transport=Hosts(issuer=issuer_app))
    app = create(settings(urls.app), http)
    surroundings = Surroundings(settings(urls.worker), http)
    transport = Hosts(issuer=issuer_app, resources=app)
    steps = {"index": create_steps(surroundings)["index"]}  # there are no neighbours here
    yield Directory(urls, folder, app, issuer, surroundings.db, steps, transport)
    await surroundings.engine.dispose()
    await app.state.engine.dispose()
    await http.aclose()
    await server.drop(urls)


def write_package(folder: Path, **tables: Table) -> Path:
    """CSV files of these names and rows; the header is every column that any row has."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        listed = list(rows)
        columns = list(dict.fromkeys(column for row in listed for column in row)) or ["id"]
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(listed)
    return folder


def read_report(summary: Summary) -> list[dict[str, str]]:
    with Path(summary.problem_report).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
