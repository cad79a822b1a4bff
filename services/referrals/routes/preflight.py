"""Before sending: what speaks for and against it, what would be disclosed, and what else there is."""

from uuid import UUID

from fastapi import APIRouter

from services.referrals import preflights
from services.referrals.commands import checking, re_referring
from services.referrals.dispatch import Dispatcher
from services.referrals.queries.packets import PART_2
from services.referrals.routes.callers import Writer
from services.referrals.schemas.preflight import (
    AboutClient,
    Alternatives,
    AlternativesAsked,
    NewPreflight,
    Preflight,
    Preflights,
    Preview,
)
from services.referrals.schemas.webhooks import Nothing
from shared.app import problems
from shared.db import Record
from shared.schemas.disclosures import DataClass
from shared.strict_json import StrictRoute

router = APIRouter(prefix="/v1/referrals", tags=["before sending"], route_class=StrictRoute)


@router.post(
    "/preflight",
    response_model=Preflights,
    operation_id="preflight_services",
    summary="Weigh services for a need",
    responses=problems(404, 409),
)
async def preflight_services(asked: NewPreflight, caller: Writer, dispatch: Dispatcher) -> Record:
    """Each service, check by check: yes, no or unknown, and who says so. Nothing is written.

    A POST, because where the client is and how old they are do not belong in a URL.
    """
    need = await dispatch.cases.referable(asked.need_id)
    subject = checking.prospect(caller, need, asked.classes, asked.receiver_id)
    wanted = asked.service_ids
    return {"items": await preflights.weigh(dispatch, subject, wanted, asked, asked.receiver_id)}


@router.post(
    "/{referral_id}/preflight",
    response_model=Preflight,
    operation_id="preflight_referral",
    summary="Weigh a draft",
    responses=problems(404, 409),
)
async def preflight_referral(
    referral_id: UUID, about: AboutClient, caller: Writer, dispatch: Dispatcher
) -> Record:
    """What would be judged if it were sent now, and what a person may weigh beside it."""
    row = await dispatch.db.run(checking.unsent, caller, referral_id)
    wanted, receiver = [row["service_id"]], row["receiver_id"]
    [found] = await preflights.weigh(dispatch, row, wanted, about, receiver)
    return found


@router.post(
    "/{referral_id}/preview",
    response_model=Preview,
    operation_id="preview_referral",
    summary="See what would be disclosed",
    responses=problems(404, 409),
)
async def preview_referral(
    referral_id: UUID, _: Nothing, caller: Writer, dispatch: Dispatcher
) -> Record:
    """Exactly what would be frozen as the packet now. Nothing is disclosed; that you looked is on record."""
    row, wanted = await dispatch.db.run(checking.preview, caller, referral_id)
    seen = await dispatch.cases.preview(wanted)
    classes = seen.packet and seen.packet.classes
    part_2 = classes is not None and DataClass.SUBSTANCE_USE in classes
    return {
        **row,
        **seen.model_dump(include={"permitted", "reason", "missing", "expires_on"}),
        "referral_id": referral_id,
        "classes": classes,
        "notice": PART_2 if part_2 else None,
    }


@router.get(
    "/{referral_id}/alternatives",
    response_model=Alternatives,
    operation_id="list_alternatives",
    summary="What else is there?",
    responses=problems(404, 409),
)
async def list_alternatives(referral_id: UUID, caller: Writer, dispatch: Dispatcher) -> Record:
    """The next matching listings, without those that were tried or that are closed to this client."""
    row = await dispatch.db.run(re_referring.look, caller, referral_id)
    return await preflights.alternatives(dispatch, row, AboutClient(), limit=5)


@router.post(
    "/{referral_id}/alternatives",
    response_model=Alternatives,
    operation_id="find_alternatives",
    summary="What else is there, near the client?",
    responses=problems(404, 409),
)
async def find_alternatives(
    referral_id: UUID, asked: AlternativesAsked, caller: Writer, dispatch: Dispatcher
) -> Record:
    """The same, from where the client is and in their language."""
    row = await dispatch.db.run(re_referring.look, caller, referral_id)
    return await preflights.alternatives(dispatch, row, asked, asked.limit)
