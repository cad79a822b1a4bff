"""What cases tells of its cases, staff and needs: ids only."""

from sqlalchemy import ARRAY, Boolean, Column, Index, Integer, String, Table, Uuid, text

from services.referrals.models.metadata import metadata

case_relation = Table(
    "case_relation",
    metadata,
    Column("case_id", Uuid, primary_key=True),
    Column("organization", Uuid, nullable=False),
    Column("client_id", Uuid, nullable=False),
    Column("status", String(40), nullable=False),
    Column("owner_id", Uuid),
    Column("team_id", Uuid),
    Column("named", ARRAY(Uuid), nullable=False),
    Column("restricted", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Index("ix_case_relation_organization", "organization"),
    # Few: what a report must leave out.
    Index(
        "ix_case_relation_restricted",
        "organization",
        "case_id",
        postgresql_where=text("restricted"),
    ),
)

staff_relation = Table(
    "staff_relation",
    metadata,
    Column("staff_id", Uuid, primary_key=True),
    Column("organization", Uuid, primary_key=True),
    Column("active", Boolean, nullable=False),
    Column("teams", ARRAY(Uuid), nullable=False),
    Column("supervisors", ARRAY(Uuid), nullable=False),
    Column("version", Integer, nullable=False),
    Index("ix_staff_relation_organization", "organization"),
)

need_relation = Table(
    "need_relation",
    metadata,
    Column("need_id", Uuid, primary_key=True),
    Column("organization", Uuid, nullable=False),
    Column("case_id", Uuid, nullable=False),
    Column("status", String(40), nullable=False),
    Column("version", Integer, nullable=False),
    Index("ix_need_relation_case_id", "case_id"),
)
