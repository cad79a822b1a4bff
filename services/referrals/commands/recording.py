"""What became of a referral, step by step: history rows, and the event its neighbours read."""

from uuid import UUID, uuid4

from sqlalchemy import Connection, insert

from services.referrals.lifecycle.transitions import NEVER_SENT
from services.referrals.models import history
from shared import clock
from shared.db import Record
from shared.events import log
from shared.events.contracts import ReceivedStanding, ReferralStanding
from shared.sealing import seal

INSERT = insert(history)
NOTHING_BEFORE = ""


def record(
    connection: Connection,
    referral: Record,
    action: str,
    *,
    before: str,
    party: str,
    who: UUID | None = None,
    marked_for: str | None = None,
    reminded: str | None = None,
    reason: str | None = None,
    note: str | None = None,
) -> None:
    """Add a row to the history of `referral`, which is as it stands after the action."""
    row_id = uuid4()
    row = {
        "id": row_id,
        "organization": referral["organization"],
        "receiver_organization": referral["receiver_organization"],
        "referral_id": referral["id"],
        "version": referral["version"],
        "at": clock.now(),
        "action": action,
        "before": before,
        "after": referral["status"],
        "party": party,
        "who": who,
        "marked_for": marked_for,
        "reminded": reminded,
        "reason": reason,
        "note": note and seal(connection, note, "referral_history", "note", row_id),
    }
    connection.execute(INSERT, row)


def publish(connection: Connection, referral: Record) -> None:
    """Tell the neighbours, and both sides' own systems, where the referral stands."""
    standing = {name: referral[name] for name in ReferralStanding.model_fields if name in referral}
    event = ReferralStanding(referral_id=referral["id"], **standing)
    log.publish(connection, referral["organization"], event)
    if referral["receiver_organization"] is not None and referral["status"] not in NEVER_SENT:
        received = {
            name: referral[name] for name in ReceivedStanding.model_fields if name in referral
        }
        copy = ReceivedStanding(referral_id=referral["id"], **received)
        log.publish(connection, referral["receiver_organization"], copy)
