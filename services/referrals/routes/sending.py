"""Sending: at once, or through a supervisor. cases and the directory are asked between transactions."""

from uuid import UUID

from fastapi import APIRouter

from services.referrals.commands.moving import Details
from services.referrals.dispatch import Dispatcher
from services.referrals.lifecycle.transitions import Act
from services.referrals.routes.callers import Approver, Sender, Writer
from services.referrals.schemas.acts import Comment, NewSending, Noted
from services.referrals.schemas.referrals import Referral
from shared.app import problems
from shared.db import Record
from shared.idempotency import OnlyOnce
from shared.strict_json import StrictRoute

router = APIRouter(prefix="/v1/referrals/{referral_id}", tags=["sending"], route_class=StrictRoute)


@router.post(
    "/send",
    response_model=Referral,
    operation_id="send_referral",
    summary="Send it",
    responses=problems(404, 409),
)
async def send_referral(
    referral_id: UUID, body: NewSending, _: Sender, dispatch: Dispatcher, once: OnlyOnce
) -> Record:
    """Send what consent permits: cases decides and hands over the packet, which is frozen.

    Refused when the listing is closed, when no consent covers the receiver and every class asked
    (cases' own problem, passed on), for a duplicate without a reason, and when another of its group
    has been accepted.
    """
    return await dispatch.take(once, referral_id, Act.SEND, Details(**body.model_dump()))


@router.post(
    "/submit",
    response_model=Referral,
    operation_id="submit_referral",
    summary="Submit it for approval",
    responses=problems(404, 409),
)
async def submit_referral(
    referral_id: UUID, body: Noted, _: Writer, dispatch: Dispatcher, once: OnlyOnce
) -> Record:
    """For entry-level workers, whose sending a supervisor approves."""
    return await dispatch.take(once, referral_id, Act.SUBMIT, Details(**body.model_dump()))


@router.post(
    "/approve",
    response_model=Referral,
    operation_id="approve_referral",
    summary="Approve and send it",
    responses=problems(404, 409),
)
async def approve_referral(
    referral_id: UUID, body: NewSending, _: Approver, dispatch: Dispatcher, once: OnlyOnce
) -> Record:
    """All that sending asks for is judged now. If it fails, the referral stays, and the answer says why."""
    return await dispatch.take(once, referral_id, Act.APPROVE, Details(**body.model_dump()))


@router.post(
    "/return",
    response_model=Referral,
    operation_id="return_referral",
    summary="Return it to its author",
    responses=problems(404, 409),
)
async def return_referral(
    referral_id: UUID, body: Comment, _: Approver, dispatch: Dispatcher, once: OnlyOnce
) -> Record:
    """Back to a draft, with a comment."""
    return await dispatch.take(once, referral_id, Act.RETURN, Details(**body.model_dump()))


@router.post(
    "/discard",
    response_model=Referral,
    operation_id="discard_referral",
    summary="Discard a draft",
    responses=problems(404, 409),
)
async def discard_referral(
    referral_id: UUID, body: Noted, _: Writer, dispatch: Dispatcher, once: OnlyOnce
) -> Record:
    """Nothing was disclosed; nothing will be."""
    return await dispatch.take(once, referral_id, Act.DISCARD, Details(**body.model_dump()))
