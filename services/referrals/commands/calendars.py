"""Setting when an organization works."""

from sqlalchemy import Connection, bindparam, update
from sqlalchemy.dialects.postgresql import insert

from services.referrals.models import calendar
from services.referrals.schemas.calendars import NewCalendar
from shared import audit
from shared.auth import Principal
from shared.db import Record, fetch_one
from shared.etag import Stale

FIRST = insert(calendar).on_conflict_do_nothing().returning(*calendar.c)
SET = (
    update(calendar)
    .where(calendar.c.organization == bindparam("p_of"), calendar.c.version == bindparam("p_read"))
    .returning(*calendar.c)
)


def set_calendar(connection: Connection, caller: Principal, new: NewCalendar, read: int) -> Record:
    """`read` is the version the caller saw, 0 where none was set."""
    hours = {**new.model_dump(), "version": read + 1}
    if read:
        saved = fetch_one(connection, SET, p_of=caller.tenant, p_read=read, **hours)
    else:
        saved = fetch_one(connection, FIRST, organization=caller.tenant, **hours)
    if saved is None:
        raise Stale("The calendar was changed since it was read.")
    audit.record(connection, "calendar.set", [caller.tenant])
    return saved
