"""Plan versions, their goals and steps."""

from typing import Any
from uuid import UUID

from fastapi import Response

from services.cases.commands import goals, plans, step_drafts, steps
from services.cases.lifecycle.plan import GoalAction, PlanAction, StepAction
from services.cases.queries import plans as queries
from services.cases.routes.callers import Approver, CaseReader, CaseWriter, new_router
from services.cases.schemas import plans as schemas
from shared.app import problems
from shared.auth import Db
from shared.db import Record
from shared.etag import ReadVersion, tag
from shared.idempotency import OnlyOnce
from shared.pagination import Page, Pages

router = new_router("plans")
ACT = problems(404, 409)
EDIT = problems(404, 409, 412, 428)
PLAN: dict[str, Any] = {"response_model": schemas.Plan, "responses": ACT}
GOAL: dict[str, Any] = {"response_model": schemas.Goal, "responses": ACT}
STEP: dict[str, Any] = {"response_model": schemas.Step, "responses": ACT}


@router.post(
    "/cases/{case_id}/plans",
    status_code=201,
    operation_id="create_plan",
    summary="Begin a plan version",
    **PLAN,
)
async def create_plan(
    case_id: UUID, new: schemas.NewPlan, caller: CaseWriter, db: Db, once: OnlyOnce
) -> Record:
    """A draft, with the goals and steps of the version in force, which stays in force until the
    draft is activated. One version at a time is in preparation."""
    return await db.run(once, plans.create_plan, caller, case_id, new)


@router.get(
    "/cases/{case_id}/plans",
    response_model=Page[schemas.PlanSummary],
    operation_id="list_plans",
    summary="List a case's plan versions",
    responses=problems(404),
)
async def list_plans(case_id: UUID, pages: Pages, caller: CaseReader, db: Db) -> Record:
    """Newest first."""
    return await db.run(queries.list_plans, caller, case_id, pages)


@router.get(
    "/plans/{plan_id}",
    response_model=schemas.Plan,
    operation_id="get_plan",
    summary="Read a plan version",
    responses=problems(404),
)
async def get_plan(plan_id: UUID, response: Response, caller: CaseReader, db: Db) -> Record:
    """With its goals, steps, and the actions this caller may take."""
    row = await db.run(queries.get_plan, caller, plan_id)
    tag(response, row["version"])
    return row


@router.post(
    "/plans/{plan_id}/submit", operation_id="submit_plan", summary="Submit for approval", **PLAN
)
async def submit_plan(
    plan_id: UUID, _: schemas.Submission, caller: CaseWriter, db: Db, once: OnlyOnce
) -> Record:
    """It needs a goal with a step. The supervisor has three business days."""
    return await db.run(once, plans.submit, caller, plan_id)


@router.post("/plans/{plan_id}/approve", operation_id="approve_plan", summary="Approve", **PLAN)
async def approve_plan(
    plan_id: UUID, _: schemas.Submission, caller: Approver, db: Db, once: OnlyOnce
) -> Record:
    """By a supervisor who did not write it. Any later edit returns it to draft."""
    return await db.run(once, plans.approve, caller, plan_id)


@router.post("/plans/{plan_id}/return", operation_id="return_plan", summary="Return", **PLAN)
async def return_plan(
    plan_id: UUID, body: schemas.Return, caller: Approver, db: Db, once: OnlyOnce
) -> Record:
    """A draft again, with the supervisor's comment."""
    return await db.run(once, plans.send_back, caller, plan_id, body.comment)


@router.post(
    "/plans/{plan_id}/activate", operation_id="activate_plan", summary="Put in force", **PLAN
)
async def activate_plan(
    plan_id: UUID, agreed: schemas.ClientAgreement, caller: CaseWriter, db: Db, once: OnlyOnce
) -> Record:
    """With the client's agreement, in place of the version before, in one transaction."""
    return await db.run(once, plans.activate, caller, plan_id, agreed)


@router.post("/plans/{plan_id}/discard", operation_id="discard_plan", summary="Discard", **PLAN)
async def discard_plan(
    plan_id: UUID, _: schemas.Submission, caller: CaseWriter, db: Db, once: OnlyOnce
) -> Record:
    """A version that was never in force."""
    return await db.run(once, plans.discard, caller, plan_id)


@router.post("/plans/{plan_id}/complete", operation_id="complete_plan", summary="Complete", **PLAN)
async def complete_plan(
    plan_id: UUID, _: schemas.Submission, caller: CaseWriter, db: Db, once: OnlyOnce
) -> Record:
    """The plan in force has done its work."""
    return await db.run(once, plans.finish, caller, plan_id, PlanAction.COMPLETE)


@router.post(
    "/plans/{plan_id}/discontinue", operation_id="discontinue_plan", summary="Discontinue", **PLAN
)
async def discontinue_plan(
    plan_id: UUID, _: schemas.Submission, caller: CaseWriter, db: Db, once: OnlyOnce
) -> Record:
    """The plan in force is given up."""
    return await db.run(once, plans.finish, caller, plan_id, PlanAction.DISCONTINUE)


@router.post(
    "/plans/{plan_id}/goals",
    status_code=201,
    operation_id="create_goal",
    summary="Add a goal",
    **GOAL,
)
async def create_goal(
    plan_id: UUID, new: schemas.NewGoal, caller: CaseWriter, db: Db, once: OnlyOnce
) -> Record:
    """To a version in preparation, with the needs that it serves."""
    return await db.run(once, goals.create_goal, caller, plan_id, new)


