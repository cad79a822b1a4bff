"""When an organization works: its own calendar, or the default one."""

from uuid import UUID

from sqlalchemy import Connection, bindparam, select

from services.referrals.lifecycle.business_time import DEFAULT, Calendar
from services.referrals.models import calendar
from shared.auth import Principal
from shared.db import Record, fetch_one

GET = select(calendar).where(calendar.c.organization == bindparam("p_of"))


def calendar_of(connection: Connection, organization: UUID | None) -> Calendar:
    row = organization and fetch_one(connection, GET, p_of=organization)
    return _calendar(row) if row else DEFAULT


def get_calendar(connection: Connection, caller: Principal) -> Record:
    """The caller's organization's hours; version 0 is the default, not yet set."""
    row = fetch_one(connection, GET, p_of=caller.tenant)
    return row or {
        "timezone": DEFAULT.timezone,
        "opens": DEFAULT.opens,
        "closes": DEFAULT.closes,
        "weekdays": sorted(DEFAULT.weekdays),
        "version": 0,
    }


def _calendar(row: Record) -> Calendar:
    days = frozenset(row["weekdays"])
    return Calendar(row["timezone"], row["opens"], row["closes"], days)
