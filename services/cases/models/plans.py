"""What is agreed to be done: plan versions, their goals and steps."""

from sqlalchemy import (
    ARRAY,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
    Uuid,
    text,
)

from services.cases.models.cases import CASE
from services.cases.models.held import held

PLAN = held(
    "plan",
    Column("case_id", ForeignKey(CASE.c.id), nullable=False, index=True),
    Column("number", Integer, nullable=False),
    Column("status", String(40), nullable=False),
    Column("content_hash", LargeBinary),
    Column("submitted_at", DateTime(timezone=True)),
    Column("approved_by", Uuid),
    Column("approved_at", DateTime(timezone=True)),
    Column("comment", LargeBinary),
    Column("agreement", String(40)),
    Column("agreement_detail", LargeBinary),
    Column("activated_at", DateTime(timezone=True)),
    Column("ended_at", DateTime(timezone=True)),
    Column("created_by", Uuid, nullable=False),
    UniqueConstraint("case_id", "number"),
    Index("ix_plan_one_active", "case_id", unique=True, postgresql_where=text("status = 'active'")),
    Index(
        "ix_plan_one_in_preparation",
        "case_id",
        unique=True,
        postgresql_where=text("status in ('draft', 'submitted', 'approved')"),
    ),
)
GOAL = held(
    "goal",
    Column("plan_id", ForeignKey(PLAN.c.id), nullable=False, index=True),
    Column("case_id", ForeignKey(CASE.c.id), nullable=False, index=True),
    Column("identity", Uuid, nullable=False),
    Column("title", LargeBinary, nullable=False),
    Column("words", LargeBinary),
    Column("need_ids", ARRAY(Uuid), nullable=False),
    Column("target_on", Date),
    Column("status", String(40), nullable=False),
    Column("attainment", Integer),
    UniqueConstraint("plan_id", "identity"),
)
"""`identity` is what a goal keeps across versions of the plan."""
STEP = held(
    "step",
    Column("goal_id", ForeignKey(GOAL.c.id), nullable=False, index=True),
    Column("plan_id", ForeignKey(PLAN.c.id), nullable=False, index=True),
    Column("case_id", ForeignKey(CASE.c.id), nullable=False, index=True),
    Column("identity", Uuid, nullable=False, index=True),
    Column("title", LargeBinary, nullable=False),
    Column("owner", String(40), nullable=False),
    Column("due_on", Date),
    Column("need_id", Uuid),
    Column("referral_id", Uuid),
    Column("status", String(40), nullable=False),
    Column("proposed_done_at", DateTime(timezone=True)),
    Column("done_at", DateTime(timezone=True)),
    Column("done_by", Uuid),
    UniqueConstraint("plan_id", "identity"),
)
