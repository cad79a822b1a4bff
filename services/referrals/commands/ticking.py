"""What happens when a clock runs out: the next rung of its ladder, or the end of it.

Runs in the deadline's own transaction, in the sender's context; it asks no neighbour.
"""

from datetime import datetime
from uuid import uuid4

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.dialects.postgresql import insert

from services.referrals.commands.moving import CLOCK, SYSTEM, Details, move
from services.referrals.commands.reminding import remind
from services.referrals.lifecycle.clocks import BETWEEN_TRIES, TRIES, Clock, Ladder, ladder
from services.referrals.lifecycle.reasons import Reason
from services.referrals.lifecycle.transitions import NEVER_SENT, Act, Party, follow
from services.referrals.models import message, referral
from services.referrals.queries.calendars import calendar_for
from shared import audit
from shared.db import Record, execute, fetch_one
from shared.deadlines import Deadline
from shared.schemas.referrals import ReferralStatus

# A row that a person is moving right now is left to them: the deadline is met again in a moment.
LOCKED = (
    select(referral).where(referral.c.id == bindparam("p_id")).with_for_update(skip_locked=True)
)
REQUEST = insert(message).on_conflict_do_nothing()
REASONS = {
    Clock.ANSWER: Reason.EXPIRED_NO_RESPONSE,
    Clock.OUTCOME: Reason.NO_OUTCOME_REPORTED,
    Clock.HOLD: Reason.NO_OUTCOME_REPORTED,
    Clock.SUPERSEDED: Reason.SUPERSEDED,
}


class Busy(Exception):  # noqa: N818 - named for what happened
    """Somebody else holds the row: try the deadline again shortly."""


def tick(connection: Connection, due: Deadline, now: datetime) -> datetime | None:
    """Take the next step of the ladder; when the one after is due, or None after its end."""
    row = fetch_one(connection, LOCKED, p_id=due.subject)
    if row is None:
        raise Busy
    kind = Clock(due.kind)
    audit.record(connection, f"clock.{kind}", [row["id"]], basis="clock")
    if kind in (Clock.ASK, Clock.ASK_ONCE):
        return _ask(connection, row, due, now)
    rule = ladder(kind, row["urgency"] == "urgent")
    reminded = rule.reminds(due.step)
    if reminded is None:
        _end(connection, row, kind, rule)
        return None
    since = row["overdue_since"] or due.due_at
    remind(connection, {**row, "overdue_since": since}, reminded, kind)
    return rule.next(due.step, now, calendar_for(connection, row, kind))


def _end(connection: Connection, row: Record, kind: Clock, rule: Ladder) -> None:
    assert rule.end is not None
    status = ReferralStatus(row["status"])
    end = Act.DISCARD if status in NEVER_SENT else rule.end
    by = SYSTEM if rule.waits_for is Party.SYSTEM else CLOCK
    if follow(status, end) is not None:
        move(connection, row, end, by, Details(reason=REASONS.get(kind)))


def _ask(connection: Connection, row: Record, due: Deadline, now: datetime) -> datetime | None:
    """Have the worker's `asks` step ask the client; after three tries, stop."""
    if due.kind == Clock.ASK and row["asked_count"] >= TRIES:
        move(connection, row, Act.STOP_ASKING, CLOCK)
        return None
    request = {"referral_id": row["id"], "organization": row["organization"], "step": due.step}
    waiting = {"id": uuid4(), "kind": "ask", "requested_at": now, "not_before": now, "attempts": 0}
    execute(connection, REQUEST, {**request, **waiting})
    return now + BETWEEN_TRIES if due.kind == Clock.ASK else None
