"""Steps of a plan in force: due, proposed as done by a referral, confirmed by a person."""

from uuid import UUID

from sqlalchemy import Connection, bindparam, select, update

from services.cases import clocks, rows
from services.cases.access import may_write, relation_of
from services.cases.commands.history import note_down
from services.cases.commands.tasks import cancel_tasks
from services.cases.lifecycle import actions_from
from services.cases.lifecycle.plan import EDITABLE, PlanStatus, StepAction, StepStatus
from services.cases.lifecycle.plan import STEP as TRANSITIONS
from services.cases.models import PLAN, STEP
from services.cases.queries import plans
from shared import audit, clock
from shared.auth import Principal
from shared.db import Record, execute, fetch
from shared.deadlines import clear, set_deadline
from shared.errors import ActionNotAllowed, Forbidden

DUE = "step_due"
NAMED = STEP.alias("named")
PROPOSE = (
    update(STEP)
    .where(
        # The referral may name the step as it stood in an earlier version of the plan.
        STEP.c.identity
        == select(NAMED.c.identity).where(NAMED.c.id == bindparam("p_step")).scalar_subquery(),
        STEP.c.case_id == bindparam("p_case"),
        STEP.c.status == StepStatus.OPEN,
        STEP.c.proposed_done_at.is_(None),
        # Also in a version under preparation: it may be in force before anybody looks again.
        STEP.c.plan_id == PLAN.c.id,
        PLAN.c.status.in_([PlanStatus.ACTIVE, *EDITABLE]),
    )
    .values(
        proposed_done_at=bindparam("p_at"),
        referral_id=bindparam("p_referral"),
        version=STEP.c.version + 1,
    )
)


TAKE_BACK = (
    update(STEP)
    .where(STEP.c.referral_id == bindparam("p_referral"), STEP.c.status == StepStatus.OPEN)
    .values(proposed_done_at=None, referral_id=None, version=STEP.c.version + 1)
)


def propose_done(connection: Connection, case_id: UUID, step_id: UUID, referral_id: UUID) -> None:
    """A referral helped: whoever works on the step is asked to confirm that it is done."""
    row = {"p_case": case_id, "p_step": step_id, "p_referral": referral_id, "p_at": clock.now()}
    execute(connection, PROPOSE, row)


def take_back(connection: Connection, referral_id: UUID) -> None:
    """The referral was an error: what it proposed, and nobody has confirmed, is as it was."""
    execute(connection, TAKE_BACK, {"p_referral": referral_id})


def wind_steps(connection: Connection, plan_id: UUID, *, in_force: bool) -> None:
    """Dates of steps run while their plan is in force."""
    for step in fetch(connection, plans.STEPS, p_plan=plan_id):
        runs = in_force and step["status"] == StepStatus.OPEN and step["due_on"] is not None
        if runs:
            holder = [step["organization"]]
            set_deadline(connection, holder, DUE, step["id"], clocks.end_of(step["due_on"]))
        else:
            _stop(connection, step["id"])


def _stop(connection: Connection, step_id: UUID) -> None:
    clear(connection, step_id, DUE)
    cancel_tasks(connection, step_id, DUE)


def decide(connection: Connection, caller: Principal, step_id: UUID, action: StepAction) -> Record:
    """Done, or no longer wanted: said by a person, of a plan in force."""
    step = rows.lock(connection, STEP, step_id)
    plan = plans.plan_to_change(connection, caller, step["plan_id"])
    if not may_write(caller, relation_of(plan)):
        raise Forbidden("You may read this case, but not write it.")
    after = TRANSITIONS.get((StepStatus(step["status"]), action))
    in_force = plan["status"] == PlanStatus.ACTIVE
    if after is None or not in_force:
        possible = actions_from(TRANSITIONS, StepStatus(step["status"])) if in_force else []
        raise ActionNotAllowed(
            f"A step that is {step['status']} in a plan that is {plan['status']} cannot take this.",
            status_now=step["status"],
            allowed=[str(a) for a in possible],
        )
    done = {"done_at": clock.now(), "done_by": caller.subject}
    values = done if after is StepStatus.DONE else {}
    row = rows.change(connection, STEP, step_id, status=after, **values)
    _stop(connection, step_id)
    note_down(
        connection,
        f"step.{after}",
        row["identity"],
        client_id=plan["client_id"],
        case_id=plan["case_id"],
        actor=caller.subject,
    )
    audit.record(connection, f"{action}_step", [step_id, plan["case_id"]])
    return plans.shown_step(connection, row)
