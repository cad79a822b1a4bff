"""What happened to a referral, and what each side said."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, select, tuple_

from services.referrals.lifecycle import errands
from services.referrals.lifecycle.loop import Side
from services.referrals.lifecycle.transitions import Party
from services.referrals.models import attestation, history
from services.referrals.queries.referrals import ONE
from services.referrals.queries.visibility import visible_to
from shared import audit
from shared.auth import Principal
from shared.db import Record, fetch, fetch_one
from shared.errors import NotFound
from shared.pagination import LAST_ID, LAST_TIME, Keyset, Paging
from shared.sealing import open_sealed

RECEIVERS_ALONE = {errands.CLAIM.name, errands.RELEASE.name}
"""The sender sees that somebody took it on, not who."""
NEWEST = Keyset(("at", "id"), (LAST_TIME, LAST_ID))
ENTRIES = (
    select(history)
    .where(
        history.c.referral_id == bindparam("p_id"),
        tuple_(history.c.at, history.c.id) < tuple_(bindparam("after_at"), bindparam("after_id")),
    )
    .order_by(history.c.at.desc(), history.c.id.desc())
    .limit(bindparam("page_limit"))
)
WORDS = (
    select(attestation)
    .where(attestation.c.referral_id == bindparam("p_id"))
    .order_by(attestation.c.version.desc())
    .limit(200)
)


def list_history(
    connection: Connection, caller: Principal, referral_id: UUID, paging: Paging
) -> Record:
    row = seen(connection, caller, referral_id, "referral.history")
    entries = fetch(connection, ENTRIES, p_id=referral_id, **paging.parameters(NEWEST))
    return paging.page(NEWEST, [_entry(connection, row, entry) for entry in entries])


def attestations(connection: Connection, caller: Principal, referral_id: UUID) -> Record:
    row = seen(connection, caller, referral_id, "referral.attestations")
    words = fetch(connection, WORDS, p_id=referral_id)
    mine = [word for word in words if row["as_sender"] or _is_for(row, word)]
    return {"loop": row["loop"], "items": [_opened(connection, word) for word in mine]}


def seen(connection: Connection, caller: Principal, referral_id: UUID, action: str) -> Record:
    row = fetch_one(connection, ONE, p_id=referral_id, **visible_to(caller))
    if row is None:
        raise NotFound("There is no such referral.")
    audit.record(connection, action, [referral_id])
    return row


def _entry(connection: Connection, row: Record, entry: Record) -> Record:
    """Each side's notes are for itself; the receiver's are for both. Names of staff stay at home."""
    of_receiver = entry["party"] == Party.RECEIVER or entry["marked_for"] == Party.RECEIVER
    readable = row["as_sender"] or (row["as_receiver"] and of_receiver)
    if entry["action"] in RECEIVERS_ALONE:
        readable = row["as_receiver"]
    note: Any = entry["note"]
    if note is not None:
        note = _open_note(connection, entry) if readable else None
    return {**entry, "note": note, "who": entry["who"] if readable else None}


def _open_note(connection: Connection, entry: Record) -> str:
    note: str = open_sealed(connection, entry["note"], "referral_history", "note", entry["id"])
    return note


def _is_for(row: Record, word: Record) -> bool:
    return bool(row["as_receiver"] and word["side"] == Side.RECEIVER)


def _opened(connection: Connection, word: Record) -> Record:
    sealed = word["provided"]
    if sealed is None:
        return word
    provided = open_sealed(connection, sealed, "attestation", "provided", word["id"])
    return {**word, "provided": provided}
