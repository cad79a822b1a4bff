"""What referrals reports of listings: places left, and flags with their clearances."""

import sqlalchemy as sa
from alembic import op

from shared.migrations import grant

revision = "resources_0002"
down_revision = "resources_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "capacity",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("receiver_id", sa.Uuid(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_capacity")),
    )
    op.create_index(op.f("ix_capacity_service_id"), "capacity", ["service_id"], unique=False)
    op.create_table(
        "listing_flag",
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=80), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint(
            "service_id", "reason", "referral_id", name=op.f("pk_listing_flag")
        ),
    )
    op.create_table(
        "flag_clearance",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cleared_by", sa.Uuid(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flag_clearance")),
    )
    op.create_index(
        op.f("ix_flag_clearance_service_id_reason_at"),
        "flag_clearance",
        ["service_id", "reason", "at"],
        unique=False,
    )
    # About listings, not about people: no row security. The worker writes down what referrals
    # reports, an editor clears it.
    grant("capacity", "select", "resources_app")
    grant("capacity", "select, insert, update", "resources_worker")
    grant("listing_flag", "select", "resources_app")
    grant("listing_flag", "select, insert", "resources_worker")
    grant("flag_clearance", "select, insert", "resources_app")
    grant("flag_clearance", "select", "resources_worker")


def downgrade() -> None:
    op.execute("drop table capacity, listing_flag, flag_clearance")