@router.put(
    "/goals/{goal_id}",
    response_model=schemas.Goal,
    operation_id="change_goal",
    summary="Rewrite a goal",
    responses=EDIT,
)
async def change_goal(
    goal_id: UUID, change: schemas.GoalChange, caller: CaseWriter, version: ReadVersion, db: Db
) -> Record:
    """In a version in preparation. If-Match is the goal's version, quoted."""
    return await db.run(goals.change_goal, caller, goal_id, change, version)


@router.delete(
    "/goals/{goal_id}",
    status_code=204,
    operation_id="remove_goal",
    summary="Remove a goal",
    responses=EDIT,
)
async def remove_goal(goal_id: UUID, caller: CaseWriter, version: ReadVersion, db: Db) -> None:
    """With its steps, from a version in preparation."""
    await db.run(goals.remove_goal, caller, goal_id, version)


@router.post("/goals/{goal_id}/accept", operation_id="accept_goal", summary="Accept", **GOAL)
async def accept_goal(
    goal_id: UUID, body: schemas.GoalDecision, caller: CaseWriter, db: Db, once: OnlyOnce
) -> Record:
    """The client wants this goal."""
    return await db.run(once, goals.decide, caller, goal_id, GoalAction.ACCEPT, body)


@router.post("/goals/{goal_id}/reject", operation_id="reject_goal", summary="Reject", **GOAL)
async def reject_goal(
    goal_id: UUID, body: schemas.GoalDecision, caller: CaseWriter, db: Db, once: OnlyOnce
) -> Record:
    """The client does not want this goal."""
    return await db.run(once, goals.decide, caller, goal_id, GoalAction.REJECT, body)


@router.post("/goals/{goal_id}/hold", operation_id="hold_goal", summary="Put on hold", **GOAL)
async def hold_goal(
    goal_id: UUID, body: schemas.GoalDecision, caller: CaseWriter, db: Db, once: OnlyOnce
) -> Record:
    """Of a plan in force."""
    return await db.run(once, goals.decide, caller, goal_id, GoalAction.HOLD, body)


@router.post("/goals/{goal_id}/resume", operation_id="resume_goal", summary="Go on", **GOAL)
async def resume_goal(
    goal_id: UUID, body: schemas.GoalDecision, caller: CaseWriter, db: Db, once: OnlyOnce
) -> Record:
    """Of a plan in force."""
    return await db.run(once, goals.decide, caller, goal_id, GoalAction.RESUME, body)


@router.post("/goals/{goal_id}/complete", operation_id="complete_goal", summary="Complete", **GOAL)
async def complete_goal(
    goal_id: UUID, body: schemas.GoalDecision, caller: CaseWriter, db: Db, once: OnlyOnce
) -> Record:
    """With its attainment, from -2 (much less than expected) to +2 (much more)."""
    return await db.run(once, goals.decide, caller, goal_id, GoalAction.COMPLETE, body)


@router.post("/goals/{goal_id}/cancel", operation_id="cancel_goal", summary="Cancel", **GOAL)
async def cancel_goal(
    goal_id: UUID, body: schemas.GoalDecision, caller: CaseWriter, db: Db, once: OnlyOnce
) -> Record:
    """Of a plan in force."""
    return await db.run(once, goals.decide, caller, goal_id, GoalAction.CANCEL, body)


@router.post(
    "/goals/{goal_id}/steps",
    status_code=201,
    operation_id="create_step",
    summary="Add a step",
    **STEP,
)
async def create_step(
    goal_id: UUID, new: schemas.NewStep, caller: CaseWriter, db: Db, once: OnlyOnce
) -> Record:
    """To a version in preparation: who does what by when."""
    return await db.run(once, step_drafts.create_step, caller, goal_id, new)


@router.put(
    "/steps/{step_id}",
    response_model=schemas.Step,
    operation_id="change_step",
    summary="Rewrite a step",
    responses=EDIT,
)
async def change_step(
    step_id: UUID, change: schemas.StepChange, caller: CaseWriter, version: ReadVersion, db: Db
) -> Record:
    """In a version in preparation. If-Match is the step's version, quoted."""
    return await db.run(step_drafts.change_step, caller, step_id, change, version)


@router.delete(
    "/steps/{step_id}",
    status_code=204,
    operation_id="remove_step",
    summary="Remove a step",
    responses=EDIT,
)
async def remove_step(step_id: UUID, caller: CaseWriter, version: ReadVersion, db: Db) -> None:
    """From a version in preparation."""
    await db.run(step_drafts.remove_step, caller, step_id, version)


@router.post(
    "/steps/{step_id}/confirm-done",
    operation_id="confirm_step_done",
    summary="Confirm that a step is done",
    **STEP,
)
async def confirm_step_done(
    step_id: UUID, _: schemas.StepDecision, caller: CaseWriter, db: Db, once: OnlyOnce
) -> Record:
    """A referral that helped only proposes it (`proposed_done_at`): a person confirms."""
    return await db.run(once, steps.decide, caller, step_id, StepAction.CONFIRM_DONE)


@router.post("/steps/{step_id}/cancel", operation_id="cancel_step", summary="Cancel", **STEP)
async def cancel_step(
    step_id: UUID, _: schemas.StepDecision, caller: CaseWriter, db: Db, once: OnlyOnce
) -> Record:
    """It is no longer wanted."""
    return await db.run(once, steps.decide, caller, step_id, StepAction.CANCEL)
