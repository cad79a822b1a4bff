"""Sending: at once, or through a supervisor. cases and the directory are asked between transactions."""

from uuid import UUID

from fastapi import APIRouter

from services.referrals.clients import Cases, CasesClient, Resources, ResourcesClient
from services.referrals.commands import sending
from services.referrals.commands.acting import act
from services.referrals.commands.moving import Details
from services.referrals.lifecycle.transitions import Act
from services.referrals.routes.callers import Approver, Sender, Writer
from services.referrals.schemas.acts import Comment, NewSending, Noted
from services.referrals.schemas.referrals import Referral
from shared.app import problems
from shared.auth import Db
from shared.db import Record
from shared.idempotency import OnlyOnce
from shared.schemas.disclosures import Disclosure
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
    referral_id: UUID,
    body: NewSending,
    caller: Sender,
    db: Db,
    once: OnlyOnce,
    cases: Cases,
    resources: Resources,
) -> Record:
    """Send what consent permits: cases decides and hands over the packet, which is frozen.

    Refused when the listing is closed, when no consent covers the receiver and every class asked
    (cases' own problem, passed on), and for a duplicate without a reason.
    """
    details = Details(**body.model_dump())
    plan = await db.run(sending.plan, caller, referral_id, Act.SEND, details)
    disclosure = await _disclosed(plan, cases, resources)
    return await db.run(once, sending.send, caller, referral_id, Act.SEND, details, disclosure)


@router.post(
    "/submit",
    response_model=Referral,
    operation_id="submit_referral",
    summary="Submit it for approval",
    responses=problems(404, 409),
)
async def submit_referral(
    referral_id: UUID, body: Noted, caller: Writer, db: Db, once: OnlyOnce
) -> Record:
    """For entry-level workers, whose sending a supervisor approves."""
    details = Details(**body.model_dump())
    return await db.run(once, act, caller, referral_id, Act.SUBMIT, details)


@router.post(
    "/approve",
    response_model=Referral,
    operation_id="approve_referral",
    summary="Approve and send it",
    responses=problems(404, 409),
)
async def approve_referral(
    referral_id: UUID,
    body: NewSending,
    caller: Approver,
    db: Db,
    once: OnlyOnce,
    cases: Cases,
    resources: Resources,
) -> Record:
    """All that sending asks for is judged now. If it fails, the referral stays, and the answer says why."""
    details = Details(**body.model_dump())
    plan = await db.run(sending.plan, caller, referral_id, Act.APPROVE, details)
    disclosure = await _disclosed(plan, cases, resources)
    return await db.run(once, sending.send, caller, referral_id, Act.APPROVE, details, disclosure)


@router.post(
    "/return",
    response_model=Referral,
    operation_id="return_referral",
    summary="Return it to its author",
    responses=problems(404, 409),
)
async def return_referral(
    referral_id: UUID, body: Comment, caller: Approver, db: Db, once: OnlyOnce
) -> Record:
    """Back to a draft, with a comment."""
    details = Details(**body.model_dump())
    return await db.run(once, act, caller, referral_id, Act.RETURN, details)


@router.post(
    "/discard",
    response_model=Referral,
    operation_id="discard_referral",
    summary="Discard a draft",
    responses=problems(404, 409),
)
async def discard_referral(
    referral_id: UUID, body: Noted, caller: Writer, db: Db, once: OnlyOnce
) -> Record:
    """Nothing was disclosed; nothing will be."""
    details = Details(**body.model_dump())
    return await db.run(once, act, caller, referral_id, Act.DISCARD, details)


async def _disclosed(
    plan: sending.Plan | None, cases: CasesClient, resources: ResourcesClient
) -> Disclosure | None:
    if plan is None:
        return None
    sending.check_listing(await resources.listing(plan.service_id))
    return await cases.disclose(plan.disclosure)
