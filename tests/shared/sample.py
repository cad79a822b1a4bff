"""A service as small as can be, built of nothing but shared/: its tests need no real one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any, ClassVar
from uuid import UUID, uuid4

import asyncpg
from alembic.migration import MigrationContext
from alembic.operations import Operations
from fastapi import APIRouter, FastAPI, Response
from pydantic import Field
from sqlalchemy import (
    Column,
    Connection,
    DateTime,
    Integer,
    String,
    Table,
    Uuid,
    bindparam,
    insert,
    select,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import create_async_engine

from deploy.postgres import ServiceUrls
from shared import audit, clock
from shared.app import create_app, problems
from shared.auth import Db, Principal, PublicDb, requires
from shared.db import Record, fetch, fetch_one, new_metadata
from shared.deadlines import deadline_table, set_deadline
from shared.errors import NotFound
from shared.etag import ReadVersion, check_version, tag
from shared.events.contracts import Event
from shared.events.log import publish
from shared.events.routes import events_router
from shared.http import Http
from shared.idempotency import OnlyOnce
from shared.migrations import held_by_organization, secure_common_tables, secure_deadlines
from shared.pagination import NEWEST_FIRST, Page, Pages
from shared.schemas.strict import Answer, Flag, Int, Line, Request
from shared.settings import ServiceSettings
from shared.strict_json import StrictRoute
from shared.tables import common_tables
from tests.server import TestServer

SERVICE = "cases"  # whose roles the sample borrows
metadata = new_metadata()
common_tables(metadata)
deadline_table(metadata)
thing = Table(
    "thing",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organization", Uuid, nullable=False, index=True),
    Column("name", String(200), nullable=False),
    Column("size", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
)


class ThingMade(Event):
    type: ClassVar[str] = "sample.thing.made"

    thing_id: UUID

    @property
    def subject_id(self) -> UUID:
        return self.thing_id


class NewThing(Request):
    name: Line
    size: Int = 0
    shiny: Flag = False
    tags: list[Line] = Field(default=[], max_length=5)


class Thing(Answer):
    id: UUID
    name: str
    size: int
    version: int


PAGE = audit.audited(
    select(thing)
    .where(
        tuple_(thing.c.created_at, thing.c.id)
        < tuple_(bindparam("after_created_at"), bindparam("after_id"))
    )
    .order_by(thing.c.created_at.desc(), thing.c.id.desc())
    .limit(bindparam("page_limit", type_=Integer)),
    "thing.list",
)
ONE = audit.audited(select(thing).where(thing.c.id == bindparam("p_id")), "thing.read")
LOCKED = select(thing).where(thing.c.id == bindparam("p_id")).with_for_update()


def make(connection: Connection, caller: Principal, new: NewThing) -> Record:
    row: Record = {
        "id": uuid4(),
        "organization": caller.tenant,
        "name": new.name,
        "size": new.size,
        "version": 1,
        "created_at": clock.now(),
    }
    connection.execute(insert(thing), row)
    publish(connection, caller.tenant, ThingMade(thing_id=row["id"]))
    set_deadline(connection, [caller.tenant], "tidy", row["id"], clock.now())
    audit.record(connection, "thing.make", [row["id"]])
    return row


def rename(connection: Connection, thing_id: UUID, read: int, new: NewThing) -> Record:
    row = fetch_one(connection, LOCKED, p_id=thing_id)
    if row is None:
        raise NotFound("There is no such thing.")
    check_version(row["version"], read)
    changed = {"name": new.name, "version": row["version"] + 1}
    connection.execute(update(thing).where(thing.c.id == thing_id).values(changed))
    return row | changed


def one(connection: Connection, thing_id: UUID) -> Record:
    row = fetch_one(connection, ONE, p_id=thing_id)
    if row is None:
        raise NotFound("There is no such thing.")
    return row


def page(connection: Connection, parameters: Record) -> list[Record]:
    return fetch(connection, PAGE, **parameters)


router = APIRouter(route_class=StrictRoute)
Caller = Annotated[Principal, requires("cases:read")]
Writer = Annotated[Principal, requires("cases:write")]


@router.post("/v1/things", status_code=201, response_model=Thing, operation_id="make_thing")
async def make_thing(new: NewThing, caller: Writer, db: Db, once: OnlyOnce) -> Record:
    return await db.run(once, make, caller, new)


@router.get("/v1/things", response_model=Page[Thing], operation_id="list_things")
async def list_things(caller: Caller, db: Db, paging: Pages) -> Record:
    rows = await db.run(page, paging.parameters(NEWEST_FIRST))
    return paging.page(NEWEST_FIRST, rows)


@router.get(
    "/v1/things/{thing_id}", response_model=Thing, responses=problems(404), operation_id="get_thing"
)
async def get_thing(thing_id: UUID, caller: Caller, db: Db, response: Response) -> Record:
    row = await db.run(one, thing_id)
    tag(response, row["version"])
    return row


@router.put("/v1/things/{thing_id}", response_model=Thing, operation_id="rename_thing")
async def rename_thing(
    thing_id: UUID, new: NewThing, caller: Writer, db: Db, read: ReadVersion
) -> Record:
    return await db.run(rename, thing_id, read, new)


@router.get("/v1/public", status_code=204, operation_id="see_public")
async def see_public(_: PublicDb) -> None:
    return


@router.get("/v1/broken", operation_id="break_it")
async def broken() -> None:
    raise RuntimeError("the secret of Ms Canary")


def create(settings: ServiceSettings, http: Http) -> FastAPI:
    routers = [router, events_router("sample")]
    return create_app("sample", settings, routers, description="", http=http)


def _make_schema(connection: Connection) -> None:
    with Operations.context(MigrationContext.configure(connection)):
        metadata.create_all(connection)
        secure_common_tables(SERVICE)
        secure_deadlines(SERVICE)
        held_by_organization("thing", SERVICE, privileges="select, insert, update, delete")


@asynccontextmanager
async def database(server: TestServer) -> AsyncIterator[ServiceUrls]:
    """A database with the sample's tables, under the same grants and policies as a real one's."""
    name = f"test_sample_{uuid4().hex[:12]}"
    await server.administer(f"create database {name} template template0 owner {SERVICE}_migrator")
    urls = server.at(SERVICE, name)
    engine = create_async_engine(urls.migrator)
    async with engine.begin() as connection:
        await connection.run_sync(_make_schema)
    await engine.dispose()
    yield urls
    await server.drop(urls)


async def rows(urls: ServiceUrls, statement: str, *parameters: Any) -> list[dict[str, Any]]:
    """Past row-level security."""
    connection = await asyncpg.connect(urls.migrator.replace("+asyncpg", ""))
    try:
        return [dict(row) for row in await connection.fetch(statement, *parameters)]
    finally:
        await connection.close()
