"""Sending a referral's link to a receiver without an account."""

from uuid import UUID

from fastapi import APIRouter

from services.referrals.commands import inviting
from services.referrals.routes.callers import Writer
from services.referrals.schemas.referrals import Referral
from services.referrals.schemas.respond import NewInvitation
from shared.app import problems
from shared.auth import Db
from shared.db import Record
from shared.idempotency import OnlyOnce
from shared.strict_json import StrictRoute

router = APIRouter(prefix="/v1/referrals/{referral_id}", tags=["sending"], route_class=StrictRoute)


@router.post(
    "/invite",
    response_model=Referral,
    operation_id="invite_receiver",
    summary="Send its link anew",
    responses=problems(404, 409),
)
async def invite_receiver(
    referral_id: UUID, body: NewInvitation, caller: Writer, db: Db, once: OnlyOnce
) -> Record:
    """To a contact of the receiver's, to another address, or to its own. Older links are dead at once."""
    return await db.run(once, inviting.invite, caller, referral_id, body)
