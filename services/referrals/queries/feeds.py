"""What stands in a person's calendar feed: times and ids, for who has its secret address."""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, and_, bindparam, or_, select

from services.referrals.lifecycle.appointments import NOT_OVER
from services.referrals.lifecycle.clocks import LADDERS
from services.referrals.lifecycle.transitions import Party
from services.referrals.models import (
    appointment,
    calendar_feed,
    case_relation,
    deadline,
    referral,
    staff_relation,
)
from services.referrals.queries.visibility import HELD_HERE, ME, MINE, ORGANIZATION
from shared import audit, clock
from shared.db import Record, enter, fetch, fetch_one
from shared.errors import NotFound

LIFE = timedelta(days=365)
"""A feed cannot know that its owner's role was taken away: it ends in any case."""
BACK, AHEAD = timedelta(days=31), timedelta(days=366)
MOST = 500


class Sides(StrEnum):
    SENDER = "sender"
    RECEIVER = "receiver"
    BOTH = "both"


FEED = select(calendar_feed).where(calendar_feed.c.hash == bindparam("p_hash"))
STAFF = select(staff_relation.c.active).where(
    staff_relation.c.staff_id == ME, staff_relation.c.organization == ORGANIZATION
)
RECEIVED = referral.c.receiver_organization == ORGANIZATION
OWN = and_(HELD_HERE, MINE)
"""A worker's own cases, whatever else their role lets them see."""
OF_SIDE: dict[Sides, ColumnElement[bool]] = {
    Sides.SENDER: OWN,
    Sides.RECEIVER: RECEIVED,
    Sides.BOTH: or_(OWN, RECEIVED),
}
CLOCKS = {
    Sides.RECEIVER: [c for c, ladder in LADDERS.items() if ladder.waits_for is Party.RECEIVER],
    Sides.SENDER: [
        c for c, ladder in LADDERS.items() if ladder.waits_for in (Party.AUTHOR, Party.WORKER)
    ],
}
IS_MINE = {
    Sides.SENDER: and_(OWN, deadline.c.kind.in_(CLOCKS[Sides.SENDER])),
    Sides.RECEIVER: and_(RECEIVED, deadline.c.kind.in_(CLOCKS[Sides.RECEIVER])),
}
IS_MINE[Sides.BOTH] = or_(*IS_MINE.values())
_with_case = referral.outerjoin(case_relation, case_relation.c.case_id == referral.c.case_id)
APPOINTMENTS = {
    side: select(
        appointment.c.id,
        appointment.c.referral_id,
        appointment.c.status,
        appointment.c.version,
        appointment.c.starts_at,
        appointment.c.ends_at,
        appointment.c.created_at,
        appointment.c.decided_at,
    )
    .select_from(appointment.join(_with_case, referral.c.id == appointment.c.referral_id))
    .where(
        appointment.c.starts_at.between(bindparam("p_from"), bindparam("p_to")),
        appointment.c.status.in_([*NOT_OVER]),
        seen,
    )
    .order_by(appointment.c.starts_at, appointment.c.id)
    .limit(MOST)
    for side, seen in OF_SIDE.items()
}
DUES = {
    side: select(
        deadline.c.kind,
        deadline.c.due_at,
        referral.c.id.label("referral_id"),
        referral.c.created_at,
    )
    .select_from(deadline.join(_with_case, referral.c.id == deadline.c.subject))
    .where(deadline.c.due_at.between(bindparam("p_from"), bindparam("p_to")), seen)
    .order_by(deadline.c.due_at, referral.c.id)
    .limit(MOST)
    for side, seen in IS_MINE.items()
}


def read(connection: Connection, hashed: bytes) -> Record:
    """The appointments and due dates behind the address. Wrong, revoked and old are one answer."""
    feed = fetch_one(connection, FEED, p_hash=hashed)
    now = clock.now()
    if feed is None or feed["revoked_at"] is not None or feed["created_at"] + LIFE <= now:
        raise NotFound("There is no such feed.")
    enter(connection, feed["organization"])
    side, owner = Sides(feed["side"]), {"p_me": feed["subject"]}
    owner["p_organization"] = feed["organization"]
    _still_here(connection, side, owner)
    # Calendars ask every few minutes and are shown times and ids: whose it was is on record, not each id.
    audit.record(connection, "feed.read", [feed["subject"]], basis="link")
    window = _window(now)
    return {
        "appointments": fetch(connection, APPOINTMENTS[side], **owner, **window),
        "dues": fetch(connection, DUES[side], **owner, **window),
    }


def _still_here(connection: Connection, side: Sides, owner: dict[str, UUID]) -> None:
    staff = fetch_one(connection, STAFF, **owner)
    known = staff is not None or side is Sides.RECEIVER  # a receiver's staff may be known to nobody
    if not known or (staff is not None and not staff["active"]):
        raise NotFound("There is no such feed.")


def _window(now: datetime) -> dict[str, datetime]:
    return {"p_from": now - BACK, "p_to": now + AHEAD}
