"""The people to ask for at a receiver."""

from uuid import UUID

from fastapi import APIRouter, Response

from services.referrals.commands import contacts as commands
from services.referrals.queries import contacts
from services.referrals.routes.callers import Reader, Registering
from services.referrals.schemas.receivers import Contact, ContactChange, NewContact
from shared.app import problems
from shared.auth import Db
from shared.db import Record
from shared.etag import ReadVersion, tag
from shared.idempotency import OnlyOnce
from shared.pagination import Page, Pages
from shared.strict_json import StrictRoute

router = APIRouter(
    prefix="/v1/receivers/{receiver_id}/contacts", tags=["receivers"], route_class=StrictRoute
)


@router.get(
    "",
    response_model=Page[Contact],
    operation_id="list_receiver_contacts",
    summary="List a receiver's contacts",
    responses=problems(404),
)
async def list_receiver_contacts(
    receiver_id: UUID, caller: Reader, db: Db, paging: Pages
) -> Record:
    """Whom to ask for, oldest first. Each item's `version` is the ETag to change it with."""
    return await db.run(contacts.list_contacts, caller, receiver_id, paging)


@router.post(
    "",
    status_code=201,
    response_model=Contact,
    operation_id="add_receiver_contact",
    summary="Add a contact",
    responses=problems(404),
)
async def add_receiver_contact(
    receiver_id: UUID, new: NewContact, caller: Registering, db: Db, once: OnlyOnce
) -> Record:
    """By whoever keeps the receiver. A tenant's contacts are shown to every sender."""
    return await db.run(once, commands.add, caller, receiver_id, new)


@router.patch(
    "/{contact_id}",
    response_model=Contact,
    operation_id="change_receiver_contact",
    summary="Change a contact",
    responses=problems(404, 412, 428),
)
async def change_receiver_contact(
    receiver_id: UUID,
    contact_id: UUID,
    changes: ContactChange,
    caller: Registering,
    read: ReadVersion,
    db: Db,
    response: Response,
) -> Record:
    """Only what is sent changes. One that is not active is no longer shown to others."""
    row = await db.run(commands.change, caller, receiver_id, contact_id, changes, read)
    tag(response, row["version"])
    return row
