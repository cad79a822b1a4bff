"""Groups, questions, appointments, capacity, links for receivers, messages, webhooks and the gap ledger."""

import sqlalchemy as sa
from alembic import op

from shared.migrations import (
    ORGANIZATION,
    force_row_security,
    grant,
    guard_status,
    held_by_organization,
    policy,
)

revision = "referrals_0002"
down_revision = "referrals_0001"
branch_labels = None
depends_on = None

APP, WORKER = "referrals_app", "referrals_worker"
BOTH = f"{APP}, {WORKER}"
BOTH_SIDES = ("question", "appointment", "hand_off")
NOT_OVER = (
    "status in ('accepted', 'awaiting_confirmation', 'disputed', 'in_progress', 'on_hold', 'sent')"
)
UNFINISHED = (
    "status in ('draft', 'pending_approval', 'accepted', 'awaiting_confirmation', 'disputed', "
    "'in_progress', 'on_hold', 'sent')"
)
APPOINTMENTS = {
    "proposed": ("confirmed", "declined", "replaced", "cancelled"),
    "confirmed": ("replaced", "cancelled", "attended", "late", "no_show"),
}
HELD = {
    "referral_group": "select, insert, update",
    "receiver_link": "select, insert, update",
    "access_code": "select, insert, update, delete",
    "calendar_feed": "select, insert, update",
    "gap": "select, insert",
    "webhook": "select, insert, update, delete",
    "webhook_delivery": "select, insert",
}
NEW = (*BOTH_SIDES, *HELD, "wait", "receiver_contact", "capacity", "message", "help_page")


def upgrade() -> None:
    _make_tables()
    _extend_tables()
    for table in BOTH_SIDES:
        held_by_organization(
            table,
            "referrals",
            columns=("organization", "receiver_organization"),
            privileges="select, insert, update",
        )
    for table, privileges in HELD.items():
        held_by_organization(table, "referrals", privileges=privileges)
    _secure_what_is_found()
    _secure_links()
    _secure_work()
    _open_own_events()
    guard_status("appointment", APPOINTMENTS)


