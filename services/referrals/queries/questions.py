"""What the receiver asked about a referral, and what the sender's workers answered."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, bindparam, select, tuple_

from services.referrals.models import question
from services.referrals.queries import packets
from services.referrals.queries.history import seen
from shared.auth import Principal
from shared.db import Record, fetch, fetch_one
from shared.errors import NotFound
from shared.pagination import LAST_ID, LAST_TIME, Keyset, Paging
from shared.sealing import open_sealed

NEWEST = Keyset(("asked_at", "id"), (LAST_TIME, LAST_ID))
_after = tuple_(bindparam("after_asked_at"), bindparam("after_id"))
OF_REFERRAL = question.c.referral_id == bindparam("p_id")
LIST = (
    select(question)
    .where(OF_REFERRAL, tuple_(question.c.asked_at, question.c.id) < _after)
    .order_by(question.c.asked_at.desc(), question.c.id.desc())
    .limit(bindparam("page_limit"))
)
LATEST = select(question).where(OF_REFERRAL).order_by(question.c.asked_at.desc()).limit(20)
UNANSWERED = select(question).where(OF_REFERRAL, question.c.answered_at.is_(None))
OPEN = UNANSWERED.where(question.c.asked_at == bindparam("p_at"))


def list_questions(
    connection: Connection, caller: Principal, referral_id: UUID, paging: Paging
) -> Record:
    """For both sides alike. A coordinator sees none: somebody may have been named in them.

    Once the packet is closed, the receiver no longer sees what the sender's workers answered.
    """
    row = seen(connection, caller, referral_id, "referral.questions")
    if not (row["as_sender"] or row["as_receiver"]):
        raise NotFound("There is no such referral.")
    found = fetch(connection, LIST, p_id=referral_id, **paging.parameters(NEWEST))
    told: tuple[str, ...] = ("asked", "answer")
    if not row["as_sender"] and packets.is_closed(connection, referral_id):
        told = ("asked",)
    return paging.page(NEWEST, [_opened(connection, row, one, told) for one in found])


def open_question(connection: Connection, row: Record) -> Record | None:
    """The one that is not answered yet, as long as somebody waits for its answer."""
    if row["question_at"] is None:
        return None
    return fetch_one(connection, OPEN, p_id=row["id"], p_at=row["question_at"])


def questions_of(connection: Connection, referral_id: UUID) -> list[tuple[str | None, str | None]]:
    """The latest ones, each with its answer: for whoever opens the packet by link."""
    rows = fetch(connection, LATEST, p_id=referral_id)
    return [(_text(connection, one, "asked"), _text(connection, one, "answer")) for one in rows]


def _opened(connection: Connection, row: Record, one: Record, told: Sequence[str]) -> Record:
    """Each side's texts for both; names of staff stay at home."""
    texts = {"answer": None} | {name: _text(connection, one, name) for name in told}
    at_home = {
        "asked_by": one["asked_by"] if row["as_receiver"] else None,
        "answered_by": one["answered_by"] if row["as_sender"] else None,
    }
    waiting = one["answered_at"] is None and one["asked_at"] == row["question_at"]
    return {**one, **texts, **at_home, "open": waiting}


def _text(connection: Connection, one: Record, name: str) -> str | None:
    sealed = one[name]
    if sealed is None:
        return None
    text: str = open_sealed(connection, sealed, "question", name, one["id"])
    return text
