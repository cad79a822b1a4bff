"""Who asked for help from outside: the one case that was begun for each request."""

from sqlalchemy import Column, ForeignKey, String, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from services.cases.models.cases import CASE
from services.cases.models.clients import CLIENT
from services.cases.models.held import held

# The row claims its source before there is a client or a case: its keys are judged at the end.
_OF_CLIENT = ForeignKey(CLIENT.c.id, deferrable=True, initially="DEFERRED")
_OF_CASE = ForeignKey(CASE.c.id, deferrable=True, initially="DEFERRED")
INQUIRY = held(
    "inquiry",
    Column("source", String(40), nullable=False),
    Column("source_id", Uuid, nullable=False),
    Column("client_id", _OF_CLIENT, nullable=False),
    Column("case_id", _OF_CASE, nullable=False, unique=True),
    Column("possible_duplicates", JSONB, nullable=False, server_default="[]"),
    UniqueConstraint("organization", "source", "source_id"),
)
"""`possible_duplicates`: ids of clients on record, and what they have in common."""
