"""Who works here: the organization, its staff, teams, and who supervises whom since when."""

from sqlalchemy import (
    ARRAY,
    Boolean,
    Column,
    Date,
    DateTime,
    Integer,
    String,
    Table,
    UniqueConstraint,
    Uuid,
)

from services.cases.models.held import HOLDER, held, metadata
from shared import clock

ORGANIZATION = Table(
    "organization",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("timezone", String(60)),
    Column("created_at", DateTime(timezone=True), nullable=False, default=clock.now),
    Column("version", Integer, nullable=False, server_default="1"),
)
STAFF = Table(
    "staff",
    metadata,
    Column("organization", Uuid, primary_key=True, server_default=HOLDER),
    Column("id", Uuid, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("roles", ARRAY(String(40)), nullable=False),
    Column("active", Boolean, nullable=False, server_default="true"),
    Column("created_at", DateTime(timezone=True), nullable=False, default=clock.now),
    Column("version", Integer, nullable=False, server_default="1"),
)
TEAM = held(
    "team",
    Column("name", String(200), nullable=False),
    UniqueConstraint("organization", "name"),
)
TEAM_MEMBER = Table(
    "team_member",
    metadata,
    Column("team_id", Uuid, primary_key=True),
    Column("staff_id", Uuid, primary_key=True, index=True),
    Column("organization", Uuid, nullable=False, server_default=HOLDER),
)
SUPERVISION = held(
    "supervision",
    Column("supervisor_id", Uuid, nullable=False, index=True),
    Column("staff_id", Uuid, nullable=False, index=True),
    Column("from_date", Date, nullable=False),
    Column("to_date", Date),
)
AGREEMENT = held(
    "agreement",
    Column("partner_id", Uuid, nullable=False, index=True),
    Column("partner_name", String(200), nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date),
)
