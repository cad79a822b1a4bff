"""Listings that may be wrong, as referrals found them: the queue of whoever looks after them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.resources.commands import flags as commands
from services.resources.queries import flags
from services.resources.schemas.flags import FlagClearance, FlaggedListing, ListingFlags
from shared.app import problems
from shared.auth import Db, Principal, requires
from shared.db import Record
from shared.idempotency import OnlyOnce
from shared.pagination import Page, Pages
from shared.schemas.strict import Code
from shared.strict_json import StrictRoute

router = APIRouter(prefix="/v1", tags=["flags"], route_class=StrictRoute)
Editor = Annotated[Principal, requires("directory:write")]


@router.get(
    "/flags",
    response_model=Page[FlaggedListing],
    operation_id="list_flags",
    summary="List the listings that may be wrong",
)
async def list_flags(
    _: Editor,
    db: Db,
    paging: Pages,
    reason: Annotated[Code | None, Query(description="Only this kind", examples=["silent"])] = None,
) -> Record:
    """One item a listing and reason, the latest first.

    A flag is gone when its source assures the listing on a later day or changes it, or an editor
    clears it.
    """
    return await db.run(flags.list_flags, paging, reason)


@router.post(
    "/services/{service_id}/flags/clear",
    response_model=ListingFlags,
    operation_id="clear_flags",
    summary="Clear a listing's flags of one kind",
    responses=problems(404),
)
async def clear_flags(
    service_id: UUID, clearance: FlagClearance, caller: Editor, db: Db, once: OnlyOnce
) -> Record:
    """Say that what was flagged was looked into. What referrals report later counts again."""
    return await db.run(once, commands.clear_flags, caller, service_id, clearance)
