"""Hours, order and flags of safe contact, inquiries from outside, and an organization's time zone."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.migrations import held_by_organization

revision = "cases_0002"
down_revision = "cases_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _contact()
    op.add_column("organization", sa.Column("timezone", sa.String(length=60), nullable=True))
    _inquiry()


def _contact() -> None:
    hours = postgresql.JSONB(none_as_null=True, astext_type=sa.Text())
    op.add_column("client", sa.Column("contact_hours", hours, nullable=True))
    op.add_column("client", sa.Column("contact_timezone", sa.String(length=60), nullable=True))
    op.add_column(
        "client", sa.Column("contact_order", sa.ARRAY(sa.String(length=20)), nullable=True)
    )
    for flag in ("texts", "shared"):
        op.add_column(
            "client_channel",
            sa.Column(flag, sa.Boolean(), server_default="false", nullable=False),
        )


def _inquiry() -> None:
    op.create_table(
        "inquiry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "organization",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('app.organization', true), '')::uuid"),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column(
            "possible_duplicates",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default="[]",
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["client.id"],
            name=op.f("fk_inquiry_client_id_client"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["care_case.id"],
            name=op.f("fk_inquiry_case_id_care_case"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inquiry")),
        sa.UniqueConstraint("case_id", name=op.f("uq_inquiry_case_id")),
        sa.UniqueConstraint(
            "organization",
            "source",
            "source_id",
            name=op.f("uq_inquiry_organization_source_source_id"),
        ),
    )
    op.create_index(op.f("ix_inquiry_organization"), "inquiry", ["organization"], unique=False)
    held_by_organization("inquiry", "cases", privileges="select, insert, update")
