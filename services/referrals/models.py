"""Tables of the referrals database.

What both sides may see carries both organizations: row-level security lets in either.
"""

from sqlalchemy import (
    ARRAY,
    Boolean,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Time,
    Uuid,
)

from shared.db import new_metadata
from shared.deadlines import deadline_table
from shared.tables import common_tables

metadata: MetaData = new_metadata()
common_tables(metadata)
deadline = deadline_table(metadata)

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
    Column("active", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Index("ix_receiver_organization", "organization"),
    Index("ix_receiver_organization_ids", "organization_ids", postgresql_using="gin"),
    Index("ix_receiver_service_ids", "service_ids", postgresql_using="gin"),
)

calendar = Table(
    "calendar",
    metadata,
    Column("organization", Uuid, primary_key=True),
    Column("timezone", String(60), nullable=False),
    Column("opens", Time, nullable=False),
    Column("closes", Time, nullable=False),
    Column("weekdays", ARRAY(SmallInteger), nullable=False),
    Column("version", Integer, nullable=False),
)

referral = Table(
    "referral",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organization", Uuid, nullable=False),
    Column("receiver_organization", Uuid),
    Column("receiver_id", Uuid),
    Column("receiver_name", String(200)),
    Column("case_id", Uuid, nullable=False),
    Column("client_id", Uuid, nullable=False),
    Column("need_id", Uuid, nullable=False),
    Column("step_id", Uuid),
    Column("service_id", Uuid, nullable=False),
    Column("service_name", String(500), nullable=False),
    Column("category", String(40), nullable=False),
    Column("urgency", String(10), nullable=False),
    Column("classes", ARRAY(String(40)), nullable=False),
    Column("message", LargeBinary),
    Column("status", String(40), nullable=False),
    Column("loop", String(20), nullable=False),
    Column("version", Integer, nullable=False),
    Column("author", Uuid, nullable=False),
    Column("previous_referral_id", Uuid),
    Column("chain_id", Uuid, nullable=False),
    Column("disclosure_id", Uuid),
    Column("reason", String(40)),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("sent_at", DateTime(timezone=True)),
    Column("answered_at", DateTime(timezone=True)),
    Column("first_contact_at", DateTime(timezone=True)),
    Column("started_at", DateTime(timezone=True)),
    Column("reported_at", DateTime(timezone=True)),
    Column("ended_at", DateTime(timezone=True)),
    Column("hold_until", Date),
    Column("waitlist_position", Integer),
    Column("withdrawal_requested_at", DateTime(timezone=True)),
    Column("asked_count", Integer, nullable=False),
    Column("asked_at", DateTime(timezone=True)),
    # Whose attention an overdue clock last asked for, and since when; gone when somebody acts.
    Column("attention", String(20)),
    Column("attention_at", DateTime(timezone=True)),
    Index("ix_referral_page", "organization", "created_at", "id"),
    Index("ix_referral_inbox", "receiver_organization", "created_at", "id"),
    Index("ix_referral_case_id", "case_id"),
    Index("ix_referral_need_id", "need_id"),
    Index("ix_referral_client_id", "client_id"),
    Index("ix_referral_chain_id", "chain_id"),
)

packet = Table(
    "packet",
    metadata,
    Column("referral_id", Uuid, primary_key=True),
    Column("organization", Uuid, nullable=False),
    Column("receiver_organization", Uuid),
    Column("disclosure_id", Uuid, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("frozen_at", DateTime(timezone=True), nullable=False),
    Column("closed_at", DateTime(timezone=True)),
    Column("closed_reason", String(40)),
)

attestation = Table(
    "attestation",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organization", Uuid, nullable=False),
    Column("receiver_organization", Uuid),
    Column("referral_id", Uuid, nullable=False),
    Column("side", String(10), nullable=False),
    Column("answer", String(20), nullable=False),
    Column("helped", SmallInteger),
    Column("reason", String(40)),
    Column("served_on", Date),
    Column("provided", LargeBinary),
    Column("said_by", String(20), nullable=False),
    Column("written_by", Uuid),
    Column("channel", String(20), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    # The referral's version that it made: the latest of a side is its word.
    Column("version", Integer, nullable=False),
    Index("uq_attestation_version", "referral_id", "version", unique=True),
)

history = Table(
    "referral_history",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organization", Uuid, nullable=False),
    Column("receiver_organization", Uuid),
    Column("referral_id", Uuid, nullable=False),
    Column("version", Integer, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("action", String(40), nullable=False),
    Column("before", String(40), nullable=False),
    Column("after", String(40), nullable=False),
    Column("party", String(20), nullable=False),
    Column("who", Uuid),
    Column("marked_for", String(20)),
    Column("reminded", String(20)),
    Column("reason", String(40)),
    Column("note", LargeBinary),
    Index("ix_referral_history_page", "referral_id", "at", "id"),
)

answer_link = Table(
    "answer_link",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("organization", Uuid, nullable=False),
    Column("referral_id", Uuid, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("used_count", Integer, nullable=False),
    Column("revoked_at", DateTime(timezone=True)),
    Index("ix_answer_link_referral_id", "referral_id"),
)

ask_request = Table(
    "ask_request",
    metadata,
    Column("referral_id", Uuid, primary_key=True),
    Column("organization", Uuid, nullable=False),
    Column("step", Integer, nullable=False),
    Column("requested_at", DateTime(timezone=True), nullable=False),
    Column("taken_at", DateTime(timezone=True)),
)

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
)
