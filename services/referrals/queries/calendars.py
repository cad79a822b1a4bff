"""When an organization works and how long it waits: as it has set them, or by default."""

from dataclasses import dataclass
from datetime import date, time
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Uuid, and_, bindparam, literal, select

from services.referrals.lifecycle.business_time import DEFAULT, Calendar
from services.referrals.lifecycle.clocks import Clock, Wait, ladder, setting_of
from services.referrals.lifecycle.transitions import Party
from services.referrals.models import calendar, receiver, wait
from shared.auth import Principal
from shared.db import Record, fetch_one

GET = select(calendar).where(calendar.c.organization == bindparam("p_of"))
_asked = select(literal(1).label("one")).subquery("asked")
# A tenant's calendar, or a link receiver's own hours; and how long the sender lets the clock run.
TERMS = select(
    calendar.c.timezone,
    calendar.c.opens,
    calendar.c.closes,
    calendar.c.weekdays,
    calendar.c.holidays,
    receiver.c.hours.label("own_hours"),
    wait.c.business_days,
    wait.c.days,
    wait.c.hours,
).select_from(
    _asked.outerjoin(calendar, calendar.c.organization == bindparam("p_of", type_=Uuid))
    .outerjoin(
        receiver,
        and_(receiver.c.id == bindparam("p_receiver", type_=Uuid), receiver.c.kind == "link"),
    )
    .outerjoin(
        wait,
        and_(
            wait.c.organization == bindparam("p_sender", type_=Uuid),
            wait.c.clock == bindparam("p_clock"),
        ),
    )
)


@dataclass(frozen=True, slots=True)
class Terms:
    """By what a clock of a referral counts: the calendar of whoever must act, and the sender's wait."""

    calendar: Calendar
    first: Wait


def terms(connection: Connection, referral: Record, kind: Clock) -> Terms:
    urgent = referral["urgency"] == "urgent"
    rule = ladder(kind, urgent)
    receives = rule.waits_for is Party.RECEIVER
    row = fetch_one(
        connection,
        TERMS,
        p_of=referral["receiver_organization" if receives else "organization"],
        p_receiver=referral["receiver_id"] if receives else None,
        p_sender=referral["organization"],
        p_clock=setting_of(kind, urgent),
    )
    assert row is not None
    own = row["business_days"] is not None
    first = Wait(row["business_days"], row["days"], row["hours"]) if own else rule.first
    return Terms(_calendar(row), first)


def calendar_for(connection: Connection, referral: Record, kind: Clock) -> Calendar:
    """The calendar of whoever must act."""
    return terms(connection, referral, kind).calendar


def calendar_of(connection: Connection, organization: UUID | None) -> Calendar:
    row = organization and fetch_one(connection, GET, p_of=organization)
    return _set_by(row) if row else DEFAULT


def get_calendar(connection: Connection, caller: Principal) -> Record:
    """The caller's organization's hours; version 0 is the default, not yet set."""
    row = fetch_one(connection, GET, p_of=caller.tenant)
    return row or {
        "timezone": DEFAULT.timezone,
        "opens": DEFAULT.opens,
        "closes": DEFAULT.closes,
        "weekdays": sorted(DEFAULT.weekdays),
        "holidays": [],
        "version": 0,
    }


def _calendar(row: Record) -> Calendar:
    if row["timezone"] is not None:
        return _set_by(row)
    hours: dict[str, Any] | None = row["own_hours"]
    if hours is None:
        return DEFAULT
    return Calendar(
        hours["timezone"],
        time.fromisoformat(hours["opens"]),
        time.fromisoformat(hours["closes"]),
        frozenset(hours["weekdays"]),
        frozenset(map(date.fromisoformat, hours["holidays"])),
    )


def _set_by(row: Record) -> Calendar:
    days, holidays = frozenset(row["weekdays"]), frozenset(row["holidays"])
    return Calendar(row["timezone"], row["opens"], row["closes"], days, holidays)
