"""What every table of cases has: an id, the organization that holds the row, and a version."""

from typing import Any
from uuid import uuid4

from sqlalchemy import Column, DateTime, Integer, Table, Uuid, text

from shared import clock
from shared.db import new_metadata
from shared.deadlines import deadline_table
from shared.tables import common_tables

metadata = new_metadata()
common_tables(metadata)
deadline_table(metadata)

HOLDER = text("nullif(current_setting('app.organization', true), '')::uuid")


def held(name: str, *columns: Any) -> Table:
    """A table of rows about people. The transaction's own context says who holds a new row."""
    return Table(
        name,
        metadata,
        Column("id", Uuid, primary_key=True, default=uuid4),
        Column("organization", Uuid, nullable=False, index=True, server_default=HOLDER),
        Column("created_at", DateTime(timezone=True), nullable=False, default=clock.now),
        Column("version", Integer, nullable=False, server_default="1"),
        *columns,
    )
