"""Tasks: what somebody must do by when. The clocks write them, people complete them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, case, text, update
from sqlalchemy.dialects.postgresql import insert

from services.cases import rows
from services.cases.models import TASK
from services.cases.queries import tasks
from shared import audit, clock
from shared.auth import Principal
from shared.db import Record, execute, fetch_one
from shared.deadlines import clear, set_deadline
from shared.errors import ActionNotAllowed

OVERDUE = "task_overdue"
AGREEMENTS = "agreements"
"""The queue of whoever looks after partners: admins and network coordinators."""
DECIDE = "decide_need"
RESOLVE = "resolve_dispute"
BY_DEED = {
    DECIDE: "Decide what became of the need: that completes it.",
    RESOLVE: "Resolve the dispute of the referral: that completes it.",
}
"""Tasks that nobody ticks off: what they ask for completes them."""
_new = insert(TASK)
ESCALATE = _new.on_conflict_do_update(
    index_elements=["subject", "kind"],
    # A literal: with a parameter the generic plan finds no such index, from the sixth time on.
    index_where=text("status = 'open'"),
    set_={
        "assignee_id": _new.excluded.assignee_id,
        "queue": _new.excluded.queue,
        "escalated_at": _new.excluded.escalated_at,
        # An escalation hands the task on with the date it had; asked anew, it has a new one.
        "due_at": case(
            (_new.excluded.escalated_at.is_(None), _new.excluded.due_at), else_=TASK.c.due_at
        ),
        "version": TASK.c.version + 1,
    },
).returning(*TASK.c)
CANCEL = (
    update(TASK)
    .where(
        TASK.c.subject == bindparam("p_subject"),
        TASK.c.status == "open",
        TASK.c.kind.in_(bindparam("p_kinds", expanding=True)),
    )
    .values(status="cancelled", version=TASK.c.version + 1)
)

HAND_OVER = (
    update(TASK)
    .where(
        TASK.c.case_id == bindparam("p_case"),
        TASK.c.assignee_id == bindparam("p_from"),
        TASK.c.status == "open",
    )
    .values(assignee_id=bindparam("p_to"), version=TASK.c.version + 1)
)


def put_task(
    connection: Connection,
    kind: str,
    subject: UUID,
    due_at: datetime,
    *,
    case_id: UUID | None,
    assignee_id: UUID | None = None,
    queue: str | None = None,
    escalated: bool = False,
) -> Record:
    """The one open task of this kind on the subject, made or handed on."""
    values: dict[str, Any] = {
        "case_id": case_id,
        "kind": kind,
        "subject": subject,
        "assignee_id": assignee_id,
        "queue": queue if assignee_id is None else None,
        "due_at": due_at,
        "status": "open",
        "escalated_at": clock.now() if escalated else None,
    }
    row = fetch_one(connection, ESCALATE, **values)
    assert row is not None
    if not escalated:
        set_deadline(connection, [row["organization"]], OVERDUE, row["id"], due_at)
    return row


def cancel_tasks(connection: Connection, subject: UUID, *kinds: str) -> None:
    """What they asked for is no longer needed."""
    execute(connection, CANCEL, {"p_subject": subject, "p_kinds": list(kinds)})


def hand_over(connection: Connection, case_id: UUID, before: UUID, after: UUID) -> None:
    """Another owner takes the case: what the one before had to do for it is theirs."""
    execute(connection, HAND_OVER, {"p_case": case_id, "p_from": before, "p_to": after})


def complete(connection: Connection, caller: Principal, task_id: UUID) -> Record:
    row = tasks.task_to_change(connection, caller, task_id)
    if row["status"] != "open":
        raise ActionNotAllowed(
            f"A task that is {row['status']} cannot be completed.",
            status_now=row["status"],
            allowed=[],
        )
    if row["kind"] in BY_DEED:
        raise ActionNotAllowed(BY_DEED[row["kind"]], status_now=row["status"], allowed=[])
    clear(connection, task_id, OVERDUE)
    audit.record(connection, "complete_task", [task_id])
    done = {"completed_by": caller.subject, "completed_at": clock.now()}
    return rows.change(connection, TASK, task_id, status="completed", **done)
