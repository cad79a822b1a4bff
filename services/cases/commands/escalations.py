"""What happens when a date has passed: the one who must act gets a task, then their supervisor."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, Table, bindparam, select

from services.cases import clocks, rows
from services.cases.commands.tasks import AGREEMENTS, put_task
from services.cases.lifecycle.case import LIVE
from services.cases.models import CASE, PLAN, STEP, TASK
from services.cases.queries.people import supervisor_of
from shared import clock
from shared.db import Record, fetch_one
from shared.deadlines import Deadline, Handler

CASE_ROW = select(CASE).where(CASE.c.id == bindparam("p_id"))
OPEN_STEP = (
    select(STEP.c.case_id)
    .join(PLAN, PLAN.c.id == STEP.c.plan_id)
    .where(STEP.c.id == bindparam("p_id"), STEP.c.status == "open", PLAN.c.status == "active")
)
SUPERVISORS = "supervisor"


@dataclass(frozen=True)
class Held:
    """Whose case it is, and who must act first; nobody named means any supervisor."""

    case: Record
    first: UUID | None


Holder = Callable[[Connection, UUID], Held | None]
"""Finds who must act on a subject; None when there is nothing left to do."""


def of_owner(connection: Connection, case_id: UUID) -> Held | None:
    case = _live(connection, case_id)
    return Held(case, case["owner_id"]) if case else None


def of_supervisor(connection: Connection, case_id: UUID) -> Held | None:
    case = _live(connection, case_id)
    return Held(case, supervisor_of(connection, case["owner_id"])) if case else None


def of_step(connection: Connection, step_id: UUID) -> Held | None:
    """The owner of the case, while the step is open in a plan in force."""
    row = fetch_one(connection, OPEN_STEP, p_id=step_id)
    return of_owner(connection, row["case_id"]) if row else None


def of_author(table: Table, column: str, *statuses: str) -> Holder:
    """The author of a row of `table`, while it is in one of `statuses`."""
    statement = select(table).where(table.c.id == bindparam("p_id"))

    def holder(connection: Connection, subject: UUID) -> Held | None:
        row = fetch_one(connection, statement, p_id=subject)
        if row is None or row["status"] not in statuses:
            return None
        case = _live(connection, row["case_id"])
        return Held(case, row[column]) if case else None

    return holder


def of_case_supervisor(table: Table, *statuses: str) -> Holder:
    """The supervisor of the case's owner, while the row is in one of `statuses`."""
    statement = select(table).where(table.c.id == bindparam("p_id"))

    def holder(connection: Connection, subject: UUID) -> Held | None:
        row = fetch_one(connection, statement, p_id=subject)
        if row is None or row["status"] not in statuses:
            return None
        return of_supervisor(connection, row["case_id"])

    return holder


def _live(connection: Connection, case_id: UUID) -> Record | None:
    """The case, unless it has ended: then nobody need act on what it held."""
    row = fetch_one(connection, CASE_ROW, p_id=case_id)
    return row if row and row["status"] in LIVE else None


def escalate(holder: Holder) -> Handler:
    """A ladder: who must act, a business day later the supervisor, then again every five."""

    def handler(connection: Connection, deadline: Deadline, now: datetime) -> datetime | None:
        held = holder(connection, deadline.subject)
        if held is None:
            return None
        first = deadline.step == 0
        supervisor = None if first else supervisor_of(connection, held.case["owner_id"])
        put_task(
            connection,
            deadline.kind,
            deadline.subject,
            deadline.due_at if first else now,
            case_id=held.case["id"],
            assignee_id=held.first if first else supervisor,
            queue=SUPERVISORS,
            escalated=True,
        )
        return clocks.business_days_after(now, 1 if first else clocks.AGAIN_DAYS)

    return handler


def task_overdue(connection: Connection, deadline: Deadline, now: datetime) -> datetime | None:
    """A task that nobody completed goes to the supervisor, and is marked."""
    task = rows.lock(connection, TASK, deadline.subject)
    if task["status"] != "open":
        return None
    supervisor = task["assignee_id"] and supervisor_of(connection, task["assignee_id"])
    if deadline.step == 0:
        rows.change(connection, TASK, task["id"], escalated_at=clock.now())
    else:
        above = AGREEMENTS if task["queue"] == AGREEMENTS else SUPERVISORS
        handed = {"assignee_id": supervisor, "queue": None if supervisor else above}
        rows.change(connection, TASK, task["id"], escalated_at=clock.now(), **handed)
    return clocks.business_days_after(now, 1 if deadline.step == 0 else clocks.AGAIN_DAYS)
