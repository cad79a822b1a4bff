"""One transaction per request, under forced row-level security, in as few round trips as can be.

    BEGIN + who asks  ->  the statements of one command or query  ->  COMMIT

Commands and queries are plain functions of a `Connection`, run by `Database.run`. The context is set
together with BEGIN and is gone with the transaction: never by the statement that reads (a planner may
read first), never on the session (a pool would hand it to the next caller).
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Concatenate, ParamSpec, TypeVar
from uuid import UUID

import asyncpg
from sqlalchemy import Connection, Executable, MetaData, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from shared.errors import DatabaseUnavailable
from shared.sealing import Keyring

P = ParamSpec("P")
T = TypeVar("T")
Record = dict[str, Any]
Work = Callable[Concatenate[Connection, P], T]

NO_CONNECTION = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    DBAPIError,
    PoolTimeout,
)
POOL_WAIT = 5.0

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def new_metadata() -> MetaData:
    return MetaData(naming_convention=NAMING)


@dataclass(frozen=True, slots=True)
class Context:
    """What row-level security is told of the caller. The default sees no row of any person."""

    organization: UUID | None = None
    subject: UUID | None = None
    reads_events: bool = False
    link: bytes | None = None
    """SHA-256 of a capability token: opens the one link row that has it."""
    request_id: str = ""

    def settings(self) -> dict[str, str]:
        return {
            "app.organization": "" if self.organization is None else str(self.organization),
            "app.subject": "" if self.subject is None else str(self.subject),
            "app.reads_events": "on" if self.reads_events else "",
            "app.link": "" if self.link is None else self.link.hex(),
            "app.request_id": "".join(c for c in self.request_id if c.isalnum() or c == "-"),
        }


class ContextConnection(asyncpg.Connection):  # type: ignore[misc]  # asyncpg has no types
    """Opens each transaction together with its context, in one round trip."""

    context: Context | None = None

    def transaction(self, **options: Any) -> "ContextTransaction":
        assert not any(options.values()), "no isolation level, read only or deferrable here"
        context, self.context = self.context, None  # for one transaction: none is left for the next
        if context is None:
            return ContextTransaction(self, "begin")
        # Simple protocol takes no parameters; every value is a UUID, hex, or alphanumeric.
        values = ", ".join(
            f"set_config('{name}', '{value}', true)" for name, value in context.settings().items()
        )
        return ContextTransaction(self, f"begin; select {values}")


@dataclass(frozen=True, slots=True)
class ContextTransaction:
    connection: ContextConnection
    begin: str

    async def start(self) -> None:
        try:
            await self.connection.execute(self.begin)
        except BaseException:
            self.connection.terminate()  # perhaps begun, perhaps not: never reuse it
            raise

    async def commit(self) -> None:
        if await self.connection.execute("commit") != "COMMIT":  # a failed one answers ROLLBACK
            raise asyncpg.InternalServerError("the transaction had failed and was rolled back")

    async def rollback(self) -> None:
        await self.connection.execute("rollback")


def create_engine(url: str, keyring: Keyring, pool_size: int = 16) -> AsyncEngine:
    return create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=POOL_WAIT,
        json_serializer=lambda value: json.dumps(value, ensure_ascii=False, default=str),
        execution_options={"keyring": keyring},
        connect_args={
            "connection_class": ContextConnection,
            "prepared_statement_cache_size": 500,
        },
    )


@dataclass(frozen=True, slots=True)
class Database:
    """The database as one caller sees it."""

    engine: AsyncEngine
    context: Context = Context()

    def as_(self, **changes: Any) -> "Database":
        """The same database in another context: `db.as_(organization=id)`."""
        return Database(self.engine, replace(self.context, **changes))

    async def run(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """`work(connection, ...)` in a transaction of its own, committed when this returns."""
        try:
            connection = await self.engine.connect().start()
        except NO_CONNECTION as error:
            raise DatabaseUnavailable from error
        try:
            return await connection.run_sync(self._transact, work, args, kwargs)
        finally:
            await connection.close()

    def _transact(self, connection: Connection, work: Work[..., T], args: Any, kwargs: Any) -> T:
        driver: Any = connection.connection.driver_connection
        driver.context = self.context
        try:
            with connection.begin():
                return work(connection, *args, **kwargs)
        finally:
            driver.context = None  # `work` may have sent nothing


SET_ORGANIZATION = text("select set_config('app.organization', :organization, true)")


def enter(connection: Connection, organization: UUID | None) -> None:
    """Go on in `organization`'s context: for a worker, which meets its items before their owners."""
    value = "" if organization is None else str(organization)
    connection.execute(SET_ORGANIZATION, {"organization": value})


CURRENT = text("select nullif(current_setting('app.organization', true), '')::uuid as organization")


@contextmanager
def within(connection: Connection, organization: UUID) -> Iterator[None]:
    """For a while in `organization`'s context: what one side's act changes on the other's side."""
    before: UUID | None = connection.execute(CURRENT).scalar_one()
    if before == organization:
        yield
        return
    enter(connection, organization)
    yield  # after an error the transaction, or its savepoint, takes the context back with it
    enter(connection, before)


def fetch(connection: Connection, statement: Executable, **parameters: Any) -> list[Record]:
    """Rows as plain dicts, which pydantic reads fastest."""
    result = connection.execute(statement, parameters)
    keys = tuple(result.keys())
    return [dict(zip(keys, row, strict=True)) for row in result]


def fetch_one(connection: Connection, statement: Executable, **parameters: Any) -> Record | None:
    """The first row, or None."""
    return next(iter(fetch(connection, statement, **parameters)), None)


def execute(
    connection: Connection, statement: Executable, rows: Sequence[Record] | Record | None = None
) -> int:
    """Run a write and return how many rows it touched."""
    return connection.execute(statement, rows).rowcount
