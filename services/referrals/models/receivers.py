"""Who answers for which services: how to reach them, when they work, how many they can take."""

from sqlalchemy import (
    ARRAY,
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    Time,
    UniqueConstraint,
    Uuid,
)

from services.referrals.models.metadata import metadata

receiver = Table(
    "receiver",
    metadata,
    Column("id", Uuid, primary_key=True),
    # A tenant's own organization, or the sender that keeps a link-only receiver.
    Column("organization", Uuid, nullable=False),
    Column("kind", String(10), nullable=False),
    Column("name", String(200), nullable=False),
    Column("email", String(200)),
    Column("phone", String(200)),
    Column("organization_ids", ARRAY(Uuid), nullable=False),
    Column("service_ids", ARRAY(Uuid), nullable=False),
    # A link receiver's own working hours; a tenant's are its calendar.
    Column("hours", JSON(none_as_null=True)),
    Column("active", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Index("ix_receiver_organization", "organization"),
    Index("ix_receiver_organization_ids", "organization_ids", postgresql_using="gin"),
    Index("ix_receiver_service_ids", "service_ids", postgresql_using="gin"),
)

receiver_contact = Table(
    "receiver_contact",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organization", Uuid, nullable=False),
    Column("receiver_id", Uuid, nullable=False),
    # A tenant's contacts are there for every sender, a link receiver's for who keeps it.
    Column("shared", Boolean, nullable=False),
    Column("name", String(200), nullable=False),
    Column("email", String(200)),
    Column("phone", String(200)),
    Column("purpose", String(20), nullable=False),
    Column("active", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Index("ix_receiver_contact_receiver_id", "receiver_id"),
)

capacity = Table(
    "capacity",
    metadata,
    Column("id", Uuid, primary_key=True),
    # Whoever keeps the receiver.
    Column("organization", Uuid, nullable=False),
    Column("receiver_id", Uuid, nullable=False),
    Column("service_id", Uuid, nullable=False),
    Column("places", Integer, nullable=False),
    Column("taken", Integer, nullable=False),
    Column("as_of", DateTime(timezone=True), nullable=False),
    Column("version", Integer, nullable=False),
    UniqueConstraint("receiver_id", "service_id"),
)

calendar = Table(
    "calendar",
    metadata,
    Column("organization", Uuid, primary_key=True),
    Column("timezone", String(60), nullable=False),
    Column("opens", Time, nullable=False),
    Column("closes", Time, nullable=False),
    Column("weekdays", ARRAY(SmallInteger), nullable=False),
    Column("holidays", ARRAY(Date), nullable=False, server_default="{}"),
    Column("version", Integer, nullable=False),
)

wait = Table(
    "wait",
    metadata,
    # How long an organization lets a clock run first, where it differs from the default.
    Column("organization", Uuid, primary_key=True),
    Column("clock", String(20), primary_key=True),
    Column("business_days", Integer, nullable=False),
    Column("days", Integer, nullable=False),
    Column("hours", Integer, nullable=False),
    Column("version", Integer, nullable=False),
)
