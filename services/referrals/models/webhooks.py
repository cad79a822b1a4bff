"""What partners are told of by webhook, and how that went."""

from sqlalchemy import (
    ARRAY,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Uuid,
)

from services.referrals.models.metadata import metadata

webhook = Table(
    "webhook",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organization", Uuid, nullable=False),
    Column("name", String(200), nullable=False),
    Column("url", LargeBinary, nullable=False),
    # The newest first; the one before goes on signing until it is dropped.
    Column("secrets", LargeBinary, nullable=False),
    Column("events", ARRAY(String(80)), nullable=False),
    Column("statuses", ARRAY(String(40)), nullable=False),
    Column("cursor", String(100), nullable=False),
    Column("failures", Integer, nullable=False),
    Column("next_at", DateTime(timezone=True), nullable=False),
    Column("taken_at", DateTime(timezone=True)),
    Column("paused_at", DateTime(timezone=True)),
    Column("paused_reason", String(40)),
    Column("version", Integer, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Index("ix_webhook_organization", "organization"),
    Index("ix_webhook_next_at", "next_at"),
)

webhook_delivery = Table(
    "webhook_delivery",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organization", Uuid, nullable=False),
    Column("webhook_id", Uuid, nullable=False),
    Column("event_id", Uuid, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("status_code", SmallInteger),
    Column("milliseconds", Integer, nullable=False),
    Index("ix_webhook_delivery_page", "webhook_id", "at", "id"),
)
