"""How many a receiver can take."""

from uuid import UUID

from fastapi import APIRouter, Response

from services.referrals.commands import places as commands
from services.referrals.queries import places
from services.referrals.routes.callers import Counting, Reader
from services.referrals.schemas.receivers import Capacity, NewCapacity
from shared.app import problems
from shared.auth import Db
from shared.db import Record
from shared.etag import ReadVersion, tag
from shared.pagination import Page, Pages
from shared.strict_json import StrictRoute

router = APIRouter(
    prefix="/v1/receivers/{receiver_id}/capacity", tags=["receivers"], route_class=StrictRoute
)


@router.get(
    "",
    response_model=Page[Capacity],
    operation_id="list_capacity",
    summary="List a receiver's places",
    responses=problems(404),
)
async def list_capacity(receiver_id: UUID, _: Reader, db: Db, paging: Pages) -> Record:
    """The services whose places are counted, and how many are taken."""
    return await db.run(places.list_places, receiver_id, paging)


@router.get(
    "/{service_id}",
    response_model=Capacity,
    operation_id="get_capacity",
    summary="Show the places for a service",
    responses=problems(404),
)
async def get_capacity(
    receiver_id: UUID, service_id: UUID, _: Reader, db: Db, response: Response
) -> Record:
    """With null for `places` they are not counted: any number may be accepted."""
    found = await db.run(places.get_places, receiver_id, service_id)
    tag(response, found["version"])
    return found


@router.put(
    "/{service_id}",
    response_model=Capacity,
    operation_id="set_capacity",
    summary="Count the places for a service",
    responses=problems(404, 412, 428),
)
async def set_capacity(
    receiver_id: UUID,
    service_id: UUID,
    new: NewCapacity,
    caller: Counting,
    read: ReadVersion,
    db: Db,
    response: Response,
) -> Record:
    """All places, those that are taken included. Only whoever keeps the receiver counts them."""
    saved = await db.run(commands.set_places, caller, receiver_id, service_id, new.places, read)
    tag(response, saved["version"])
    return saved
