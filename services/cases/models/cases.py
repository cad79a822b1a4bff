"""The case, its care team, what was assessed and needed, and what happened when."""

from sqlalchemy import (
    ARRAY,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.cases.models.clients import CLIENT
from services.cases.models.held import HOLDER, held, metadata
from shared import clock

CASE = held(
    "care_case",
    Column("client_id", ForeignKey(CLIENT.c.id), nullable=False, index=True),
    Column("status", String(40), nullable=False),
    Column("owner_id", Uuid, nullable=False, index=True),
    Column("team_id", Uuid, index=True),
    Column("restricted", Boolean, nullable=False, server_default="false"),
    Column("presenting", LargeBinary),
    Column("reason", String(80)),
    Column("explanation", LargeBinary),
    Column("priority", Integer),
    Column("review_on", Date),
    Column("proposed_by", Uuid),
    Column("outcome", String(80)),
    Column("overrides", JSONB(none_as_null=True)),
    Column("previous_case_id", ForeignKey("care_case.id")),
    Column("opened_at", DateTime(timezone=True)),
    Column("closed_at", DateTime(timezone=True)),
    Column("created_by", Uuid, nullable=False),
    Index("ix_care_case_newest", "organization", "created_at", "id"),
)
CARE_TEAM = Table(
    "care_team",
    metadata,
    Column("case_id", ForeignKey(CASE.c.id), primary_key=True),
    Column("staff_id", Uuid, primary_key=True, index=True),
    Column("organization", Uuid, nullable=False, server_default=HOLDER),
    Column("since", DateTime(timezone=True), nullable=False, default=clock.now),
)
ASSESSMENT = held(
    "assessment",
    Column("case_id", ForeignKey(CASE.c.id), nullable=False, index=True),
    Column("client_id", ForeignKey(CLIENT.c.id), nullable=False, index=True),
    Column("template", String(80), nullable=False),
    Column("template_version", Integer, nullable=False),
    Column("data_class", String(40)),
    Column("status", String(40), nullable=False),
    Column("answers", LargeBinary, nullable=False),
    Column("result", LargeBinary),
    Column("rule_version", Integer),
    Column("amends_id", ForeignKey("assessment.id")),
    Column("completed_at", DateTime(timezone=True)),
    Column("created_by", Uuid, nullable=False),
)
NEED = held(
    "need",
    Column("case_id", ForeignKey(CASE.c.id), nullable=False, index=True),
    Column("client_id", ForeignKey(CLIENT.c.id), nullable=False, index=True),
    Column("category", String(40), nullable=False),
    Column("severity", Integer, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("words", LargeBinary),
    Column("status", String(40), nullable=False),
    Column("marked", String(40)),
    Column("met_by_referral_id", Uuid),
    Column("resolution", String(80)),
    Column("explanation", LargeBinary),
    Column("assessment_id", ForeignKey(ASSESSMENT.c.id)),
    Column("created_by", Uuid, nullable=False),
)
REFERRAL_STANDING = Table(
    "referral_standing",
    metadata,
    Column("referral_id", Uuid, primary_key=True),
    Column("organization", Uuid, nullable=False, server_default=HOLDER),
    Column("need_id", ForeignKey(NEED.c.id), nullable=False, index=True),
    Column("step_id", Uuid),
    Column("case_id", ForeignKey(CASE.c.id), nullable=False, index=True),
    Column("service_id", Uuid, nullable=False),
    Column("version", Integer, nullable=False),
    Column("status", String(40), nullable=False),
    Column("loop", String(40), nullable=False),
    Column("settled_version", Integer, nullable=False, server_default="0"),
)
TASK = held(
    "task",
    Column("case_id", ForeignKey(CASE.c.id), index=True),
    Column("kind", String(80), nullable=False),
    Column("subject", Uuid, nullable=False, index=True),
    Column("assignee_id", Uuid, index=True),
    Column("queue", String(40)),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("status", String(40), nullable=False),
    Column("escalated_at", DateTime(timezone=True)),
    Column("completed_by", Uuid),
    Column("completed_at", DateTime(timezone=True)),
    Index(
        "ix_task_one_open",
        "subject",
        "kind",
        unique=True,
        postgresql_where=text("status = 'open'"),
    ),
)
TIMELINE = Table(
    "timeline",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organization", Uuid, nullable=False, server_default=HOLDER),
    Column("created_at", DateTime(timezone=True), nullable=False, default=clock.now),
    Column("client_id", ForeignKey(CLIENT.c.id), nullable=False),
    Column("case_id", ForeignKey(CASE.c.id)),
    Column("kind", String(80), nullable=False),
    Column("subject", Uuid, nullable=False),
    Column("actor", Uuid),
    Column("codes", ARRAY(String(80)), nullable=False),
    Index("ix_timeline_case", "case_id", "created_at", "id"),
    Index("ix_timeline_client", "client_id", "created_at", "id"),
)
"""What happened when, in ids and codes: the one history of cases, needs, consents, plans and notes."""
