"""A referral, what each side said of it, and what belongs to it.

What both sides may see carries both organizations: row-level security lets in either.
"""

from sqlalchemy import (
    ARRAY,
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Uuid,
    text,
)

from services.referrals.models.metadata import metadata
from shared.schemas.referrals import UNRESOLVED

NOT_OVER = "status in ({})".format(", ".join(f"'{status}'" for status in sorted(UNRESOLVED)))
"""As an index's predicate, and word for word in the queries that it serves."""
UNFINISHED = NOT_OVER.replace("(", "('draft', 'pending_approval', ")
"""The same with what was not sent yet: somebody must still act."""

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
    # How it is handed over: `cold`, `warm_call` with the client present, or `joint_visit`.
    Column("hand_off", String(20), nullable=False, server_default="cold"),
    # Where the need is, coarsely (a county, the first digits of a postcode): for the gap ledger.
    Column("area", String(40)),
    Column("classes", ARRAY(String(40)), nullable=False),
    Column("message", LargeBinary),
    Column("status", String(40), nullable=False),
    Column("loop", String(20), nullable=False),
    Column("version", Integer, nullable=False),
    Column("author", Uuid, nullable=False),
    Column("previous_referral_id", Uuid),
    Column("chain_id", Uuid, nullable=False),
    Column("group_id", Uuid),
    # Moved in from another system: what happened before is not on record here.
    Column("imported", Boolean, nullable=False, server_default="false"),
    Column("disclosure_id", Uuid),
    Column("reason", String(40)),
    # When the receiver said to try again.
    Column("retry_on", Date),
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
    # The place that a live referral holds with its receiver.
    Column("capacity_id", Uuid),
    # Who of the receiver's staff has taken it on; and the case they opened for it in their own records.
    Column("claimed_by", Uuid),
    Column("claimed_at", DateTime(timezone=True)),
    Column("inquiry_id", Uuid),
    # An open question of the receiver's, and how much of its working time questions have paused so far.
    Column("question_at", DateTime(timezone=True)),
    Column("paused_seconds", Integer, nullable=False, server_default="0"),
    # The next matching listing, when this one came to nothing.
    Column("proposed_service_id", Uuid),
    Column("asked_count", Integer, nullable=False),
    Column("asked_at", DateTime(timezone=True)),
    # Whose attention an overdue clock last asked for, and since when; gone when somebody acts.
    Column("attention", String(20)),
    Column("attention_at", DateTime(timezone=True)),
    # Since when: the first date that passed. Later reminders climb the ladder.
    Column("overdue_since", DateTime(timezone=True)),
    Index("ix_referral_page", "organization", "created_at", "id"),
    Index("ix_referral_inbox", "receiver_organization", "sent_at", "id"),
    # What is not over, with all that the inbox counts: read without the table.
    Index(
        "ix_referral_waiting",
        "receiver_organization",
        "sent_at",
        "id",
        postgresql_include=["organization", "status", "urgency", "claimed_by", "attention"],
        postgresql_where=text(NOT_OVER),
    ),
    Index("ix_referral_case_id", "case_id"),
    Index("ix_referral_need_id", "need_id"),
    Index("ix_referral_client_id", "client_id"),
    Index("ix_referral_chain_id", "chain_id"),
    Index("ix_referral_group_id", "group_id"),
    Index("ix_referral_capacity_id", "capacity_id"),
    Index("ix_referral_sent", "organization", "sent_at"),
    Index("ix_referral_service", "organization", "service_id"),
    Index("ix_referral_unfinished", "organization", postgresql_where=text(UNFINISHED)),
    Index(
        "ix_referral_overdue",
        "organization",
        "overdue_since",
        "id",
        postgresql_where=text("overdue_since is not null"),
    ),
)

referral_group = Table(
    "referral_group",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organization", Uuid, nullable=False),
    Column("need_id", Uuid, nullable=False),
    Column("author", Uuid, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    # The one slot: the first acceptance takes it.
    Column("winner_id", Uuid),
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

question = Table(
    "question",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organization", Uuid, nullable=False),
    Column("receiver_organization", Uuid),
    Column("referral_id", Uuid, nullable=False),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Column("asked_by", Uuid),
    Column("asked", LargeBinary, nullable=False),
    Column("answered_at", DateTime(timezone=True)),
    Column("answered_by", Uuid),
    Column("answer", LargeBinary),
    # What the paused clocks were due before: [[kind, ISO 8601], ...].
    Column("paused", JSON, nullable=False),
    Index("ix_question_referral_id", "referral_id", "asked_at"),
)

appointment = Table(
    "appointment",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organization", Uuid, nullable=False),
    Column("receiver_organization", Uuid),
    Column("referral_id", Uuid, nullable=False),
    Column("status", String(20), nullable=False),
    Column("starts_at", DateTime(timezone=True), nullable=False),
    Column("ends_at", DateTime(timezone=True), nullable=False),
    Column("timezone", String(60), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("place", LargeBinary),
    Column("proposed_by", String(20), nullable=False),
    Column("replaces_id", Uuid),
    Column("attendance_reason", String(40)),
    Column("note", LargeBinary),
    Column("version", Integer, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("decided_at", DateTime(timezone=True)),
    Index("ix_appointment_referral_id", "referral_id", "starts_at"),
    Index("ix_appointment_sender", "organization", "starts_at"),
    Index("ix_appointment_receiver", "receiver_organization", "starts_at"),
)

hand_off = Table(
    "hand_off",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organization", Uuid, nullable=False),
    Column("receiver_organization", Uuid),
    Column("referral_id", Uuid, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("achieved", Boolean, nullable=False),
    Column("reason", String(40)),
    # `worker`, `receiver`, `client`, `proxy`, `interpreter`: roles, not names.
    Column("present", ARRAY(String(20)), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("recorded_by", Uuid),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Index("ix_hand_off_referral_id", "referral_id"),
)
