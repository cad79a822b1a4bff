"""The person served. What is encrypted follows "Classes of data" in the domain's vocabulary."""

from sqlalchemy import (
    ARRAY,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.cases.models.held import held

CLIENT = held(
    "client",
    Column("given_name", String(200), nullable=False),
    Column("family_name", String(200), nullable=False),
    Column("birth_date", Date),
    Column("pronouns", String(200)),
    Column("language", String(20), nullable=False, server_default="en"),
    Column("interpreter", Boolean, nullable=False, server_default="false"),
    Column("deceased_on", Date),
    Column("contact_prohibited", Boolean, nullable=False, server_default="false"),
    Column("contact_refused", Boolean, nullable=False, server_default="false"),
    Column("not_at_home", Boolean, nullable=False, server_default="false"),
    Column("leave_message", Boolean, nullable=False, server_default="false"),
    Column("contact_reasons", LargeBinary),
    Column("contact_hours", JSONB(none_as_null=True)),
    Column("contact_timezone", String(60)),
    Column("contact_order", ARRAY(String(20))),
    Column("created_by", Uuid, nullable=False),
    Index("ix_client_family_name", "organization", "family_name", "id"),
)
CHANNEL = held(
    "client_channel",
    Column("client_id", ForeignKey(CLIENT.c.id), nullable=False, index=True),
    Column("kind", String(20), nullable=False),
    Column("value", String(400)),
    Column("sealed_value", LargeBinary),
    Column("digits", String(40)),
    Column("safe", Boolean, nullable=False),
    Column("at_home", Boolean, nullable=False, server_default="false"),
    Column("texts", Boolean, nullable=False, server_default="false"),
    Column("shared", Boolean, nullable=False, server_default="false"),
    CheckConstraint("(value is null) <> (sealed_value is null)", name="one_form"),
    Index("ix_client_channel_digits", "organization", "digits"),
)
FACT = held(
    "client_fact",
    Column("client_id", ForeignKey(CLIENT.c.id), nullable=False, index=True),
    Column("data_class", String(40), nullable=False),
    Column("kind", String(80), nullable=False),
    Column("value", JSONB(none_as_null=True)),
    Column("sealed_value", LargeBinary),
    Column("blind_index", LargeBinary),
    Column("created_by", Uuid, nullable=False),
    CheckConstraint(
        "(data_class in ('household', 'finance', 'benefits', 'education', 'work')) "
        "= (sealed_value is null)",
        name="sealed_by_class",
    ),
    Index("ix_client_fact_blind_index", "organization", "blind_index"),
)