def _make_tables() -> None:
    op.create_table(
        "access_code",
        sa.Column("link_hash", sa.LargeBinary(), nullable=False),
        sa.Column("organization", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("sent_count", sa.SmallInteger(), nullable=False),
        sa.Column("wrong_count", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("link_hash", name=op.f("pk_access_code")),
    )
    op.create_table(
        "appointment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization", sa.Uuid(), nullable=False),
        sa.Column("receiver_organization", sa.Uuid(), nullable=True),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("timezone", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("place", sa.LargeBinary(), nullable=True),
        sa.Column("proposed_by", sa.String(length=20), nullable=False),
        sa.Column("replaces_id", sa.Uuid(), nullable=True),
        sa.Column("attendance_reason", sa.String(length=40), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
    )
    op.create_index(
        "ix_appointment_receiver",
        "appointment",
        ["receiver_organization", "starts_at"],
        unique=False,
    )
    op.create_index(
        "ix_appointment_referral_id", "appointment", ["referral_id", "starts_at"], unique=False
    )
    op.create_index(
        "ix_appointment_sender", "appointment", ["organization", "starts_at"], unique=False
    )
    op.create_table(
        "calendar_feed",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("organization", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_calendar_feed")),
    )
    op.create_index(
        "ix_calendar_feed_subject", "calendar_feed", ["organization", "subject"], unique=False
    )
    op.create_table(
        "capacity",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization", sa.Uuid(), nullable=False),
        sa.Column("receiver_id", sa.Uuid(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_capacity")),
        sa.UniqueConstraint(
            "receiver_id", "service_id", name=op.f("uq_capacity_receiver_id_service_id")
        ),
    )
    op.create_table(
        "gap",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("area", sa.String(length=40), nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=True),
        sa.Column("need_id", sa.Uuid(), nullable=True),
        sa.Column("service_id", sa.Uuid(), nullable=True),
        sa.Column("receiver_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gap")),
    )
    op.create_index("ix_gap_organization_at", "gap", ["organization", "at"], unique=False)
    op.create_table(
        "hand_off",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization", sa.Uuid(), nullable=False),
        sa.Column("receiver_organization", sa.Uuid(), nullable=True),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("achieved", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("present", sa.ARRAY(sa.String(length=20)), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_off")),
    )
    op.create_index("ix_hand_off_referral_id", "hand_off", ["referral_id"], unique=False)
    op.create_table(
        "help_page",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("categories", sa.ARRAY(sa.String(length=40)), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_help_page")),
    )
    op.create_index("uq_help_page_slug", "help_page", ["slug"], unique=True)
    op.create_table(
        "message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("link_hash", sa.LargeBinary(), nullable=True),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("referral_id", "kind", name=op.f("uq_message_referral_id_kind")),
    )
    op.create_index("ix_message_not_before", "message", ["not_before"], unique=False)
    op.create_table(
        "question",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization", sa.Uuid(), nullable=False),
        sa.Column("receiver_organization", sa.Uuid(), nullable=True),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("asked", sa.LargeBinary(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("paused", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
    )
    op.create_index(
        "ix_question_referral_id", "question", ["referral_id", "asked_at"], unique=False
    )
    op.create_table(
        "receiver_contact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization", sa.Uuid(), nullable=False),
        sa.Column("receiver_id", sa.Uuid(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=200), nullable=True),
        sa.Column("phone", sa.String(length=200), nullable=True),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receiver_contact")),
    )
    op.create_index(
        "ix_receiver_contact_receiver_id", "receiver_contact", ["receiver_id"], unique=False
    )
    op.create_table(
        "receiver_link",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("organization", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("receiver_id", sa.Uuid(), nullable=False),
        sa.Column("recipient_name", sa.String(length=200), nullable=True),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_count", sa.Integer(), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_receiver_link")),
    )
    op.create_index("ix_receiver_link_referral_id", "receiver_link", ["referral_id"], unique=False)
    op.create_table(
        "referral_group",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization", sa.Uuid(), nullable=False),
        sa.Column("need_id", sa.Uuid(), nullable=False),
        sa.Column("author", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("winner_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral_group")),
    )
    op.create_table(
        "wait",
        sa.Column("organization", sa.Uuid(), nullable=False),
        sa.Column("clock", sa.String(length=20), nullable=False),
        sa.Column("business_days", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("organization", "clock", name=op.f("pk_wait")),
    )
    op.create_table(
        "webhook",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("url", sa.LargeBinary(), nullable=False),
        sa.Column("secrets", sa.LargeBinary(), nullable=False),
        sa.Column("events", sa.ARRAY(sa.String(length=80)), nullable=False),
        sa.Column("statuses", sa.ARRAY(sa.String(length=40)), nullable=False),
        sa.Column("cursor", sa.String(length=100), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_reason", sa.String(length=40), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
    )
    op.create_index("ix_webhook_next_at", "webhook", ["next_at"], unique=False)
    op.create_index("ix_webhook_organization", "webhook", ["organization"], unique=False)
    op.create_table(
        "webhook_delivery",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization", sa.Uuid(), nullable=False),
        sa.Column("webhook_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("status_code", sa.SmallInteger(), nullable=True),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_delivery")),
    )
    op.create_index(
        "ix_webhook_delivery_page", "webhook_delivery", ["webhook_id", "at", "id"], unique=False
    )


def _extend_tables() -> None:
    op.execute(
        "insert into message (id, organization, referral_id, kind, step, requested_at, not_before, "
        "taken_at, attempts) select gen_random_uuid(), organization, referral_id, 'ask', step, "
        "requested_at, requested_at, taken_at, 0 from ask_request"
    )
    op.drop_table("ask_request")
    op.add_column("answer_link", sa.Column("language", sa.String(length=10), nullable=True))
    op.add_column(
        "calendar", sa.Column("holidays", sa.ARRAY(sa.Date()), server_default="{}", nullable=False)
    )
    op.add_column("receiver", sa.Column("hours", sa.JSON(), nullable=True))
    op.add_column(
        "referral",
        sa.Column("hand_off", sa.String(length=20), server_default="cold", nullable=False),
    )
    op.add_column("referral", sa.Column("area", sa.String(length=40), nullable=True))
    op.add_column("referral", sa.Column("group_id", sa.Uuid(), nullable=True))
    op.add_column(
        "referral", sa.Column("imported", sa.Boolean(), server_default="false", nullable=False)
    )
    op.add_column("referral", sa.Column("retry_on", sa.Date(), nullable=True))
    op.add_column("referral", sa.Column("capacity_id", sa.Uuid(), nullable=True))
    op.add_column("referral", sa.Column("claimed_by", sa.Uuid(), nullable=True))
    op.add_column("referral", sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("referral", sa.Column("inquiry_id", sa.Uuid(), nullable=True))
    op.add_column("referral", sa.Column("question_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "referral", sa.Column("paused_seconds", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column("referral", sa.Column("proposed_service_id", sa.Uuid(), nullable=True))
    op.add_column("referral", sa.Column("overdue_since", sa.DateTime(timezone=True), nullable=True))
    op.execute("update referral set overdue_since = attention_at where attention_at is not null")
    op.create_index(
        "ix_referral_overdue",
        "referral",
        ["organization", "overdue_since", "id"],
        unique=False,
        postgresql_where=sa.text("overdue_since is not null"),
    )
    op.create_index(
        "ix_deadline_holder",
        "deadline",
        [sa.literal_column("(organizations[1])"), "due_at", "subject"],
        unique=False,
    )
    op.drop_index("ix_referral_inbox", "referral")
    op.create_index(
        "ix_referral_inbox", "referral", ["receiver_organization", "sent_at", "id"], unique=False
    )
    op.create_index(
        "ix_referral_waiting",
        "referral",
        ["receiver_organization", "sent_at", "id"],
        unique=False,
        postgresql_include=["organization", "status", "urgency", "claimed_by", "attention"],
        postgresql_where=sa.text(NOT_OVER),
    )
    op.create_index("ix_referral_capacity_id", "referral", ["capacity_id"], unique=False)
    op.create_index("ix_referral_group_id", "referral", ["group_id"], unique=False)
    op.create_index("ix_referral_sent", "referral", ["organization", "sent_at"], unique=False)
    op.create_index("ix_referral_service", "referral", ["organization", "service_id"], unique=False)
    op.create_index(
        "ix_referral_unfinished",
        "referral",
        ["organization"],
        unique=False,
        postgresql_where=sa.text(UNFINISHED),
    )
    op.create_index(
        "ix_case_relation_restricted",
        "case_relation",
        ["organization", "case_id"],
        unique=False,
        postgresql_where=sa.text("restricted"),
    )
    op.create_index("ix_need_relation_case_id", "need_relation", ["case_id"], unique=False)


def _secure_what_is_found() -> None:
    """A tenant's contacts and everybody's free places are there for every sender."""
    grant("receiver_contact", "select, insert, update", BOTH)
    force_row_security("receiver_contact")
    policy("receiver_contact", "found", BOTH, "shared", "select")
    policy("receiver_contact", "held", BOTH, f"organization = {ORGANIZATION}")
    grant("capacity", "select, insert, update", BOTH)
    force_row_security("capacity")
    policy("capacity", "found", BOTH, "true", "select")
    policy("capacity", "held", BOTH, f"organization = {ORGANIZATION}")
    # How long a clock runs first is needed by whoever starts it, on either side.
    grant("wait", "select, insert, update, delete", BOTH)
    force_row_security("wait")
    policy("wait", "found", BOTH, "true", "select")
    policy("wait", "held", BOTH, f"organization = {ORGANIZATION}")
    grant("help_page", "select, insert, update", APP)
    force_row_security("help_page")
    policy("help_page", "found", APP, "active", "select")
    policy("help_page", "held", APP, f"organization = {ORGANIZATION}")


def _secure_links() -> None:
    """A link's row is read by its hash alone."""
    hashed = "encode({}, 'hex') = nullif(current_setting('app.link', true), '')"
    policy("receiver_link", "followed", APP, hashed.format("hash"), "select")
    policy("calendar_feed", "followed", APP, hashed.format("hash"), "select")


def _open_own_events() -> None:
    """An organization's own systems read what it holds in the log."""
    op.create_index("ix_event_organization", "event", ["organization", "xid", "seq"], unique=False)
    policy("event", "own", APP, f"organization = {ORGANIZATION}", "select")


def _secure_work() -> None:
    """The worker meets what is to be sent before it knows whose it is."""
    grant("message", "select, insert, update, delete", BOTH)
    force_row_security("message")
    policy("message", "held", APP, f"organization = {ORGANIZATION}")
    policy("message", "worked", WORKER, "true")
    policy("webhook", "worked", WORKER, "true")
    grant("webhook_delivery", "delete", WORKER)
    policy("webhook_delivery", "worked", WORKER, "true")


def downgrade() -> None:
    raise NotImplementedError("Facts that were written since would be lost: restore a backup.")
