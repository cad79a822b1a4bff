"""Cases: taken as inquiries, opened, held, closed; who works on them; what happened in them."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response

from services.cases.commands import cases as commands
from services.cases.lifecycle.case import CaseAction, CaseStatus
from services.cases.queries import cases as queries
from services.cases.routes.callers import (
    Approver,
    CaseReader,
    CaseTaker,
    CaseWriter,
    ClientReader,
    Intake,
    new_router,
)
from services.cases.schemas import cases as schemas
from shared.app import problems
from shared.auth import Db
from shared.db import Record
from shared.etag import ReadVersion, tag
from shared.idempotency import OnlyOnce
from shared.pagination import Page, Pages

router = new_router("cases")
MOVE: dict[str, Any] = {
    "response_model": schemas.CaseSummary,
    "responses": problems(404, 409),
}
ASSIGN: dict[str, Any] = {
    "response_model": schemas.CaseSummary,
    "responses": problems(404, 409, 412, 428),
}


@router.post(
    "/cases",
    status_code=201,
    response_model=schemas.CaseSummary,
    operation_id="create_case",
    summary="Take an inquiry",
    responses=problems(404),
)
async def create_case(new: schemas.NewCase, caller: Intake, db: Db, once: OnlyOnce) -> Record:
    """A case in status `inquiry`, owned by whoever took it until it is opened. A client who returns
    gets a new case, which names the previous one."""
    return await db.run(once, commands.create_case, caller, new)


@router.get(
    "/cases",
    response_model=Page[schemas.CaseSummary],
    operation_id="list_cases",
    summary="List the cases I see",
)
async def list_cases(
    pages: Pages,
    caller: CaseReader,
    db: Db,
    status: CaseStatus | None = None,
    owner_id: Annotated[UUID | None, Query(description="Only this owner's")] = None,
    client_id: Annotated[UUID | None, Query(description="Only this client's")] = None,
) -> Record:
    """Newest first."""
    return await db.run(queries.list_cases, caller, status, owner_id, client_id, pages)


@router.get(
    "/cases/{case_id}",
    response_model=schemas.Case,
    operation_id="get_case",
    summary="Read a case",
    responses=problems(404),
)
async def get_case(case_id: UUID, response: Response, caller: CaseReader, db: Db) -> Record:
    """With its derived phase, and the actions that this caller may take now."""
    row = await db.run(queries.get_case, caller, case_id)
    tag(response, row["version"])
    return row


@router.get(
    "/cases/{case_id}/timeline",
    response_model=Page[schemas.TimelineEntry],
    operation_id="get_case_timeline",
    summary="What happened in a case",
    responses=problems(404),
)
async def get_case_timeline(case_id: UUID, pages: Pages, caller: CaseReader, db: Db) -> Record:
    """Newest first, in codes; read the subject for its content."""
    return await db.run(queries.case_timeline, caller, case_id, pages)


@router.get(
    "/clients/{client_id}/timeline",
    response_model=Page[schemas.TimelineEntry],
    operation_id="get_client_timeline",
    summary="What happened with a client",
    responses=problems(404),
)
async def get_client_timeline(
    client_id: UUID, pages: Pages, caller: ClientReader, db: Db
) -> Record:
    """Over all the client's cases that the caller sees, newest first."""
    return await db.run(queries.client_timeline, caller, client_id, pages)


@router.post("/cases/{case_id}/open", operation_id="open_case", summary="Open a case", **MOVE)
async def open_case(
    case_id: UUID, body: schemas.OpenCase, caller: Intake, db: Db, once: OnlyOnce
) -> Record:
    """From `inquiry` or `waitlisted`; names the owner who works on it from now on."""
    return await db.run(once, commands.act, caller, case_id, CaseAction.OPEN, body)


@router.post(
    "/cases/{case_id}/waitlist",
    operation_id="waitlist_case",
    summary="Put on the waiting list",
    **MOVE,
)
async def waitlist_case(
    case_id: UUID, body: schemas.WaitlistCase, caller: Intake, db: Db, once: OnlyOnce
) -> Record:
    """With a priority (1 is the most urgent) and the date of the next review."""
    return await db.run(once, commands.act, caller, case_id, CaseAction.WAITLIST, body)


@router.post(
    "/cases/{case_id}/screen-out", operation_id="screen_out_case", summary="Screen out", **MOVE
)
async def screen_out_case(
    case_id: UUID, body: schemas.ScreenOut, caller: Intake, db: Db, once: OnlyOnce
) -> Record:
    """Says why, and where the person was pointed to instead."""
    return await db.run(once, commands.act, caller, case_id, CaseAction.SCREEN_OUT, body)


@router.post("/cases/{case_id}/hold", operation_id="hold_case", summary="Put on hold", **MOVE)
async def hold_case(
    case_id: UUID, body: schemas.HoldCase, caller: CaseWriter, db: Db, once: OnlyOnce
) -> Record:
    """With a reason and the date on which it is looked at again."""
    return await db.run(once, commands.act, caller, case_id, CaseAction.HOLD, body)


