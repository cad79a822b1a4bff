"""The gap ledger: what was looked for and not had, as facts that are only added to."""

from sqlalchemy import Column, DateTime, Index, LargeBinary, String, Table, Uuid

from services.referrals.models.metadata import metadata

gap = Table(
    "gap",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organization", Uuid, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    # `declined`, `not_served`, `expired`, `disputed`, or `nothing_found` by a search.
    Column("kind", String(20), nullable=False),
    Column("category", String(40), nullable=False),
    Column("area", String(40)),
    Column("reason", String(40), nullable=False),
    Column("referral_id", Uuid),
    Column("need_id", Uuid),
    Column("service_id", Uuid),
    Column("receiver_id", Uuid),
    Column("recorded_by", Uuid),
    Column("note", LargeBinary),
    Index("ix_gap_organization_at", "organization", "at"),
)
