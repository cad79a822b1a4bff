"""Steps as they are written into a plan that is in preparation."""

from uuid import UUID, uuid4

from sqlalchemy import Connection, bindparam, delete, select

from services.cases import rows
from services.cases.commands.plan_copy import add_step
from services.cases.commands.plans import to_edit
from services.cases.lifecycle.plan import StepStatus
from services.cases.models import GOAL, NEED, STEP
from services.cases.queries import plans
from services.cases.schemas.plans import NewStep, StepChange
from shared import audit
from shared.auth import Principal
from shared.db import Record, execute, fetch_one
from shared.errors import Invalid
from shared.etag import check_version
from shared.sealing import seal

DROP = delete(STEP).where(STEP.c.id == bindparam("p_step"))
NEED_OF_CASE = select(NEED.c.id).where(
    NEED.c.id == bindparam("p_need"), NEED.c.case_id == bindparam("p_case")
)


def create_step(connection: Connection, caller: Principal, goal_id: UUID, new: NewStep) -> Record:
    goal = rows.lock(connection, GOAL, goal_id)
    plan = to_edit(connection, caller, goal["plan_id"])
    _require_need(connection, plan["case_id"], new.need_id)
    row = add_step(
        connection,
        goal,
        uuid4(),
        new.title,
        status=StepStatus.OPEN,
        **new.model_dump(exclude={"title"}),
    )
    audit.record(connection, "create_step", [row["id"], plan["case_id"]])
    return plans.shown_step(connection, row)


def change_step(
    connection: Connection, caller: Principal, step_id: UUID, change: StepChange, version: int
) -> Record:
    step = rows.lock(connection, STEP, step_id)
    plan = to_edit(connection, caller, step["plan_id"])
    check_version(step["version"], version)
    _require_need(connection, plan["case_id"], change.need_id)
    title = seal(connection, change.title, "step", "title", step_id)
    values = change.model_dump(exclude={"title"})
    row = rows.change(connection, STEP, step_id, title=title, **values)
    audit.record(connection, "change_step", [step_id, plan["case_id"]])
    return plans.shown_step(connection, row)


def remove_step(connection: Connection, caller: Principal, step_id: UUID, version: int) -> None:
    step = rows.lock(connection, STEP, step_id)
    plan = to_edit(connection, caller, step["plan_id"])
    check_version(step["version"], version)
    execute(connection, DROP, {"p_step": step_id})
    audit.record(connection, "remove_step", [step_id, plan["case_id"]])


def _require_need(connection: Connection, case_id: UUID, need_id: UUID | None) -> None:
    if need_id and not fetch_one(connection, NEED_OF_CASE, p_need=need_id, p_case=case_id):
        raise Invalid("/need_id", "is not a need of this case")
