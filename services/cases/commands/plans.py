"""Plan versions: drafted, approved, agreed with the client, put in force in place of the last."""

import hashlib
from typing import NoReturn
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import Connection, bindparam, func, select

from services.cases import clocks, rows
from services.cases.access import may_approve, may_write, relation_fields, relation_of
from services.cases.commands.cases import require_worked
from services.cases.commands.history import note_down, of_case
from services.cases.commands.plan_copy import bring_forward, copy_content, start_goals
from services.cases.commands.steps import wind_steps
from services.cases.commands.tasks import cancel_tasks
from services.cases.errors import Incomplete, SameAuthor
from services.cases.lifecycle.plan import PLAN as TRANSITIONS
from services.cases.lifecycle.plan import Agreement, PlanAction, PlanStatus
from services.cases.models import PLAN
from services.cases.queries import plans
from services.cases.queries.visibility import case_to_write
from services.cases.schemas.plans import ClientAgreement, NewPlan
from shared import audit, clock
from shared.auth import Principal
from shared.db import Record, fetch_one
from shared.deadlines import clear, set_deadline
from shared.errors import ActionNotAllowed, Conflict, Forbidden
from shared.sealing import seal

DRAFT, APPROVAL, AGREEMENT = "plan_draft", "plan_approval", "plan_agreement"
CLOCKS = (DRAFT, APPROVAL, AGREEMENT)
HIGHEST = select(func.coalesce(func.max(PLAN.c.number), 0).label("number")).where(
    PLAN.c.case_id == bindparam("p_case")
)
IN_FORCE = (
    select(PLAN)
    .where(PLAN.c.case_id == bindparam("p_case"), PLAN.c.status == PlanStatus.ACTIVE)
    .with_for_update()
)


def create_plan(connection: Connection, caller: Principal, case_id: UUID, new: NewPlan) -> Record:
    """A draft; the version in force stays so until this one is activated."""
    case = case_to_write(connection, caller, case_id)
    require_worked(case)
    highest = fetch_one(connection, HIGHEST, p_case=case_id)
    assert highest is not None
    row = rows.add(
        connection,
        PLAN,
        case_id=case_id,
        number=highest["number"] + 1,
        status=PlanStatus.DRAFT,
        created_by=caller.subject,
    )
    current = fetch_one(connection, IN_FORCE, p_case=case_id)
    if current is not None and not new.empty:
        copy_content(connection, current["id"], row)
    wind(connection, row)
    of_case(connection, caller, case, "plan.draft", row["id"])
    audit.record(connection, "create_plan", [row["id"], case_id])
    return plans.shown(connection, caller, {**relation_fields(case), **row})


def submit(connection: Connection, caller: Principal, plan_id: UUID) -> Record:
    row = _before(connection, caller, plan_id, PlanAction.SUBMIT)
    if not any(goal["steps"] for goal in plans.content(connection, plan_id)):
        raise Incomplete("A plan needs a goal with a step.", missing=["goal_with_step"])
    return _after(connection, caller, row, PlanAction.SUBMIT, submitted_at=clock.now())


def approve(connection: Connection, caller: Principal, plan_id: UUID) -> Record:
    """Binds to the content as it is now: any edit returns the version to draft."""
    row = _before(connection, caller, plan_id, PlanAction.APPROVE)
    return _after(
        connection,
        caller,
        row,
        PlanAction.APPROVE,
        approved_by=caller.subject,
        approved_at=clock.now(),
        content_hash=_hash(connection, plan_id),
        comment=None,
    )


def send_back(connection: Connection, caller: Principal, plan_id: UUID, comment: str) -> Record:
    row = _before(connection, caller, plan_id, PlanAction.RETURN)
    sealed = seal(connection, comment, "plan", "comment", plan_id)
    return _after(connection, caller, row, PlanAction.RETURN, comment=sealed)


def discard(connection: Connection, caller: Principal, plan_id: UUID) -> Record:
    row = _before(connection, caller, plan_id, PlanAction.DISCARD)
    return _after(connection, caller, row, PlanAction.DISCARD, ended_at=clock.now())


def finish(connection: Connection, caller: Principal, plan_id: UUID, action: PlanAction) -> Record:
    """The plan in force ends without a successor: completed, or discontinued."""
    row = _before(connection, caller, plan_id, action)
    done = _after(connection, caller, row, action, ended_at=clock.now())
    wind_steps(connection, plan_id, in_force=False)
    return done


