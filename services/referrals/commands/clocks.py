"""Starts and stops the clocks of a referral as it moves."""

from datetime import datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from services.referrals.lifecycle.clocks import STARTS, Clock, stopped
from services.referrals.lifecycle.reasons import ASK_THE_CLIENT
from services.referrals.lifecycle.transitions import Act, Party
from services.referrals.queries.calendars import terms
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
    """By the calendar of whoever must act, and as long as the sender's organization lets it run."""
    asked = terms(connection, referral, kind)
    if kind is Clock.HOLD:
        zone = ZoneInfo(asked.calendar.timezone)
        return asked.calendar.next_open(datetime.combine(referral["hold_until"], time(), zone))
    return asked.first.after(clock.now(), asked.calendar)
