"""What was written down about a contact: drafted, signed, locked, then only added to."""

from sqlalchemy import ARRAY, Column, DateTime, ForeignKey, Integer, LargeBinary, String, Text, Uuid

from services.cases.models.cases import CASE
from services.cases.models.held import held

NOTE = held(
    "note",
    Column("case_id", ForeignKey(CASE.c.id), nullable=False, index=True),
    Column("status", String(40), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("data_class", String(40)),
    Column("title", String(200)),
    Column("body", Text),
    Column("sealed_body", LargeBinary),
    Column("contacted_at", DateTime(timezone=True), nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("attendees", ARRAY(String(200)), nullable=False),
    Column("addendum_to_id", ForeignKey("note.id")),
    Column("author_id", Uuid, nullable=False, index=True),
    Column("comment", LargeBinary),
    Column("signed_at", DateTime(timezone=True)),
    Column("cosigned_by", Uuid),
    Column("locked_at", DateTime(timezone=True)),
)
