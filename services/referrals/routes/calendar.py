"""When this organization works: its clocks stand still out of hours."""

from fastapi import APIRouter, Response

from services.referrals.commands.calendars import set_calendar as set_it
from services.referrals.queries import calendars
from services.referrals.routes.callers import Admin
from services.referrals.schemas.calendars import Calendar, NewCalendar
from shared.app import problems
from shared.auth import Db
from shared.db import Record
from shared.etag import ReadVersion, tag
from shared.strict_json import StrictRoute

router = APIRouter(prefix="/v1/calendar", tags=["calendar"], route_class=StrictRoute)


@router.get("", response_model=Calendar, operation_id="get_calendar", summary="Show our hours")
async def get_calendar(caller: Admin, db: Db, response: Response) -> Record:
    """The organization's working hours and holidays; Monday to Friday, 9 to 17 UTC until they are set."""
    found = await db.run(calendars.get_calendar, caller)
    tag(response, found["version"])
    return found


@router.put(
    "",
    response_model=Calendar,
    operation_id="set_calendar",
    summary="Set our hours",
    responses=problems(412, 428),
)
async def set_calendar(
    new: NewCalendar, caller: Admin, read: ReadVersion, db: Db, response: Response
) -> Record:
    """From now on new deadlines count these hours."""
    row = await db.run(set_it, caller, new, read)
    tag(response, row["version"])
    return row
