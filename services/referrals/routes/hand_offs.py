"""How a client was handed over: written down by either side."""

from uuid import UUID

from fastapi import APIRouter

from services.referrals.commands import hand_offs as commands
from services.referrals.queries import hand_offs as queries
from services.referrals.routes.callers import EitherSide, Receiving
from services.referrals.schemas.hand_offs import HandOff, NewHandOff
from shared.app import problems
from shared.auth import Db
from shared.db import Record
from shared.idempotency import OnlyOnce
from shared.pagination import Page, Pages
from shared.strict_json import StrictRoute

router = APIRouter(
    prefix="/v1/referrals/{referral_id}", tags=["hand-offs"], route_class=StrictRoute
)


@router.post(
    "/hand-off",
    status_code=201,
    response_model=HandOff,
    operation_id="record_hand_off",
    summary="Write down how it was handed over",
    responses=problems(404, 409),
)
async def record_hand_off(
    referral_id: UUID, body: NewHandOff, caller: Receiving, db: Db, once: OnlyOnce
) -> Record:
    """A call or visit with the client. Where the receiver met the client there, that is the first contact:
    at once when it is accepted, else as soon as it is."""
    return await db.run(once, commands.record, caller, referral_id, body)


@router.get(
    "/hand-offs",
    response_model=Page[HandOff],
    operation_id="list_hand_offs",
    summary="List how it was handed over",
    responses=problems(404),
)
async def list_hand_offs(referral_id: UUID, caller: EitherSide, db: Db, paging: Pages) -> Record:
    """For both sides, the last written down first."""
    return await db.run(queries.of_referral, caller, referral_id, paging)
