"""When a referral comes to nothing, the worker looks for the next matching listing (`proposals.py`)."""

from uuid import UUID

from sqlalchemy import Connection, bindparam, select, update

from services.referrals.commands import gaps, messages
from services.referrals.lifecycle.transitions import Act
from services.referrals.models import referral
from services.referrals.queries import attempts
from shared import audit, clock
from shared.db import Record, execute, fetch_one

KIND = "propose"
"""The kind of message that the service leaves for itself."""
ENDS = {Act.DECLINE, Act.EXPIRE, Act.REPORT_NOT_SERVED}
_later = referral.alias("later")
# One that was followed already needs no proposal.
OPEN_END = select(referral).where(
    referral.c.id == bindparam("p_id"),
    ~select(_later.c.id).where(_later.c.previous_referral_id == referral.c.id).exists(),
)
PROPOSE = (
    update(referral)
    .where(referral.c.id == bindparam("p_id"))
    .values(proposed_service_id=bindparam("p_service"))
)


def follow(connection: Connection, _: Record, moved: Record, act: Act) -> None:
    """Have the next listing looked for, where the client still wants one."""
    if act in ENDS and moved["reason"] not in gaps.NOT_GAPS:
        messages.want(connection, moved, KIND)


def look(connection: Connection, referral_id: UUID) -> Record | None:
    """The referral and what was tried before; None when nothing is to be proposed any more."""
    row = fetch_one(connection, OPEN_END, p_id=referral_id)
    if row is None:
        return None
    return {**row, "exclude": attempts.tried(connection, row, clock.now().date())}


def propose(connection: Connection, referral_id: UUID, service_id: UUID) -> None:
    """Show the sender the next listing."""
    execute(connection, PROPOSE, {"p_id": referral_id, "p_service": service_id})
    audit.record(connection, "referral.propose", [referral_id], basis="system")
