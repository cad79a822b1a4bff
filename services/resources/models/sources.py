"""Where listings come from."""

from sqlalchemy import Column, DateTime, Integer, String, Table, Uuid

from services.resources.models.columns import metadata

source = Table(
    "source",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", String(64), nullable=False, unique=True),
    Column("format", String(32), nullable=False),
    # IANA zone of opening hours at locations that name none.
    Column("timezone", String(64)),
    # The lower, the more it is trusted where two sources list the same service.
    Column("priority", Integer, nullable=False, server_default="100"),
    Column("imported_at", DateTime(timezone=True)),
)
