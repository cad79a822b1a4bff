"""PostgreSQL for tests: the services' roles, and a migrated template database per service."""

import asyncio
import fcntl
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from uuid import uuid4

import asyncpg
from sqlalchemy import make_url

from deploy.postgres import Server, ServiceUrls, prepare
from shared.process import ROOT, migrate


@dataclass
class TestServer:
    """PostgreSQL with the services' roles, and a migrated template database per service."""

    __test__ = False

    admin_url: str
    urls: dict[str, ServiceUrls]
    templates: dict[str, str] = field(default_factory=dict)

    async def administer(self, *statements: str) -> None:
        connection = await asyncpg.connect(self.admin_url.replace("+asyncpg", ""))
        try:
            await connection.execute("select pg_advisory_lock(hashtext('careloop.tests'))")
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    async def create(self, service: str) -> ServiceUrls:
        """A fresh database, as the migrations leave it."""
        if service not in self.templates:
            await self.make_template(service)
        name = f"test_{service}_{uuid4().hex[:12]}"
        owner = f"{service}_migrator"
        await self.administer(
            f"create database {name} template {self.templates[service]} owner {owner}"
        )
        return self.at(service, name)

    async def drop(self, urls: ServiceUrls) -> None:
        name = make_url(urls.app).database
        await self.administer(f"drop database if exists {name} with (force)")

    def at(self, service: str, database: str) -> ServiceUrls:
        def moved(url: str) -> str:
            return make_url(url).set(database=database).render_as_string(hide_password=False)

        urls = self.urls[service]
        return ServiceUrls(moved(urls.app), moved(urls.worker), moved(urls.migrator))

    async def make_template(self, service: str) -> None:
        """Migrate once for this version of the migrations, whoever else is testing."""
        name = f"template_{service}_{_digest(service)}"
        connection = await asyncpg.connect(self.admin_url.replace("+asyncpg", ""))
        try:
            await connection.execute("select pg_advisory_lock(hashtext('careloop.templates'))")
            if not await connection.fetchval(
                "select true from pg_database where datname = $1", name
            ):
                new = f"{name}_new"
                await connection.execute(f"drop database if exists {new} with (force)")
                await connection.execute(
                    f"create database {new} template template0 owner {service}_migrator"
                )
                await asyncio.to_thread(migrate, service, self.at(service, new).migrator)
                await connection.execute(f"alter database {new} rename to {name}")
        finally:
            await connection.close()
        self.templates[service] = name


def _digest(service: str) -> str:
    """Of everything a migrated database depends on."""
    files = [
        *(ROOT / "services" / service / "migrations").rglob("*.py"),
        *(ROOT / "shared").rglob("*.py"),
    ]
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


@asynccontextmanager
async def server_for_tests() -> AsyncIterator[TestServer]:
    """This checkout's server for tests; whoever uses it last stops it."""
    server = Server(ROOT / ".careloop" / "test-postgres")
    with (server.base / "users").open("a") as users:
        await asyncio.to_thread(fcntl.flock, users, fcntl.LOCK_SH)
        await asyncio.to_thread(server.start, test=True)
        urls = await prepare(server.url(), lambda role: f"test-{role}")
        yield TestServer(server.url(), urls)
        with suppress(BlockingIOError):
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            await asyncio.to_thread(server.stop)


HELD_BACK = "select count(*) from event where xid >= pg_snapshot_xmin(pg_current_snapshot())"


async def until_all_readable(urls: ServiceUrls, seconds: float = 30) -> None:
    """Wait until a reader may see every committed event: anybody's transaction can hold them back."""
    connection = await asyncpg.connect(urls.migrator.replace("+asyncpg", ""))
    try:
        async with asyncio.timeout(seconds):
            while await connection.fetchval(HELD_BACK):  # noqa: ASYNC110 - another session's commit
                await asyncio.sleep(0.01)
    finally:
        await connection.close()
