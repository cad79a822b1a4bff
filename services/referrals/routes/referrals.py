"""Referrals: draft, read, and why one waits."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query

from services.referrals.dispatch import Dispatcher
from services.referrals.lifecycle.transitions import Party
from services.referrals.queries import due, history, referrals, why
from services.referrals.routes.callers import Reader, Writer
from services.referrals.schemas.referrals import (
    Attestations,
    HistoryEntry,
    NewReferral,
    Referral,
)
from services.referrals.schemas.why import Why
from shared.app import problems
from shared.auth import Db
from shared.db import Record
from shared.idempotency import OnlyOnce
from shared.pagination import Page, Pages
from shared.schemas.referrals import ReferralStatus
from shared.strict_json import StrictRoute

WaitsFor = Literal["author", "worker", "supervisor", "receiver", "clock"]
router = APIRouter(prefix="/v1/referrals", tags=["referrals"], route_class=StrictRoute)


@router.post(
    "",
    status_code=201,
    response_model=Referral,
    operation_id="draft_referral",
    summary="Draft a referral",
    responses=problems(404, 409),
)
async def draft_referral(
    new: NewReferral, _: Writer, dispatch: Dispatcher, once: OnlyOnce
) -> Record:
    """Prepare to refer a client's need to a service. Nothing is disclosed until it is sent."""
    return await dispatch.draft(once, new)


@router.get(
    "",
    response_model=Page[Referral],
    operation_id="list_referrals",
    summary="List referrals",
)
async def list_referrals(
    caller: Reader,
    db: Db,
    paging: Pages,
    status: ReferralStatus | None = None,
    case_id: UUID | None = None,
    need_id: UUID | None = None,
    attention: Annotated[
        bool, Query(description="Only those of which somebody was reminded, and nobody has acted")
    ] = False,
    waits_for: Annotated[
        WaitsFor | None,
        Query(description="Only those on which this party must act next, the earliest date first"),
    ] = None,
    overdue: Annotated[
        bool,
        Query(description="Only those on which something is overdue, the longest overdue first"),
    ] = False,
) -> Record:
    """The referrals that this caller may see, newest first; what waits, in the order of its dates."""
    party = waits_for and Party(waits_for)
    sought = referrals.Sought(status, case_id, need_id, attention, party, overdue)
    listing = due.list_due if sought.by_date else referrals.list_referrals
    return await db.run(listing, caller, paging, sought)


@router.get(
    "/{referral_id}",
    response_model=Referral,
    operation_id="get_referral",
    summary="Show a referral",
    responses=problems(404),
)
async def get_referral(referral_id: UUID, caller: Reader, db: Db) -> Record:
    """Where it stands, what is next, and what this caller may do."""
    return await db.run(referrals.get_referral, caller, referral_id)


@router.get(
    "/{referral_id}/history",
    response_model=Page[HistoryEntry],
    operation_id="get_referral_history",
    summary="Show what happened",
    responses=problems(404),
)
async def get_referral_history(referral_id: UUID, caller: Reader, db: Db, paging: Pages) -> Record:
    """Everything that was done, by whom and when, newest first."""
    return await db.run(history.list_history, caller, referral_id, paging)


@router.get(
    "/{referral_id}/attestations",
    response_model=Attestations,
    operation_id="get_referral_attestations",
    summary="Show what each side said",
    responses=problems(404),
)
async def get_referral_attestations(referral_id: UUID, caller: Reader, db: Db) -> Record:
    """Both sides' words. The receiver sees its own; the client's is for the sender."""
    return await db.run(history.attestations, caller, referral_id)


@router.get(
    "/{referral_id}/why",
    response_model=Why,
    operation_id="explain_referral",
    summary="Explain what it waits for",
    responses=problems(404),
)
async def explain_referral(referral_id: UUID, caller: Reader, db: Db) -> Record:
    """Who must act and by when, for each clock that runs; who was told; what happens next, and when."""
    return await db.run(why.explain, caller, referral_id)
