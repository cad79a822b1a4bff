"""What the client agreed may be told to whom, and what was told under it."""

from sqlalchemy import ARRAY, Column, Date, DateTime, ForeignKey, LargeBinary, String, Uuid

from services.cases.models.cases import CASE, NEED
from services.cases.models.clients import CLIENT
from services.cases.models.held import held

CONSENT = held(
    "consent",
    Column("client_id", ForeignKey(CLIENT.c.id), nullable=False, index=True),
    Column("case_id", ForeignKey(CASE.c.id), nullable=False, index=True),
    Column("status", String(40), nullable=False),
    Column("classes", ARRAY(String(40)), nullable=False),
    Column("recipient_kind", String(40), nullable=False),
    Column("recipient_id", Uuid),
    Column("recipient_name", String(200)),
    Column("purpose", String(200), nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("expires_on", Date, nullable=False),
    Column("method", String(40)),
    Column("witness", String(200)),
    Column("language", String(20)),
    Column("decided_at", DateTime(timezone=True)),
    Column("revoked_at", DateTime(timezone=True)),
    Column("created_by", Uuid, nullable=False),
)
DISCLOSURE = held(
    "disclosure",
    Column("referral_id", Uuid, nullable=False, unique=True),
    Column("consent_id", ForeignKey(CONSENT.c.id), nullable=False, index=True),
    Column("client_id", ForeignKey(CLIENT.c.id), nullable=False, index=True),
    Column("need_id", ForeignKey(NEED.c.id), nullable=False),
    Column("recipient_id", Uuid, nullable=False),
    Column("recipient_name", String(200), nullable=False),
    Column("classes", ARRAY(String(40)), nullable=False),
    Column("decided_at", DateTime(timezone=True), nullable=False),
    Column("decided_by", Uuid, nullable=False),
    Column("packet_digest", LargeBinary, nullable=False),
    Column("closed_at", DateTime(timezone=True)),
    Column("closed_reason", String(40)),
)
"""`packet_digest` proves later what was handed over; the packet itself is not kept here."""
