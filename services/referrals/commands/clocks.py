"""Starts and stops the clocks of a referral as it moves."""

from datetime import datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from services.referrals.lifecycle.business_time import Calendar
from services.referrals.lifecycle.clocks import STARTS, Clock, ladder, stopped
from services.referrals.lifecycle.reasons import ASK_THE_CLIENT
from services.referrals.lifecycle.transitions import Act, Party
from services.referrals.queries.calendars import calendar_of
from shared import clock, deadlines
from shared.db import Record
from shared.schemas.referrals import ReferralStatus


def wind(connection: Connection, referral: Record, act: Act, by: Party) -> None:
    """The clocks as they must run after `act`; `referral` is as it stands now."""
    after = ReferralStatus(referral["status"])
    deadlines.clear(connection, referral["id"], *stopped(after, act))
    for kind in _started(referral, act, by):
        start(connection, referral, kind, first_due(connection, referral, kind))


def _started(referral: Record, act: Act, by: Party) -> tuple[Clock, ...]:
    if act in (Act.DECLINE, Act.REPORT_NOT_SERVED) and by is not Party.CLOCK:
        return (Clock.ASK_ONCE,) if referral["reason"] in ASK_THE_CLIENT else ()
    return STARTS.get(act, ())


def start(connection: Connection, referral: Record, kind: Clock, due_at: datetime) -> None:
    deadlines.set_deadline(connection, holders(referral), kind, referral["id"], due_at)


def holders(referral: Record) -> list[UUID]:
    """The sender holds the clock; the receiver's staff may move it."""
    receiver = referral["receiver_organization"]
    return [referral["organization"], *([receiver] if receiver else [])]


def first_due(connection: Connection, referral: Record, kind: Clock) -> datetime:
    calendar = calendar_for(connection, referral, kind)
    if kind is Clock.HOLD:
        zone = ZoneInfo(calendar.timezone)
        return calendar.next_open(datetime.combine(referral["hold_until"], time(), zone))
    rule = ladder(kind, referral["urgency"] == "urgent")
    return rule.first.after(clock.now(), calendar)


def calendar_for(connection: Connection, referral: Record, kind: Clock) -> Calendar:
    """The calendar of whoever must act."""
    waits_for = ladder(kind, urgent=False).waits_for
    receives = waits_for is Party.RECEIVER
    return calendar_of(
        connection, referral["receiver_organization" if receives else "organization"]
    )
