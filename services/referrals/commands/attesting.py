"""What each side says of the help: appended with who said it and who wrote it down, never changed."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, bindparam, insert, select
from sqlalchemy.dialects.postgresql import distinct_on

from services.referrals.lifecycle.loop import Said, Side, Word
from services.referrals.models import attestation
from shared import clock
from shared.db import Record, fetch
from shared.sealing import seal

INSERT = insert(attestation)
LATEST = (
    select(attestation.c.side, attestation.c.answer, attestation.c.written_by)
    .ext(distinct_on(attestation.c.side))
    .where(attestation.c.referral_id == bindparam("p_referral"))
    .order_by(attestation.c.side, attestation.c.version.desc())
)


def attest(
    connection: Connection,
    referral: Record,
    side: Side,
    said: Said,
    *,
    said_by: str,
    written_by: UUID | None,
    channel: str,
    helped: int | None = None,
    reason: str | None = None,
    served_on: date | None = None,
    provided: str | None = None,
) -> None:
    """Add one side's word to a locked referral, as of the version it is about to have."""
    row_id = uuid4()
    row: dict[str, Any] = {
        "id": row_id,
        "organization": referral["organization"],
        "receiver_organization": referral["receiver_organization"],
        "referral_id": referral["id"],
        "side": side,
        "answer": said,
        "helped": helped,
        "reason": reason,
        "served_on": served_on,
        "provided": provided and seal(connection, provided, "attestation", "provided", row_id),
        "said_by": said_by,
        "written_by": written_by,
        "channel": channel,
        "at": clock.now(),
        "version": referral["version"] + 1,
    }
    connection.execute(INSERT, row)


def latest_words(connection: Connection, referral_id: UUID) -> dict[Side, Word]:
    """The latest word of each side that has spoken."""
    rows = fetch(connection, LATEST, p_referral=referral_id)
    return {Side(r["side"]): Word(Said(r["answer"]), r["written_by"]) for r in rows}
