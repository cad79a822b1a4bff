"""Receivers: who answers for which services."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.referrals.clients import Resources
from services.referrals.commands import receivers as commands
from services.referrals.queries import receivers
from services.referrals.routes.callers import Reader, Registering
from services.referrals.schemas.receivers import NewReceiver, Receiver, ReceiverChange
from shared.app import problems
from shared.auth import Db
from shared.db import Record
from shared.etag import ReadVersion, tag
from shared.idempotency import OnlyOnce
from shared.pagination import Page, Pages
from shared.strict_json import StrictRoute

router = APIRouter(prefix="/v1/receivers", tags=["receivers"], route_class=StrictRoute)


@router.get(
    "", response_model=Page[Receiver], operation_id="list_receivers", summary="List receivers"
)
async def list_receivers(
    _: Reader,
    db: Db,
    paging: Pages,
    service_id: Annotated[UUID | None, Query(description="Only those that answer for it")] = None,
) -> Record:
    """Every tenant that receives, and this organization's link-only receivers."""
    return await db.run(receivers.list_receivers, paging, service_id)


@router.post(
    "",
    status_code=201,
    response_model=Receiver,
    operation_id="register_receiver",
    summary="Register a receiver",
    responses=problems(404, 409),
)
async def register_receiver(
    new: NewReceiver, caller: Registering, db: Db, once: OnlyOnce, resources: Resources
) -> Record:
    """An admin registers their organization as a tenant; a worker adds a link-only receiver.

    What one tenant answers for, no other may claim. Who claims a listing first should be vetted.
    """
    asked = new.kind == "tenant" or new.from_listing
    listings = await resources.listings(new.service_ids) if asked else []
    return await db.run(once, commands.register, caller, new, listings)


@router.get(
    "/{receiver_id}",
    response_model=Receiver,
    operation_id="get_receiver",
    summary="Show a receiver",
    responses=problems(404),
)
async def get_receiver(receiver_id: UUID, _: Reader, db: Db, response: Response) -> Record:
    """Who it is, and what it answers for."""
    found = await db.run(receivers.get_receiver, receiver_id)
    tag(response, found["version"])
    return found


@router.patch(
    "/{receiver_id}",
    response_model=Receiver,
    operation_id="change_receiver",
    summary="Change a receiver",
    responses=problems(404, 409, 412, 428),
)
async def change_receiver(
    receiver_id: UUID,
    changes: ReceiverChange,
    caller: Registering,
    read: ReadVersion,
    db: Db,
    resources: Resources,
    response: Response,
) -> Record:
    """Only what is sent changes, by whoever keeps it. Not active, it gets no new referrals."""
    claims = "receivers:write" in caller.scopes
    listings = await resources.listings(changes.service_ids) if claims else []
    row = await db.run(commands.change, caller, receiver_id, changes, read, listings)
    tag(response, row["version"])
    return row
