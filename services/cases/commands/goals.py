"""Goals of a plan: written in its draft, decided by the client, reached or given up in force."""

from uuid import UUID, uuid4

from sqlalchemy import Connection, bindparam, delete, select

from services.cases import rows
from services.cases.access import may_write, relation_of
from services.cases.commands.history import note_down
from services.cases.commands.plan_copy import add_goal, sealed_goal
from services.cases.commands.plans import to_edit
from services.cases.lifecycle import actions_from
from services.cases.lifecycle.plan import GOAL as TRANSITIONS
from services.cases.lifecycle.plan import GoalAction, GoalStatus, PlanStatus
from services.cases.models import GOAL, NEED, STEP
from services.cases.queries import plans
from services.cases.schemas.plans import GoalChange, GoalDecision, NewGoal
from shared import audit
from shared.auth import Principal
from shared.db import Record, execute, fetch
from shared.errors import ActionNotAllowed, Forbidden, Invalid
from shared.etag import check_version

NEEDS_AMONG = select(NEED.c.id).where(
    NEED.c.case_id == bindparam("p_case"), NEED.c.id.in_(bindparam("p_ids", expanding=True))
)
DROP_STEPS = delete(STEP).where(STEP.c.goal_id == bindparam("p_goal"))
DROP = delete(GOAL).where(GOAL.c.id == bindparam("p_goal"))
BEFORE_FORCE = frozenset({GoalAction.ACCEPT, GoalAction.REJECT})
"""What the client says of a proposed goal, while the plan is prepared."""


def create_goal(connection: Connection, caller: Principal, plan_id: UUID, new: NewGoal) -> Record:
    plan = to_edit(connection, caller, plan_id)
    _require_needs(connection, plan["case_id"], new.need_ids)
    row = add_goal(
        connection,
        plan,
        uuid4(),
        new.title,
        new.words,
        need_ids=new.need_ids,
        target_on=new.target_on,
        status=GoalStatus.PROPOSED,
    )
    audit.record(connection, "create_goal", [row["id"], plan["case_id"]])
    return plans.shown_goal(connection, row, [])


def change_goal(
    connection: Connection, caller: Principal, goal_id: UUID, change: GoalChange, version: int
) -> Record:
    goal = rows.lock(connection, GOAL, goal_id)
    plan = to_edit(connection, caller, goal["plan_id"])
    check_version(goal["version"], version)
    _require_needs(connection, plan["case_id"], change.need_ids)
    row = rows.change(
        connection,
        GOAL,
        goal_id,
        need_ids=change.need_ids,
        target_on=change.target_on,
        **sealed_goal(connection, goal_id, change.title, change.words),
    )
    audit.record(connection, "change_goal", [goal_id, plan["case_id"]])
    return plans.shown_goal(connection, row, plans.steps_of(connection, row))


def remove_goal(connection: Connection, caller: Principal, goal_id: UUID, version: int) -> None:
    goal = rows.lock(connection, GOAL, goal_id)
    plan = to_edit(connection, caller, goal["plan_id"])
    check_version(goal["version"], version)
    execute(connection, DROP_STEPS, {"p_goal": goal_id})
    execute(connection, DROP, {"p_goal": goal_id})
    audit.record(connection, "remove_goal", [goal_id, plan["case_id"]])


def decide(
    connection: Connection,
    caller: Principal,
    goal_id: UUID,
    action: GoalAction,
    decision: GoalDecision,
) -> Record:
    """The client's word on a proposed goal, or how far one in force has come."""
    goal = rows.lock(connection, GOAL, goal_id)
    plan = plans.plan_to_change(connection, caller, goal["plan_id"])
    if not may_write(caller, relation_of(plan)):
        raise Forbidden("You may read this case, but not write it.")
    after = TRANSITIONS.get((GoalStatus(goal["status"]), action))
    in_force = plan["status"] == PlanStatus.ACTIVE
    if after is None or in_force is (action in BEFORE_FORCE):
        raise ActionNotAllowed(
            f"A goal that is {goal['status']} in a plan that is {plan['status']} cannot take this.",
            status_now=goal["status"],
            allowed=[
                str(possible)
                for possible in actions_from(TRANSITIONS, GoalStatus(goal["status"]))
                if in_force is not (possible in BEFORE_FORCE)
            ],
        )
    if (action is GoalAction.COMPLETE) is (decision.attainment is None):
        raise Invalid("/attainment", "belongs to a goal that is completed, and only there")
    row = rows.change(connection, GOAL, goal_id, status=after, attainment=decision.attainment)
    note_down(
        connection,
        f"goal.{after}",
        row["identity"],
        client_id=plan["client_id"],
        case_id=plan["case_id"],
        actor=caller.subject,
    )
    audit.record(connection, f"{action}_goal", [goal_id, plan["case_id"]])
    return plans.shown_goal(connection, row, plans.steps_of(connection, row))


def _require_needs(connection: Connection, case_id: UUID, need_ids: list[UUID]) -> None:
    known = {row["id"] for row in fetch(connection, NEEDS_AMONG, p_case=case_id, p_ids=need_ids)}
    if set(need_ids) - known:
        raise Invalid("/need_ids", "names a need that is not of this case")