@router.post("/cases/{case_id}/resume", operation_id="resume_case", summary="Go on", **MOVE)
async def resume_case(
    case_id: UUID, body: schemas.ResumeCase, caller: CaseWriter, db: Db, once: OnlyOnce
) -> Record:
    """From `on_hold`."""
    return await db.run(once, commands.act, caller, case_id, CaseAction.RESUME, body)


@router.post("/cases/{case_id}/review", operation_id="review_case", summary="Review", **MOVE)
async def review_case(
    case_id: UUID, body: schemas.ReviewCase, caller: CaseTaker, db: Db, once: OnlyOnce
) -> Record:
    """It was looked at; says when it is looked at again."""
    return await db.run(once, commands.act, caller, case_id, CaseAction.REVIEW, body)


@router.post(
    "/cases/{case_id}/propose-closure",
    operation_id="propose_case_closure",
    summary="Propose to close",
    **MOVE,
)
async def propose_case_closure(
    case_id: UUID, body: schemas.ProposeClosure, caller: CaseWriter, db: Db, once: OnlyOnce
) -> Record:
    """409 `closure-blocked` names the guards that fail; each can be overridden with a reason."""
    return await db.run(once, commands.act, caller, case_id, CaseAction.PROPOSE_CLOSURE, body)


@router.post(
    "/cases/{case_id}/approve-closure",
    operation_id="approve_case_closure",
    summary="Approve the closure",
    **MOVE,
)
async def approve_case_closure(
    case_id: UUID, body: schemas.ApproveClosure, caller: Approver, db: Db, once: OnlyOnce
) -> Record:
    """By a supervisor who did not propose it. Follow-ups at 30 and 90 days are scheduled."""
    return await db.run(once, commands.act, caller, case_id, CaseAction.APPROVE_CLOSURE, body)


@router.post(
    "/cases/{case_id}/reject-closure",
    operation_id="reject_case_closure",
    summary="Reject the closure",
    **MOVE,
)
async def reject_case_closure(
    case_id: UUID, body: schemas.RejectClosure, caller: Approver, db: Db, once: OnlyOnce
) -> Record:
    """The case is open again."""
    return await db.run(once, commands.act, caller, case_id, CaseAction.REJECT_CLOSURE, body)


@router.post(
    "/cases/{case_id}/close-now",
    operation_id="close_case_now",
    summary="Close in an emergency",
    **MOVE,
)
async def close_case_now(
    case_id: UUID, body: schemas.CloseNow, caller: Approver, db: Db, once: OnlyOnce
) -> Record:
    """By a supervisor, from any live status, without a proposal."""
    return await db.run(once, commands.act, caller, case_id, CaseAction.CLOSE_NOW, body)


@router.post(
    "/cases/{case_id}/void", operation_id="void_case", summary="Mark as entered in error", **MOVE
)
async def void_case(
    case_id: UUID, body: schemas.VoidCase, caller: Approver, db: Db, once: OnlyOnce
) -> Record:
    """The case is kept, and worked on no more."""
    return await db.run(once, commands.act, caller, case_id, CaseAction.VOID, body)


@router.put(
    "/cases/{case_id}/owner", operation_id="change_case_owner", summary="Change the owner", **ASSIGN
)
async def change_case_owner(
    case_id: UUID,
    change: schemas.OwnerChange,
    response: Response,
    caller: CaseTaker,
    version: ReadVersion,
    db: Db,
) -> Record:
    """By the owner or the supervisor. The team follows the new owner's, unless one is named."""
    row = await db.run(commands.change_owner, caller, case_id, change, version)
    tag(response, row["version"])
    return row


@router.put(
    "/cases/{case_id}/care-team",
    operation_id="set_care_team",
    summary="Say who else works on the case",
    **ASSIGN,
)
async def set_care_team(
    case_id: UUID,
    team: schemas.CareTeam,
    response: Response,
    caller: CaseWriter,
    version: ReadVersion,
    db: Db,
) -> Record:
    """Replaces the care team, whose members read and write the case."""
    row = await db.run(commands.set_care_team, caller, case_id, team, version)
    tag(response, row["version"])
    return row


@router.put(
    "/cases/{case_id}/restriction",
    operation_id="restrict_case",
    summary="Restrict the record, or lift it",
    **ASSIGN,
)
async def restrict_case(
    case_id: UUID,
    body: schemas.Restriction,
    response: Response,
    caller: CaseWriter,
    version: ReadVersion,
    db: Db,
) -> Record:
    """A restricted case is absent from lists, search and counts for all who are not named on it."""
    row = await db.run(commands.restrict, caller, case_id, body, version)
    tag(response, row["version"])
    return row
