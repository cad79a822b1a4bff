"""The tables of cases, who may read and write them, and which status follows which."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.events.log import Xid8
from shared.migrations import (
    guard_status,
    held_by_organization,
    secure_common_tables,
    secure_deadlines,
)

revision = "cases_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _tables()
    _security()
    _statuses()


def _tables() -> None:  # noqa: PLR0915 - a statement for each table and index
    op.create_table(
        "agreement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "organization",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.organization', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("partner_name", sa.String(length=200), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
    )
    op.create_index(op.f("ix_agreement_organization"), "agreement", ["organization"], unique=False)
    op.create_index(op.f("ix_agreement_partner_id"), "agreement", ["partner_id"], unique=False)
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
        "client",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "organization",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.organization', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("given_name", sa.String(length=200), nullable=False),
        sa.Column("family_name", sa.String(length=200), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("pronouns", sa.String(length=200), nullable=True),
        sa.Column("language", sa.String(length=20), server_default="en", nullable=False),
        sa.Column("interpreter", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("deceased_on", sa.Date(), nullable=True),
        sa.Column("contact_prohibited", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("contact_refused", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("not_at_home", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("leave_message", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("contact_reasons", sa.LargeBinary(), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client")),
    )
    op.create_index(
        "ix_client_family_name", "client", ["organization", "family_name", "id"], unique=False
    )
    op.create_index(op.f("ix_client_organization"), "client", ["organization"], unique=False)
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
        "organization",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organization")),
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
        "staff",
        sa.Column(
            "organization",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.organization', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("roles", sa.ARRAY(sa.String(length=40)), nullable=False),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("organization", "id", name=op.f("pk_staff")),
    )
    op.create_table(
        "supervision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "organization",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.organization', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("supervisor_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("from_date", sa.Date(), nullable=False),
        sa.Column("to_date", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision")),
    )
    op.create_index(
        op.f("ix_supervision_organization"), "supervision", ["organization"], unique=False
    )
    op.create_index(op.f("ix_supervision_staff_id"), "supervision", ["staff_id"], unique=False)
    op.create_index(
        op.f("ix_supervision_supervisor_id"), "supervision", ["supervisor_id"], unique=False
    )
    op.create_table(
        "team",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "organization",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.organization', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team")),
        sa.UniqueConstraint("organization", "name", name=op.f("uq_team_organization_name")),
    )
    op.create_index(op.f("ix_team_organization"), "team", ["organization"], unique=False)
    op.create_table(
        "team_member",
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column(
            "organization",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.organization', true), '')::uuid"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("team_id", "staff_id", name=op.f("pk_team_member")),
    )
    op.create_index(op.f("ix_team_member_staff_id"), "team_member", ["staff_id"], unique=False)
    op.create_table(
        "care_case",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "organization",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.organization', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("restricted", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("presenting", sa.LargeBinary(), nullable=True),
        sa.Column("reason", sa.String(length=80), nullable=True),
        sa.Column("explanation", sa.LargeBinary(), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=True),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("proposed_by", sa.Uuid(), nullable=True),
        sa.Column("outcome", sa.String(length=80), nullable=True),
        sa.Column(
            "overrides", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True
        ),
        sa.Column("previous_case_id", sa.Uuid(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["client.id"], name=op.f("fk_care_case_client_id_client")
        ),
        sa.ForeignKeyConstraint(
            ["previous_case_id"],
            ["care_case.id"],
            name=op.f("fk_care_case_previous_case_id_care_case"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_case")),
    )
    op.create_index(op.f("ix_care_case_client_id"), "care_case", ["client_id"], unique=False)
    op.create_index(
        "ix_care_case_newest", "care_case", ["organization", "created_at", "id"], unique=False
    )
    op.create_index(op.f("ix_care_case_organization"), "care_case", ["organization"], unique=False)
    op.create_index(op.f("ix_care_case_owner_id"), "care_case", ["owner_id"], unique=False)
    op.create_index(op.f("ix_care_case_team_id"), "care_case", ["team_id"], unique=False)
    op.create_table(
        "client_channel",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "organization",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.organization', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("value", sa.String(length=400), nullable=True),
        sa.Column("sealed_value", sa.LargeBinary(), nullable=True),
        sa.Column("digits", sa.String(length=40), nullable=True),
        sa.Column("safe", sa.Boolean(), nullable=False),
        sa.Column("at_home", sa.Boolean(), server_default="false", nullable=False),
        sa.CheckConstraint(
            "(value is null) <> (sealed_value is null)", name=op.f("ck_client_channel_one_form")
        ),
        sa.ForeignKeyConstraint(
            ["client_id"], ["client.id"], name=op.f("fk_client_channel_client_id_client")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_channel")),
    )
    op.create_index(
        op.f("ix_client_channel_client_id"), "client_channel", ["client_id"], unique=False
    )
    op.create_index(
        "ix_client_channel_digits", "client_channel", ["organization", "digits"], unique=False
    )
    op.create_index(
        op.f("ix_client_channel_organization"), "client_channel", ["organization"], unique=False
    )
    op.create_table(
        "client_fact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "organization",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.organization', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("data_class", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column(
            "value", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True
        ),
        sa.Column("sealed_value", sa.LargeBinary(), nullable=True),
        sa.Column("blind_index", sa.LargeBinary(), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(data_class in ('household', 'finance', 'benefits', 'education', 'work')) = (sealed_value is null)",
            name=op.f("ck_client_fact_sealed_by_class"),
        ),
        sa.ForeignKeyConstraint(
            ["client_id"], ["client.id"], name=op.f("fk_client_fact_client_id_client")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_fact")),
    )
    op.create_index(
        "ix_client_fact_blind_index", "client_fact", ["organization", "blind_index"], unique=False
    )
    op.create_index(op.f("ix_client_fact_client_id"), "client_fact", ["client_id"], unique=False)
    op.create_index(
        op.f("ix_client_fact_organization"), "client_fact", ["organization"], unique=False
    )
    op.create_table(
        "assessment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "organization",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.organization', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("template", sa.String(length=80), nullable=False),
        sa.Column("template_version", sa.Integer(), nullable=False),
        sa.Column("data_class", sa.String(length=40), nullable=True),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("answers", sa.LargeBinary(), nullable=False),
        sa.Column("result", sa.LargeBinary(), nullable=True),
        sa.Column("rule_version", sa.Integer(), nullable=True),
        sa.Column("amends_id", sa.Uuid(), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["amends_id"], ["assessment.id"], name=op.f("fk_assessment_amends_id_assessment")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["care_case.id"], name=op.f("fk_assessment_case_id_care_case")
        ),
        sa.ForeignKeyConstraint(
            ["client_id"], ["client.id"], name=op.f("fk_assessment_client_id_client")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment")),
    )
    op.create_index(op.f("ix_assessment_case_id"), "assessment", ["case_id"], unique=False)
    op.create_index(op.f("ix_assessment_client_id"), "assessment", ["client_id"], unique=False)
    op.create_index(
        op.f("ix_assessment_organization"), "assessment", ["organization"], unique=False
    )
    op.create_table(
        "care_team",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column(
            "organization",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.organization', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["care_case.id"], name=op.f("fk_care_team_case_id_care_case")
        ),
        sa.PrimaryKeyConstraint("case_id", "staff_id", name=op.f("pk_care_team")),
    )
    op.create_index(op.f("ix_care_team_staff_id"), "care_team", ["staff_id"], unique=False)
    op.create_table(
        "consent",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "organization",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.organization', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("classes", sa.ARRAY(sa.String(length=40)), nullable=False),
        sa.Column("recipient_kind", sa.String(length=40), nullable=False),
        sa.Column("recipient_id", sa.Uuid(), nullable=True),
        sa.Column("recipient_name", sa.String(length=200), nullable=True),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("method", sa.String(length=40), nullable=True),
        sa.Column("witness", sa.String(length=200), nullable=True),
        sa.Column("language", sa.String(length=20), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["care_case.id"], name=op.f("fk_consent_case_id_care_case")
        ),
        sa.ForeignKeyConstraint(
            ["client_id"], ["client.id"], name=op.f("fk_consent_client_id_client")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index(op.f("ix_consent_case_id"), "consent", ["case_id"], unique=False)
    op.create_index(op.f("ix_consent_client_id"), "consent", ["client_id"], unique=False)
    op.create_index(op.f("ix_consent_organization"), "consent", ["organization"], unique=False)
    op.create_table(
        "note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "organization",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.organization', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("data_class", sa.String(length=40), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("sealed_body", sa.LargeBinary(), nullable=True),
        sa.Column("contacted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("attendees", sa.ARRAY(sa.String(length=200)), nullable=False),
        sa.Column("addendum_to_id", sa.Uuid(), nullable=True),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("comment", sa.LargeBinary(), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cosigned_by", sa.Uuid(), nullable=True),
        sa.Column("locked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["addendum_to_id"], ["note.id"], name=op.f("fk_note_addendum_to_id_note")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["care_case.id"], name=op.f("fk_note_case_id_care_case")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
    )
    op.create_index(op.f("ix_note_author_id"), "note", ["author_id"], unique=False)
    op.create_index(op.f("ix_note_case_id"), "note", ["case_id"], unique=False)
    op.create_index(op.f("ix_note_organization"), "note", ["organization"], unique=False)
    op.create_table(
        "plan",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "organization",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.organization', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("comment", sa.LargeBinary(), nullable=True),
        sa.Column("agreement", sa.String(length=40), nullable=True),
        sa.Column("agreement_detail", sa.LargeBinary(), nullable=True),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["care_case.id"], name=op.f("fk_plan_case_id_care_case")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
        sa.UniqueConstraint("case_id", "number", name=op.f("uq_plan_case_id_number")),
    )
    op.create_index(op.f("ix_plan_case_id"), "plan", ["case_id"], unique=False)
    op.create_index(
        "ix_plan_one_active",
        "plan",
        ["case_id"],
        unique=True,
        postgresql_where=sa.text("status = 'active'"),
    )
    op.create_index(
        "ix_plan_one_in_preparation",
        "plan",
        ["case_id"],
        unique=True,
        postgresql_where=sa.text("status in ('draft', 'submitted', 'approved')"),
    )
    op.create_index(op.f("ix_plan_organization"), "plan", ["organization"], unique=False)
    op.create_table(
        "task",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "organization",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.organization', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("assignee_id", sa.Uuid(), nullable=True),
        sa.Column("queue", sa.String(length=40), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_by", sa.Uuid(), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["care_case.id"], name=op.f("fk_task_case_id_care_case")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
    )
    op.create_index(op.f("ix_task_assignee_id"), "task", ["assignee_id"], unique=False)
    op.create_index(op.f("ix_task_case_id"), "task", ["case_id"], unique=False)
    op.create_index(
        "ix_task_one_open",
        "task",
        ["subject", "kind"],
        unique=True,
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_index(op.f("ix_task_organization"), "task", ["organization"], unique=False)
    op.create_index(op.f("ix_task_subject"), "task", ["subject"], unique=False)
    op.create_table(
        "timeline",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "organization",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.organization', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("actor", sa.Uuid(), nullable=True),
        sa.Column("codes", sa.ARRAY(sa.String(length=80)), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["care_case.id"], name=op.f("fk_timeline_case_id_care_case")
        ),
        sa.ForeignKeyConstraint(
            ["client_id"], ["client.id"], name=op.f("fk_timeline_client_id_client")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timeline")),
    )
    op.create_index("ix_timeline_case", "timeline", ["case_id", "created_at", "id"], unique=False)
    op.create_index(
        "ix_timeline_client", "timeline", ["client_id", "created_at", "id"], unique=False
    )
    op.create_table(
        "goal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "organization",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.organization', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("identity", sa.Uuid(), nullable=False),
        sa.Column("title", sa.LargeBinary(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("need_ids", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("target_on", sa.Date(), nullable=True),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("attainment", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["care_case.id"], name=op.f("fk_goal_case_id_care_case")
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_goal_plan_id_plan")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goal")),
        sa.UniqueConstraint("plan_id", "identity", name=op.f("uq_goal_plan_id_identity")),
    )
    op.create_index(op.f("ix_goal_case_id"), "goal", ["case_id"], unique=False)
    op.create_index(op.f("ix_goal_organization"), "goal", ["organization"], unique=False)
    op.create_index(op.f("ix_goal_plan_id"), "goal", ["plan_id"], unique=False)
    op.create_table(
        "need",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "organization",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.organization', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("marked", sa.String(length=40), nullable=True),
        sa.Column("met_by_referral_id", sa.Uuid(), nullable=True),
        sa.Column("resolution", sa.String(length=80), nullable=True),
        sa.Column("explanation", sa.LargeBinary(), nullable=True),
        sa.Column("assessment_id", sa.Uuid(), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessment.id"], name=op.f("fk_need_assessment_id_assessment")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["care_case.id"], name=op.f("fk_need_case_id_care_case")
        ),
        sa.ForeignKeyConstraint(
            ["client_id"], ["client.id"], name=op.f("fk_need_client_id_client")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need")),
    )
    op.create_index(op.f("ix_need_case_id"), "need", ["case_id"], unique=False)
    op.create_index(op.f("ix_need_client_id"), "need", ["client_id"], unique=False)
    op.create_index(op.f("ix_need_organization"), "need", ["organization"], unique=False)
    op.create_table(
        "disclosure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "organization",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.organization', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("consent_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("need_id", sa.Uuid(), nullable=False),
        sa.Column("recipient_id", sa.Uuid(), nullable=False),
        sa.Column("recipient_name", sa.String(length=200), nullable=False),
        sa.Column("classes", sa.ARRAY(sa.String(length=40)), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=False),
        sa.Column("packet_digest", sa.LargeBinary(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_reason", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["client_id"], ["client.id"], name=op.f("fk_disclosure_client_id_client")
        ),
        sa.ForeignKeyConstraint(
            ["consent_id"], ["consent.id"], name=op.f("fk_disclosure_consent_id_consent")
        ),
        sa.ForeignKeyConstraint(["need_id"], ["need.id"], name=op.f("fk_disclosure_need_id_need")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disclosure")),
        sa.UniqueConstraint("referral_id", name=op.f("uq_disclosure_referral_id")),
    )
    op.create_index(op.f("ix_disclosure_client_id"), "disclosure", ["client_id"], unique=False)
    op.create_index(op.f("ix_disclosure_consent_id"), "disclosure", ["consent_id"], unique=False)
    op.create_index(
        op.f("ix_disclosure_organization"), "disclosure", ["organization"], unique=False
    )
    op.create_table(
        "referral_standing",
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column(
            "organization",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.organization', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("need_id", sa.Uuid(), nullable=False),
        sa.Column("step_id", sa.Uuid(), nullable=True),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("loop", sa.String(length=40), nullable=False),
        sa.Column("settled_version", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["care_case.id"], name=op.f("fk_referral_standing_case_id_care_case")
        ),
        sa.ForeignKeyConstraint(
            ["need_id"], ["need.id"], name=op.f("fk_referral_standing_need_id_need")
        ),
        sa.PrimaryKeyConstraint("referral_id", name=op.f("pk_referral_standing")),
    )
    op.create_index(
        op.f("ix_referral_standing_case_id"), "referral_standing", ["case_id"], unique=False
    )
    op.create_index(
        op.f("ix_referral_standing_need_id"), "referral_standing", ["need_id"], unique=False
    )
    op.create_table(
        "step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "organization",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.organization', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("goal_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("identity", sa.Uuid(), nullable=False),
        sa.Column("title", sa.LargeBinary(), nullable=False),
        sa.Column("owner", sa.String(length=40), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("need_id", sa.Uuid(), nullable=True),
        sa.Column("referral_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("proposed_done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["care_case.id"], name=op.f("fk_step_case_id_care_case")
        ),
        sa.ForeignKeyConstraint(["goal_id"], ["goal.id"], name=op.f("fk_step_goal_id_goal")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_step_plan_id_plan")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_step")),
        sa.UniqueConstraint("plan_id", "identity", name=op.f("uq_step_plan_id_identity")),
    )
    op.create_index(op.f("ix_step_case_id"), "step", ["case_id"], unique=False)
    op.create_index(op.f("ix_step_goal_id"), "step", ["goal_id"], unique=False)
    op.create_index(op.f("ix_step_identity"), "step", ["identity"], unique=False)
    op.create_index(op.f("ix_step_organization"), "step", ["organization"], unique=False)
    op.create_index(op.f("ix_step_plan_id"), "step", ["plan_id"], unique=False)


HELD = (
    "agreement",
    "assessment",
    "care_case",
    "client",
    "client_channel",
    "client_fact",
    "consent",
    "disclosure",
    "goal",
    "need",
    "note",
    "plan",
    "referral_standing",
    "staff",
    "step",
    "supervision",
    "task",
    "team",
)
REPLACED = ("care_team", "client_channel", "client_fact", "goal", "step", "team_member")
"""Rows that may also go: who is on a team, what a draft no longer says."""


def _security() -> None:
    secure_common_tables("cases")
    secure_deadlines("cases")
    privileges = "select, insert, update"
    held_by_organization("organization", "cases", columns=("id",), privileges=privileges)
    for table in HELD:
        extra = ", delete" if table in REPLACED else ""
        held_by_organization(table, "cases", privileges=privileges + extra)
    for table in ("care_team", "team_member"):
        held_by_organization(table, "cases", privileges="select, insert, delete")
    held_by_organization("timeline", "cases", privileges="select, insert")


def _statuses() -> None:
    guard_status(
        "care_case",
        {
            "inquiry": ("open", "waitlisted", "screened_out", "closed", "entered_in_error"),
            "waitlisted": ("open", "screened_out", "closed", "entered_in_error"),
            "screened_out": ("entered_in_error",),
            "open": ("on_hold", "closure_proposed", "closed", "entered_in_error"),
            "on_hold": ("open", "closure_proposed", "closed", "entered_in_error"),
            "closure_proposed": ("open", "closed", "entered_in_error"),
            "closed": ("entered_in_error",),
        },
    )
    guard_status(
        "need",
        {
            "open": ("addressed", "met", "partly_met", "unmet", "withdrawn"),
            "addressed": ("open", "met", "partly_met", "unmet", "withdrawn"),
            "met": ("open", "addressed", "partly_met"),
            "partly_met": ("open", "addressed", "met"),
            "unmet": ("open", "addressed"),
        },
    )
    guard_status(
        "consent",
        {"draft": ("active", "refused"), "active": ("revoked", "expired")},
    )
    guard_status(
        "plan",
        {
            "draft": ("submitted", "approved", "discontinued"),
            "submitted": ("approved", "draft"),
            "approved": ("draft", "active", "discontinued"),
            "active": ("superseded", "completed", "discontinued"),
        },
    )
    guard_status(
        "goal",
        {
            "proposed": ("accepted", "rejected"),
            "accepted": ("active", "cancelled"),
            "active": ("on_hold", "completed", "cancelled"),
            "on_hold": ("active", "completed", "cancelled"),
        },
    )
    guard_status("step", {"open": ("done", "cancelled")})
    guard_status("assessment", {"in_progress": ("completed",), "completed": ("amended",)})
    guard_status(
        "note",
        {
            "draft": ("signed", "cosign_requested"),
            "cosign_requested": ("cosigned", "draft"),
            "signed": ("locked",),
            "cosigned": ("locked",),
        },
    )
    guard_status("task", {"open": ("completed", "cancelled")})
