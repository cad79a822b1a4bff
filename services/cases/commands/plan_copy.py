"""What a new version of a plan takes from the one before: its content, and then its progress."""

from uuid import UUID, uuid4

from sqlalchemy import Connection, bindparam, update

from services.cases import rows
from services.cases.lifecycle.plan import GoalStatus, StepStatus
from services.cases.models import GOAL, STEP
from services.cases.queries import plans
from shared.db import Record, execute, fetch
from shared.sealing import seal

ENDED_GOALS = (GoalStatus.REJECTED, GoalStatus.COMPLETED, GoalStatus.CANCELLED)
PROGRESS = ("status", "proposed_done_at", "done_at", "done_by", "referral_id")
MOVE_GOALS = (
    update(GOAL)
    .where(GOAL.c.plan_id == bindparam("p_plan"), GOAL.c.status == bindparam("p_before"))
    .values(status=bindparam("p_after"), version=GOAL.c.version + 1)
)


def copy_content(connection: Connection, old_plan: UUID, plan: Record) -> None:
    """Goals that go on, with their steps, under the identities they have."""
    for goal in plans.content(connection, old_plan):
        if goal["status"] in ENDED_GOALS:
            continue
        new_goal = add_goal(
            connection,
            plan,
            goal["identity"],
            goal["title"],
            goal["words"],
            status=goal["status"],
            **{name: goal[name] for name in ("need_ids", "target_on", "attainment")},
        )
        for step in goal["steps"]:
            if step["status"] != StepStatus.CANCELLED:
                content = ("owner", "due_on", "need_id", *PROGRESS)
                values = {name: step[name] for name in content}
                add_step(connection, new_goal, step["identity"], step["title"], **values)


def bring_forward(connection: Connection, old_plan: UUID, plan_id: UUID) -> None:
    """What was reached under the old version while the new one was in preparation."""
    goals = {row["identity"]: row for row in fetch(connection, plans.GOALS, p_plan=old_plan)}
    steps = {row["identity"]: row for row in fetch(connection, plans.STEPS, p_plan=old_plan)}
    for goal in fetch(connection, plans.GOALS, p_plan=plan_id):
        old = goals.get(goal["identity"])
        if old is not None and old["status"] != goal["status"]:
            reached = {"status": old["status"], "attainment": old["attainment"]}
            rows.change(connection, GOAL, goal["id"], **reached)
    for step in fetch(connection, plans.STEPS, p_plan=plan_id):
        old = steps.get(step["identity"])
        if old is not None:
            rows.change(connection, STEP, step["id"], **{name: old[name] for name in PROGRESS})


def start_goals(connection: Connection, plan_id: UUID) -> None:
    """The client agreed to the plan: its proposed goals are accepted, and begin."""
    steps = ((GoalStatus.PROPOSED, GoalStatus.ACCEPTED), (GoalStatus.ACCEPTED, GoalStatus.ACTIVE))
    for before, after in steps:
        execute(connection, MOVE_GOALS, {"p_plan": plan_id, "p_before": before, "p_after": after})


def add_goal(
    connection: Connection,
    plan: Record,
    identity: UUID,
    title: str,
    words: str | None,
    **values: object,
) -> Record:
    goal_id = uuid4()
    return rows.add(
        connection,
        GOAL,
        id=goal_id,
        plan_id=plan["id"],
        case_id=plan["case_id"],
        identity=identity,
        **sealed_goal(connection, goal_id, title, words),
        **values,
    )


def sealed_goal(connection: Connection, goal_id: UUID, title: str, words: str | None) -> Record:
    return {
        "title": seal(connection, title, "goal", "title", goal_id),
        "words": words and seal(connection, words, "goal", "words", goal_id),
    }


def add_step(
    connection: Connection, goal: Record, identity: UUID, title: str, **values: object
) -> Record:
    step_id = uuid4()
    return rows.add(
        connection,
        STEP,
        id=step_id,
        goal_id=goal["id"],
        plan_id=goal["plan_id"],
        case_id=goal["case_id"],
        identity=identity,
        title=seal(connection, title, "step", "title", step_id),
        **values,
    )
