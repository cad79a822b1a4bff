"""One set-based upsert for every listing table: what did not change is not touched.

A chunk is a transaction: its rows, the rows that are gone from its roots, and one event for each
service that is no longer what it was.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Boolean,
    Column,
    Connection,
    DateTime,
    Executable,
    Select,
    Table,
    Uuid,
    bindparam,
    column,
    delete,
    false,
    func,
    literal_column,
    select,
    tuple_,
    union,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert

from services.resources import models
from services.resources.imports.confidential import conceal
from services.resources.imports.spool import LOCATIONS, ORGANIZATIONS, SERVICES, Chunk, Row
from shared.events.contracts import ServiceDeleted, ServiceUpserted
from shared.events.log import publish

GIVEN_BY_IMPORT = {"source_id", "last_modified"}
NOT_COMPARED = {"id", "last_modified", "sealed", *GIVEN_BY_IMPORT}
"""A sealed value differs each time it is sealed: its fingerprint is compared."""

IDS = bindparam("ids", type_=ARRAY(Uuid))
SOURCE = bindparam("source", type_=Uuid)
NOW = bindparam("now", type_=DateTime(timezone=True))


@dataclass
class Changes:
    """What a chunk changed: ids by table, and the services it changed for their readers."""

    created: dict[str, set[UUID]] = field(default_factory=dict)
    updated: dict[str, set[UUID]] = field(default_factory=dict)
    gone: dict[str, set[UUID]] = field(default_factory=dict)
    roots: set[UUID] = field(default_factory=set)
    services: set[UUID] = field(default_factory=set)

    def all(self, table: Table) -> set[UUID]:
        kinds = (self.created, self.updated, self.gone)
        return set().union(*(kind.get(table.name, set()) for kind in kinds))


def save(connection: Connection, source: UUID, chunk: Chunk, now: datetime) -> Changes:
    """Make the directory say what the chunk says of its roots."""
    if chunk.phase == LOCATIONS:
        conceal(connection, chunk)
    changes = Changes()
    for table in models.LISTINGS:
        rows = chunk.rows.get(table.name)
        if rows:
            write(connection, table, rows, source, now, changes)
    roots = [UUID(root) for root in chunk.roots]
    for table in models.LISTINGS:
        kept = [UUID(row["id"]) for row in chunk.rows.get(table.name, [])]
        parameters = {"source": source, "ids": roots, "kept": kept}
        gone = connection.execute(vanished(table), parameters).all()
        if gone:
            changes.gone[table.name] = {row for row, _ in gone}
            changes.roots |= {root for _, root in gone}
    # Before the rows go, while it can be seen who has them.
    changes.services = affected(connection, chunk.phase, changes)
    for table in reversed(models.LISTINGS):
        remove(connection, table, changes.gone.get(table.name, ()))
    announce(connection, changes.services, now)
    return changes


def write(
    connection: Connection,
    table: Table,
    rows: list[Row],
    source: UUID,
    now: datetime,
    changes: Changes,
) -> None:
    parameters = {"rows": rows, "source": source, "now": now}
    for row, root, created in connection.execute(upsert(table), parameters):
        kind = changes.created if created else changes.updated
        kind.setdefault(table.name, set()).add(row)
        changes.roots.add(root)


@cache
def upsert(table: Table) -> Executable:
    """Insert `rows` (JSON), or update those that differ; returns id, root and whether created."""
    columns = [c for c in table.columns if c.name not in GIVEN_BY_IMPORT]
    given = (
        func.jsonb_to_recordset(bindparam("rows", type_=JSONB))
        .table_valued(*(column(c.name, c.type) for c in columns))
        .render_derived(name="given", with_types=True)
    )
    values = [with_default(c, given.c[c.name]) for c in columns]
    statement = insert(table).from_select(
        [*(c.name for c in columns), "source_id", "last_modified"], select(*values, SOURCE, NOW)
    )
    new = statement.excluded
    compared = [c for c in columns if c.name not in NOT_COMPARED]
    return statement.on_conflict_do_update(
        index_elements=[table.c.id],
        set_={c.name: new[c.name] for c in columns if c.name != "id"}
        | {"last_modified": new.last_modified},
        where=tuple_(*compared).is_distinct_from(tuple_(*(new[c.name] for c in compared))),
    ).returning(table.c.id, table.c.root_id, literal_column("(xmax = 0)", Boolean))


def with_default(target: Column[Any], given: Any) -> Any:
    return func.coalesce(given, false()) if isinstance(target.type, Boolean) else given


@cache
def vanished(table: Table) -> Executable:
    """Rows that a source said of these roots before, and says no more."""
    kept = select(func.unnest(bindparam("kept", type_=ARRAY(Uuid))))
    return select(table.c.id, table.c.root_id).where(
        table.c.source_id == SOURCE, table.c.root_id == func.any(IDS), table.c.id.not_in(kept)
    )


@cache
def removal(table: Table) -> Executable:
    return delete(table).where(table.c.id == func.any(IDS))


def remove(connection: Connection, table: Table, ids: Iterable[UUID]) -> None:
    gone = list(ids)
    if gone:
        connection.execute(removal(table), {"ids": gone})


AT, ATTRIBUTE, CAPACITY = models.service_at_location, models.attribute, models.service_capacity
SERVICES_AT: Select[Any] = select(AT.c.service_id).where(AT.c.location_id == func.any(IDS))
SERVICES_OF: Select[Any] = select(models.service.c.id).where(
    models.service.c.organization_id == func.any(IDS)
)
SERVICES_WITH = union(
    select(ATTRIBUTE.c.link_id).where(
        ATTRIBUTE.c.taxonomy_term_id == func.any(IDS),
        ATTRIBUTE.c.link_entity == models.service.name,
    ),
    select(CAPACITY.c.service_id).where(CAPACITY.c.unit_id == func.any(IDS)),
)


def affected(connection: Connection, phase: int, changes: Changes) -> set[UUID]:
    """The services that read differently now."""
    if phase == SERVICES:
        return changes.roots
    statement: Executable
    if phase == LOCATIONS:
        ids, statement = changes.roots, SERVICES_AT
    elif phase == ORGANIZATIONS:
        ids, statement = changes.roots, SERVICES_OF
    else:
        ids = changes.all(models.taxonomy_term) | changes.all(models.unit)
        statement = SERVICES_WITH
    return set(connection.execute(statement, {"ids": list(ids)}).scalars()) if ids else set()


TOUCH = update(models.service).where(models.service.c.id == func.any(IDS)).values(last_modified=NOW)


def announce(connection: Connection, services: set[UUID], now: datetime) -> None:
    if services:
        connection.execute(TOUCH, {"ids": list(services), "now": now})
        publish(connection, None, *(ServiceUpserted(service_id=one) for one in sorted(services)))


def delete_roots(connection: Connection, phase: int, ids: list[UUID], now: datetime) -> int:
    """Delete whole roots, their rows with them; returns how many rows went."""
    changes = Changes(roots=set(ids))
    services = set() if phase == SERVICES else affected(connection, phase, changes)
    count = 0
    for each in reversed(models.LISTINGS):
        count += connection.execute(
            delete(each).where(each.c.root_id == func.any(IDS)), {"ids": ids}
        ).rowcount
    if phase == SERVICES:
        publish(connection, None, *(ServiceDeleted(service_id=one) for one in sorted(ids)))
    announce(connection, services, now)
    return count
