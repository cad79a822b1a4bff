"""Writing one row: statements built once per table, the version raised by each change."""

from functools import cache
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, Executable, Table, bindparam, insert, select, update

from services.cases.errors import ABSENT
from shared.db import Record, fetch_one
from shared.errors import NotFound


@cache
def _insert(table: Table) -> Executable:
    return insert(table).returning(*table.c)


@cache
def _update(table: Table) -> Executable:
    return (
        update(table)
        .where(table.c.id == bindparam("p_id"))
        .values(version=table.c.version + 1)
        .returning(*table.c)
    )


@cache
def _lock(table: Table) -> Executable:
    return select(table).where(table.c.id == bindparam("p_id")).with_for_update()


def new_id() -> UUID:
    """An id made before its row, for what is sealed to the row."""
    return uuid4()


def add(connection: Connection, table: Table, **values: Any) -> Record:
    """The new row as it stands in the database."""
    row = fetch_one(connection, _insert(table), **values)
    assert row is not None
    return row


def change(connection: Connection, table: Table, row_id: UUID, **values: Any) -> Record:
    """The row after `values` were set and its version raised."""
    row = fetch_one(connection, _update(table), p_id=row_id, **values)
    assert row is not None
    return row


def lock(connection: Connection, table: Table, row_id: UUID) -> Record:
    """The row, held until the transaction ends; `NotFound` when this organization holds none."""
    row = fetch_one(connection, _lock(table), p_id=row_id)
    if row is None:
        raise NotFound(ABSENT)
    return row