def activate(
    connection: Connection, caller: Principal, plan_id: UUID, agreed: ClientAgreement
) -> Record:
    """In force from now on, in place of the version before: one transaction, never none."""
    row = _before(connection, caller, plan_id, PlanAction.ACTIVATE)
    if agreed.agreement is Agreement.DECLINED and not may_approve(caller, relation_of(row)):
        raise Forbidden("Only a supervisor puts a plan in force that the client declined.")
    if row["content_hash"] != _hash(connection, plan_id):
        raise Conflict("The plan is not what was approved.")
    _supersede(connection, caller, row)
    start_goals(connection, plan_id)
    detail = agreed.model_dump(include={"witness", "reason"})
    active = _after(
        connection,
        caller,
        row,
        PlanAction.ACTIVATE,
        agreement=agreed.agreement,
        agreement_detail=seal(connection, detail, "plan", "agreement_detail", plan_id),
        activated_at=clock.now(),
    )
    wind_steps(connection, plan_id, in_force=True)
    return active


def _supersede(connection: Connection, caller: Principal, row: Record) -> None:
    old = fetch_one(connection, IN_FORCE, p_case=row["case_id"])
    if old is None:
        return
    bring_forward(connection, old["id"], row["id"])
    rows.change(connection, PLAN, old["id"], status=PlanStatus.SUPERSEDED, ended_at=clock.now())
    wind_steps(connection, old["id"], in_force=False)
    _history(connection, caller, old["id"], row["client_id"], row["case_id"], "plan.superseded")


def to_edit(connection: Connection, caller: Principal, plan_id: UUID) -> Record:
    """The version, locked, for somebody who may edit it; approval is lost with the first edit."""
    row = plans.plan_to_change(connection, caller, plan_id)
    if not may_write(caller, relation_of(row)):
        raise Forbidden("You may read this case, but not write it.")
    after = TRANSITIONS.get((PlanStatus(row["status"]), PlanAction.EDIT))
    if after is None:
        _refuse(caller, row)
    if after is not PlanStatus(row["status"]):
        lost = {"content_hash": None, "approved_by": None, "approved_at": None}
        changed = rows.change(connection, PLAN, plan_id, status=PlanStatus.DRAFT, **lost)
        wind(connection, changed)
    return row


def _before(connection: Connection, caller: Principal, plan_id: UUID, action: PlanAction) -> Record:
    """The version, locked, if the caller may take `action` and its status allows it."""
    row = plans.plan_to_change(connection, caller, plan_id)
    relation = relation_of(row)
    if action in plans.APPROVALS:
        if not may_approve(caller, relation):
            raise Forbidden("Only the supervisor approves a plan.")
        if row["created_by"] == caller.subject:
            raise SameAuthor("Who wrote the plan may not approve it.")
    elif not may_write(caller, relation):
        raise Forbidden("You may read this case, but not write it.")
    if (PlanStatus(row["status"]), action) not in TRANSITIONS:
        _refuse(caller, row)
    return row


def _refuse(caller: Principal, row: Record) -> NoReturn:
    raise ActionNotAllowed(
        f"A plan that is {row['status']} cannot take this action.",
        status_now=row["status"],
        allowed=[str(action) for action in plans.possible(caller, row)],
    )


def _after(
    connection: Connection, caller: Principal, before: Record, action: PlanAction, **values: object
) -> Record:
    after = TRANSITIONS[PlanStatus(before["status"]), action]
    row = rows.change(connection, PLAN, before["id"], status=after, **values)
    wind(connection, row)
    _history(connection, caller, row["id"], before["client_id"], row["case_id"], f"plan.{action}")
    audit.record(connection, f"{action}_plan", [row["id"], row["case_id"]])
    return plans.shown(connection, caller, {**relation_fields(before), **row})


def wind(connection: Connection, plan: Record) -> None:
    clear(connection, plan["id"], *CLOCKS)
    cancel_tasks(connection, plan["id"], *CLOCKS)
    now = clock.now()
    match PlanStatus(plan["status"]):
        case PlanStatus.DRAFT:
            kind, due = DRAFT, now + clocks.DRAFT_WITHIN
        case PlanStatus.SUBMITTED:
            kind, due = APPROVAL, clocks.business_days_after(now, clocks.APPROVAL_DAYS)
        case PlanStatus.APPROVED:
            kind, due = AGREEMENT, now + clocks.AGREEMENT_WITHIN
        case _:
            return
    set_deadline(connection, [plan["organization"]], kind, plan["id"], due)


def _hash(connection: Connection, plan_id: UUID) -> bytes:
    """Of what the plan says, not of how far it has come."""
    said = [
        {
            **{
                name: goal[name] for name in ("identity", "title", "words", "need_ids", "target_on")
            },
            "steps": [
                {name: step[name] for name in ("identity", "title", "owner", "due_on", "need_id")}
                for step in goal["steps"]
            ],
        }
        for goal in plans.content(connection, plan_id)
    ]
    return hashlib.sha256(to_json(said)).digest()


def _history(
    connection: Connection,
    caller: Principal,
    plan_id: UUID,
    client_id: UUID,
    case_id: UUID,
    kind: str,
) -> None:
    note_down(connection, kind, plan_id, client_id=client_id, case_id=case_id, actor=caller.subject)
