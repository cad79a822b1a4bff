"""Referrals, what each side said of them, their clocks, and who may see and write them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.events.log import Xid8
from shared.migrations import (
    ORGANIZATION,
    force_row_security,
    grant,
    guard_status,
    held_by_organization,
    policy,
    secure_common_tables,
    secure_deadlines,
)

revision = "referrals_0001"
down_revision = None
branch_labels = None
depends_on = None

BOTH = "referrals_app, referrals_worker"
BOTH_SIDES = {
    "referral": "select, insert, update",
    "packet": "select, insert, update",
    "attestation": "select, insert",
    "referral_history": "select, insert",
}
SENDER_ONLY = ("case_relation", "staff_relation", "need_relation")
TABLES = (
    "answer_link",
    "ask_request",
    "attestation",
    "audit",
    "calendar",
    "case_relation",
    "deadline",
    "event",
    "event_cursor",
    "event_epoch",
    "idempotency",
    "need_relation",
    "packet",
    "parked_event",
    "receiver",
    "referral",
    "referral_history",
    "staff_relation",
    "referral_transition",
)
GUARD = {
    "pending_approval": ("discarded", "sent", "draft", "entered_in_error"),
    "draft": ("discarded", "pending_approval", "sent", "entered_in_error"),
    "sent": ("accepted", "declined", "expired", "withdrawn", "entered_in_error"),
    "expired": ("accepted", "entered_in_error"),
    "accepted": (
        "in_progress",
        "on_hold",
        "awaiting_confirmation",
        "not_served",
        "withdrawn",
        "entered_in_error",
    ),
    "in_progress": (
        "on_hold",
        "awaiting_confirmation",
        "not_served",
        "withdrawn",
        "entered_in_error",
    ),
    "on_hold": (
        "in_progress",
        "awaiting_confirmation",
        "not_served",
        "withdrawn",
        "entered_in_error",
    ),
    "awaiting_confirmation": ("closed", "disputed", "entered_in_error"),
    "not_served": ("disputed", "entered_in_error"),
    "declined": ("disputed", "entered_in_error"),
    "closed": ("disputed", "entered_in_error"),
    "disputed": ("closed", "entered_in_error"),
    "discarded": ("entered_in_error",),
    "withdrawn": ("entered_in_error",),
}


def upgrade() -> None:
    op.create_table(
        "answer_link",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("organization", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_count", sa.Integer(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_answer_link")),
    )
    op.create_index("ix_answer_link_referral_id", "answer_link", ["referral_id"], unique=False)
    op.create_table(
        "ask_request",
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("organization", sa.Uuid(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("referral_id", name=op.f("pk_ask_request")),
    )
    op.create_table(
        "attestation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization", sa.Uuid(), nullable=False),
        sa.Column("receiver_organization", sa.Uuid(), nullable=True),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("answer", sa.String(length=20), nullable=False),
        sa.Column("helped", sa.SmallInteger(), nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("served_on", sa.Date(), nullable=True),
        sa.Column("provided", sa.LargeBinary(), nullable=True),
        sa.Column("said_by", sa.String(length=20), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=True),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attestation")),
    )
    op.create_index(
        "uq_attestation_version", "attestation", ["referral_id", "version"], unique=True
    )
    op.create_table(
        "audit",
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.String(length=80), nullable=False),
        sa.Column("ids", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("basis", sa.String(length=80), nullable=True),
        sa.Column(
            "organization",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.organization', true), '')::uuid"),
            nullable=True,
        ),
        sa.Column(
            "subject",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.subject', true), '')::uuid"),
            nullable=True,
        ),
        sa.Column(
            "request_id",
            sa.String(length=80),
            server_default=sa.text("nullif(current_setting('app.request_id', true), '')"),
            nullable=True,
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit")),
    )
    op.create_table(
        "calendar",
        sa.Column("organization", sa.Uuid(), nullable=False),
        sa.Column("timezone", sa.String(length=60), nullable=False),
        sa.Column("opens", sa.Time(), nullable=False),
        sa.Column("closes", sa.Time(), nullable=False),
        sa.Column("weekdays", sa.ARRAY(sa.SmallInteger()), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("organization", name=op.f("pk_calendar")),
    )
    op.create_table(
        "case_relation",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("organization", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("named", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_relation")),
    )
    op.create_index(
        "ix_case_relation_organization", "case_relation", ["organization"], unique=False
    )
    op.create_table(
        "deadline",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organizations", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("step", sa.Integer(), server_default="0", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline")),
        sa.UniqueConstraint("subject", "kind", name=op.f("uq_deadline_subject_kind")),
    )
    op.create_index("ix_deadline_due_at", "deadline", ["due_at"], unique=False)
    op.create_table(
        "event",
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("xid", Xid8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.String(length=80), nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("organization", sa.Uuid(), nullable=True),
        sa.Column("time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_event")),
    )
    op.create_index("ix_event_cursor", "event", ["xid", "seq"], unique=False)
    op.create_table(
        "event_cursor",
        sa.Column("log", sa.String(length=40), nullable=False),
        sa.Column("cursor", sa.String(length=100), nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("log", name=op.f("pk_event_cursor")),
    )
    op.create_table(
        "event_epoch",
        sa.Column("epoch", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.PrimaryKeyConstraint("epoch", name=op.f("pk_event_epoch")),
    )
    op.create_table(
        "idempotency",
        sa.Column(
            "organization",
            sa.Uuid(),
            server_default=sa.text(
                "coalesce(nullif(current_setting('app.organization', true), ''), '00000000-0000-0000-0000-000000000000')::uuid"
            ),
            nullable=False,
        ),
        sa.Column(
            "subject",
            sa.Uuid(),
            server_default=sa.text(
                "coalesce(nullif(current_setting('app.subject', true), ''), '00000000-0000-0000-0000-000000000000')::uuid"
            ),
            nullable=False,
        ),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("organization", "subject", "key", name=op.f("pk_idempotency")),
    )
    op.create_index(op.f("ix_idempotency_created_at"), "idempotency", ["created_at"], unique=False)
    op.create_table(
        "need_relation",
        sa.Column("need_id", sa.Uuid(), nullable=False),
        sa.Column("organization", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("need_id", name=op.f("pk_need_relation")),
    )
    op.create_table(
        "packet",
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("organization", sa.Uuid(), nullable=False),
        sa.Column("receiver_organization", sa.Uuid(), nullable=True),
        sa.Column("disclosure_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_reason", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("referral_id", name=op.f("pk_packet")),
    )
    op.create_table(
        "parked_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("log", sa.String(length=40), nullable=False),
        sa.Column("envelope", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("error", sa.String(length=200), nullable=False),
        sa.Column("parked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parked_event")),
    )
    op.create_table(
        "receiver",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=200), nullable=True),
        sa.Column("phone", sa.String(length=200), nullable=True),
        sa.Column("organization_ids", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("service_ids", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receiver")),
    )
    op.create_index("ix_receiver_organization", "receiver", ["organization"], unique=False)
    op.create_index(
        "ix_receiver_organization_ids",
        "receiver",
        ["organization_ids"],
        unique=False,
        postgresql_using="gin",
    )
    op.create_index(
        "ix_receiver_service_ids", "receiver", ["service_ids"], unique=False, postgresql_using="gin"
    )
    op.create_table(
        "referral",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization", sa.Uuid(), nullable=False),
        sa.Column("receiver_organization", sa.Uuid(), nullable=True),
        sa.Column("receiver_id", sa.Uuid(), nullable=True),
        sa.Column("receiver_name", sa.String(length=200), nullable=True),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("need_id", sa.Uuid(), nullable=False),
        sa.Column("step_id", sa.Uuid(), nullable=True),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("service_name", sa.String(length=500), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("urgency", sa.String(length=10), nullable=False),
        sa.Column("classes", sa.ARRAY(sa.String(length=40)), nullable=False),
        sa.Column("message", sa.LargeBinary(), nullable=True),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("loop", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("author", sa.Uuid(), nullable=False),
        sa.Column("previous_referral_id", sa.Uuid(), nullable=True),
        sa.Column("chain_id", sa.Uuid(), nullable=False),
        sa.Column("disclosure_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_contact_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hold_until", sa.Date(), nullable=True),
        sa.Column("waitlist_position", sa.Integer(), nullable=True),
        sa.Column("withdrawal_requested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_count", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attention", sa.String(length=20), nullable=True),
        sa.Column("attention_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral")),
    )
    op.create_index("ix_referral_case_id", "referral", ["case_id"], unique=False)
    op.create_index("ix_referral_chain_id", "referral", ["chain_id"], unique=False)
    op.create_index("ix_referral_client_id", "referral", ["client_id"], unique=False)
    op.create_index(
        "ix_referral_inbox", "referral", ["receiver_organization", "created_at", "id"], unique=False
    )
    op.create_index("ix_referral_need_id", "referral", ["need_id"], unique=False)
    op.create_index(
        "ix_referral_page", "referral", ["organization", "created_at", "id"], unique=False
    )
    op.create_table(
        "referral_history",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization", sa.Uuid(), nullable=False),
        sa.Column("receiver_organization", sa.Uuid(), nullable=True),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("before", sa.String(length=40), nullable=False),
        sa.Column("after", sa.String(length=40), nullable=False),
        sa.Column("party", sa.String(length=20), nullable=False),
        sa.Column("who", sa.Uuid(), nullable=True),
        sa.Column("marked_for", sa.String(length=20), nullable=True),
        sa.Column("reminded", sa.String(length=20), nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral_history")),
    )
    op.create_index(
        "ix_referral_history_page", "referral_history", ["referral_id", "at", "id"], unique=False
    )
    op.create_table(
        "staff_relation",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("organization", sa.Uuid(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("teams", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("supervisors", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("staff_id", "organization", name=op.f("pk_staff_relation")),
    )
    op.create_index(
        "ix_staff_relation_organization", "staff_relation", ["organization"], unique=False
    )
    secure_common_tables("referrals")
    secure_deadlines("referrals")
    for table, privileges in BOTH_SIDES.items():
        held_by_organization(
            table,
            "referrals",
            columns=("organization", "receiver_organization"),
            privileges=privileges,
        )
    for table in SENDER_ONLY:
        held_by_organization(table, "referrals", privileges="select, insert, update")
    _secure_receivers()
    _secure_links()
    guard_status("referral", GUARD)


def _secure_receivers() -> None:
    """Every sender may find a tenant; what a sender made for itself is its own."""
    grant("receiver", "select, insert, update", BOTH)
    force_row_security("receiver")
    policy("receiver", "found", BOTH, "kind = 'tenant'", "select")
    policy("receiver", "held", BOTH, f"organization = {ORGANIZATION}")
    # Hours of work are nobody's secret: a clock of one side counts the hours of the other.
    grant("calendar", "select, insert, update", BOTH)
    force_row_security("calendar")
    policy("calendar", "read", BOTH, "true", "select")
    policy("calendar", "written", BOTH, f"organization = {ORGANIZATION}", "insert")
    policy("calendar", "changed", BOTH, f"organization = {ORGANIZATION}", "update")


def _secure_links() -> None:
    """A link row is read by its hash alone; the worker meets requests before their organization."""
    held_by_organization("answer_link", "referrals", privileges="select, insert, update")
    hashed = "encode(hash, 'hex') = nullif(current_setting('app.link', true), '')"
    policy("answer_link", "followed", "referrals_app", hashed, "select")
    grant("ask_request", "select, insert, update, delete", "referrals_worker")
    force_row_security("ask_request")
    policy("ask_request", "worked", "referrals_worker", "true")


def downgrade() -> None:
    op.execute("drop table " + ", ".join(TABLES))
    op.execute("drop function notify_event, guard_referral_status")
