"""How a listing's table is declared: HSDS names its columns, we add where each row came from."""

from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    MetaData,
    String,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from shared.db import new_metadata
from shared.tables import common_tables

metadata: MetaData = new_metadata()
common_tables(metadata)

OURS = {"ours": True}
"""Marks a column that HSDS does not have."""


def text(name: str, *, required: bool = False) -> Column[Any]:
    return Column(name, Text, nullable=not required)


def uri(name: str, *, required: bool = False) -> Column[Any]:
    return Column(name, Text, nullable=not required, info={"uri": True})


def zone(name: str) -> Column[Any]:
    """An IANA time zone."""
    return Column(name, String(64), info=OURS | {"zone": True})


def code(name: str, *values: str, required: bool = False) -> Column[Any]:
    """A column that takes one of HSDS's enumerated values."""
    listed = ", ".join(f"'{value}'" for value in values)
    check = CheckConstraint(f"{name} in ({listed})", name=name)
    return Column(name, String(32), check, nullable=not required, info={"values": values})


def link(target: str, *, name: str = "", required: bool = False, keep: bool = False) -> Column[Any]:
    """A reference to `target`. A row goes with what it belongs to, or is kept without it."""
    rule = "SET NULL" if keep else "CASCADE"
    key = ForeignKey(f"{target}.id", ondelete=rule)
    return Column(name or f"{target}_id", Uuid, key, nullable=not required, index=True)


def listing(name: str, *columns: Column[Any] | Index) -> Table:
    """A table of the directory whose rows come from a source by import."""
    return Table(
        name,
        metadata,
        Column("id", Uuid, primary_key=True),
        # The organization, location, service or taxonomy this row is imported, changed and deleted
        # with: what an import lacks of a root it names is gone.
        Column("root_id", Uuid, nullable=False, index=True, info=OURS),
        Column("source_id", Uuid, ForeignKey("source.id"), nullable=False, info=OURS),
        Column("source_row_id", Text, info=OURS),
        # Cells of the source for which HSDS has no column, by their name there.
        Column("extra", JSONB, info=OURS),
        Column("last_modified", DateTime(timezone=True), nullable=False, info=OURS),
        *columns,
        Index(None, "source_id", "source_row_id"),
    )


def hsds_columns(table: Table) -> list[Column[Any]]:
    """The columns that HSDS defines, without those of ours."""
    return [column for column in table.columns if not column.info.get("ours")]
