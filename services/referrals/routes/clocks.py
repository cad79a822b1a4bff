"""How long this organization lets the clocks of its referrals run."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from services.referrals.commands import waits as commands
from services.referrals.lifecycle.clocks import Setting
from services.referrals.queries import waits
from services.referrals.routes.callers import Admin
from services.referrals.schemas.clocks import Clocks, ClockSetting, NewWait
from shared.app import problems
from shared.auth import Db
from shared.db import Record
from shared.errors import NotFound
from shared.etag import ReadVersion, tag
from shared.strict_json import StrictRoute

router = APIRouter(prefix="/v1/clocks", tags=["clocks"], route_class=StrictRoute)


def named(
    clock: Annotated[
        str, Path(max_length=40, pattern="^[a-z_]+$", description="Its name in the list of clocks")
    ],
) -> Setting:
    try:
        return Setting(clock)
    except ValueError:
        raise NotFound("There is no such clock.") from None


Named = Annotated[Setting, Depends(named)]


@router.get("", response_model=Clocks, operation_id="list_clocks", summary="List our clocks")
async def list_clocks(caller: Admin, db: Db) -> Record:
    """Every clock with its ladder, and whether how long it runs first is the default or our own."""
    return await db.run(waits.list_clocks, caller)


@router.get(
    "/{clock}",
    response_model=ClockSetting,
    operation_id="get_clock",
    summary="Show one of our clocks",
    responses=problems(404),
)
async def get_clock(clock: Named, caller: Admin, db: Db, response: Response) -> Record:
    """Its ladder as it runs here, and the ETag to set it with."""
    found = await db.run(waits.get_clock, caller, clock)
    tag(response, found["version"])
    return found


@router.put(
    "/{clock}",
    response_model=ClockSetting,
    operation_id="set_clock",
    summary="Set how long a clock runs",
    responses=problems(404, 412, 428),
)
async def set_clock(
    clock: Named, new: NewWait, caller: Admin, read: ReadVersion, db: Db, response: Response
) -> Record:
    """For referrals that this organization sends. Clocks that already run are left as they are."""
    row = await db.run(commands.set_wait, caller, clock, new, read)
    tag(response, row["version"])
    return row


@router.delete(
    "/{clock}",
    response_model=ClockSetting,
    operation_id="reset_clock",
    summary="Let a clock run as long as by default",
    responses=problems(404, 412, 428),
)
async def reset_clock(
    clock: Named, caller: Admin, read: ReadVersion, db: Db, response: Response
) -> Record:
    """Clocks that already run are left as they are."""
    row = await db.run(commands.reset, caller, clock, read)
    tag(response, row["version"])
    return row
