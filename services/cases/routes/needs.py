"""Needs of a case, and what referrals must know to refer one."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Response

from services.cases.commands import needs as commands
from services.cases.lifecycle.need import NeedAction, NeedStatus
from services.cases.queries import needs as queries
from services.cases.routes.callers import CaseReader, CaseWriter, new_router
from services.cases.schemas import needs as schemas
from shared.app import problems
from shared.auth import Db, Principal, requires
from shared.db import Record
from shared.etag import ReadVersion, tag
from shared.idempotency import OnlyOnce
from shared.pagination import Page, Pages
from shared.schemas.disclosures import ReferableNeed

router = new_router("needs")
DECIDE: dict[str, Any] = {"response_model": schemas.Need, "responses": problems(404, 409)}


@router.post(
    "/cases/{case_id}/needs",
    status_code=201,
    response_model=schemas.Need,
    operation_id="create_need",
    summary="Record a need",
    responses=problems(404, 409),
)
async def create_need(
    case_id: UUID, new: schemas.NewNeed, caller: CaseWriter, db: Db, once: OnlyOnce
) -> Record:
    """A need that an assessment proposes becomes one only here, accepted by a person."""
    return await db.run(once, commands.create_need, caller, case_id, new)


@router.get(
    "/cases/{case_id}/needs",
    response_model=Page[schemas.Need],
    operation_id="list_needs",
    summary="List a case's needs",
    responses=problems(404),
)
async def list_needs(
    case_id: UUID, pages: Pages, caller: CaseReader, db: Db, status: NeedStatus | None = None
) -> Record:
    """In the client's own order of priority."""
    return await db.run(queries.list_needs, caller, case_id, status, pages)


@router.get(
    "/needs/{need_id}",
    response_model=schemas.Need,
    operation_id="get_need",
    summary="Read a need",
    responses=problems(404),
)
async def get_need(need_id: UUID, response: Response, caller: CaseReader, db: Db) -> Record:
    """Seen by whoever sees its case."""
    row = await db.run(queries.get_need, caller, need_id)
    tag(response, row["version"])
    return row


@router.get(
    "/needs/{need_id}/referable",
    response_model=ReferableNeed,
    operation_id="get_referable_need",
    summary="What a referral must know of a need",
    responses=problems(404, 409),
)
async def get_referable_need(
    need_id: UUID,
    caller: Annotated[Principal, requires("referrals:read", "referrals:write")],
    db: Db,
) -> Record:
    """Asked by referrals with the user's own token: ids, category and states, never the words."""
    return await db.run(queries.referable, caller, need_id)


@router.patch(
    "/needs/{need_id}",
    response_model=schemas.Need,
    operation_id="change_need",
    summary="Change a need's severity, priority or words",
    responses=problems(404, 412, 428),
)
async def change_need(
    need_id: UUID,
    change: schemas.NeedChange,
    response: Response,
    caller: CaseWriter,
    version: ReadVersion,
    db: Db,
) -> Record:
    """Its status moves by its referrals' results and by the decisions below alone."""
    row = await db.run(commands.change_need, caller, need_id, change, version)
    tag(response, row["version"])
    return row


@router.post(
    "/needs/{need_id}/withdraw", operation_id="withdraw_need", summary="Withdraw a need", **DECIDE
)
async def withdraw_need(
    need_id: UUID, decision: schemas.NeedDecision, caller: CaseWriter, db: Db, once: OnlyOnce
) -> Record:
    """The client no longer wants it met."""
    return await db.run(once, commands.decide, caller, need_id, NeedAction.WITHDRAW, decision)


@router.post(
    "/needs/{need_id}/mark-unmet", operation_id="mark_need_unmet", summary="Mark unmet", **DECIDE
)
async def mark_need_unmet(
    need_id: UUID, decision: schemas.NeedDecision, caller: CaseWriter, db: Db, once: OnlyOnce
) -> Record:
    """It could not be met; the reason is kept for reports."""
    return await db.run(once, commands.decide, caller, need_id, NeedAction.MARK_UNMET, decision)


@router.post(
    "/needs/{need_id}/mark-met-otherwise",
    operation_id="mark_need_met_otherwise",
    summary="Mark as met without a referral",
    **DECIDE,
)
async def mark_need_met_otherwise(
    need_id: UUID, decision: schemas.NeedDecision, caller: CaseWriter, db: Db, once: OnlyOnce
) -> Record:
    """By family, or by the client's own effort: `said_by` says who said so."""
    return await db.run(
        once, commands.decide, caller, need_id, NeedAction.MARK_MET_OTHERWISE, decision
    )


@router.post(
    "/needs/{need_id}/reopen", operation_id="reopen_need", summary="Reopen a need", **DECIDE
)
async def reopen_need(
    need_id: UUID, decision: schemas.NeedDecision, caller: CaseWriter, db: Db, once: OnlyOnce
) -> Record:
    """From met, partly met or unmet, and from addressed where a person was asked to decide.

    Earlier referrals' results have no further say.
    """
    return await db.run(once, commands.decide, caller, need_id, NeedAction.REOPEN, decision)
