"""Reads of plan versions, whole: with their goals and steps."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Uuid, bindparam, select, tuple_

from services.cases.access import may_approve, may_write, relation_of
from services.cases.errors import ABSENT
from services.cases.lifecycle import actions_from
from services.cases.lifecycle.plan import INTERNAL, PlanAction, PlanStatus
from services.cases.lifecycle.plan import PLAN as PLAN_TRANSITIONS
from services.cases.models import CASE, GOAL, PLAN, STEP
from services.cases.queries.visibility import RELATION, VISIBLE, case_for, visible_to
from shared.audit import audited
from shared.auth import Principal
from shared.db import Record, fetch, fetch_one
from shared.errors import NotFound
from shared.pagination import NEWEST_FIRST, Paging
from shared.sealing import open_sealed

APPROVALS = frozenset({PlanAction.APPROVE, PlanAction.RETURN})
ROW_ID = bindparam("p_id", type_=Uuid)
SEEN = (
    select(PLAN, CASE.c.client_id, *RELATION).join(CASE, CASE.c.id == PLAN.c.case_id).where(VISIBLE)
)
ONE = SEEN.where(PLAN.c.id == ROW_ID)
GET = audited(ONE, "get_plan")
LOCKED = ONE.with_for_update(of=PLAN)
LIST = audited(
    SEEN.where(
        PLAN.c.case_id == bindparam("p_case", type_=Uuid),
        tuple_(PLAN.c.created_at, PLAN.c.id)
        < tuple_(bindparam("after_created_at"), bindparam("after_id")),
    )
    .order_by(PLAN.c.created_at.desc(), PLAN.c.id.desc())
    .limit(bindparam("page_limit")),
    "list_plans",
)
GOALS = select(GOAL).where(GOAL.c.plan_id == bindparam("p_plan")).order_by(GOAL.c.created_at)
STEPS = select(STEP).where(STEP.c.plan_id == bindparam("p_plan")).order_by(STEP.c.created_at)


def get_plan(connection: Connection, caller: Principal, plan_id: UUID) -> Record:
    row = fetch_one(connection, GET, p_id=plan_id, **visible_to(caller))
    return shown(connection, caller, _found(row))


def plan_to_change(connection: Connection, caller: Principal, plan_id: UUID) -> Record:
    """The version with the caller's relation to its case, locked."""
    return _found(fetch_one(connection, LOCKED, p_id=plan_id, **visible_to(caller)))


def list_plans(connection: Connection, caller: Principal, case_id: UUID, pages: Paging) -> Record:
    case_for(connection, caller, case_id)
    asked = pages.parameters(NEWEST_FIRST)
    found = fetch(connection, LIST, p_case=case_id, **asked, **visible_to(caller))
    return pages.page(NEWEST_FIRST, found)


def shown(connection: Connection, caller: Principal, row: Record) -> Record:
    comment = row["comment"]
    return {
        **row,
        "comment": comment and open_sealed(connection, comment, "plan", "comment", row["id"]),
        "goals": content(connection, row["id"]),
        "actions": _actions(caller, row),
    }


def content(connection: Connection, plan_id: UUID) -> list[Record]:
    """The goals with their steps, as the API shows them."""
    steps: dict[UUID, list[Record]] = {}
    for step in fetch(connection, STEPS, p_plan=plan_id):
        steps.setdefault(step["goal_id"], []).append(shown_step(connection, step))
    return [
        shown_goal(connection, goal, steps.get(goal["id"], []))
        for goal in fetch(connection, GOALS, p_plan=plan_id)
    ]


def shown_goal(connection: Connection, row: Record, steps: list[Record]) -> Record:
    words = row["words"]
    return {
        **row,
        "title": open_sealed(connection, row["title"], "goal", "title", row["id"]),
        "words": words and open_sealed(connection, words, "goal", "words", row["id"]),
        "steps": steps,
    }


def shown_step(connection: Connection, row: Record) -> Record:
    title: Any = open_sealed(connection, row["title"], "step", "title", row["id"])
    return {**row, "title": title}


def steps_of(connection: Connection, goal: Record) -> list[Record]:
    """The goal's steps, as the API shows them."""
    found = fetch(connection, STEPS, p_plan=goal["plan_id"])
    return [shown_step(connection, step) for step in found if step["goal_id"] == goal["id"]]


def possible(caller: Principal, row: Record) -> list[PlanAction]:
    """What this caller may do with the version now."""
    relation = relation_of(row)
    approves = may_approve(caller, relation) and row["created_by"] != caller.subject
    writes = "cases:write" in caller.scopes and may_write(caller, relation)
    return [
        action
        for action in actions_from(PLAN_TRANSITIONS, PlanStatus(row["status"]))
        if action not in INTERNAL and (approves if action in APPROVALS else writes)
    ]


def _actions(caller: Principal, row: Record) -> list[Record]:
    return [
        {"name": action, "href": f"/v1/plans/{row['id']}/{action}"}
        for action in possible(caller, row)
    ]


def _found(row: Record | None) -> Record:
    if row is None:
        raise NotFound(ABSENT)
    return row
