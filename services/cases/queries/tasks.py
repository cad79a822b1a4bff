"""What somebody must do: their own tasks, and those of the queues their role serves."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Connection,
    String,
    Uuid,
    and_,
    bindparam,
    exists,
    func,
    not_,
    or_,
    select,
    tuple_,
)

from services.cases.errors import ABSENT
from services.cases.models import CASE, TASK
from services.cases.queries.visibility import IS_NAMED, ME, visible_to
from shared.audit import audited
from shared.auth import Principal
from shared.db import Record, fetch, fetch_one
from shared.errors import NotFound
from shared.pagination import Keyset, Paging

SOONEST = Keyset(("due_at", "id"), (datetime(1, 1, 1, tzinfo=UTC), UUID(int=0)))
QUEUES = bindparam("p_queues", type_=ARRAY(String))
MINE = or_(
    TASK.c.assignee_id == ME,
    and_(
        TASK.c.assignee_id.is_(None),
        TASK.c.queue == func.any(QUEUES),
        # Wider than what they may read: an escalation that nobody sees would be lost.
        or_(
            TASK.c.case_id.is_(None),
            exists().where(CASE.c.id == TASK.c.case_id, or_(not_(CASE.c.restricted), IS_NAMED)),
        ),
    ),
)
LIST = audited(
    select(TASK)
    .where(
        MINE,
        TASK.c.status == "open",
        tuple_(TASK.c.due_at, TASK.c.id) > tuple_(bindparam("after_due_at"), bindparam("after_id")),
    )
    .order_by(TASK.c.due_at, TASK.c.id)
    .limit(bindparam("page_limit")),
    "list_tasks",
)
LOCKED = select(TASK).where(MINE, TASK.c.id == bindparam("p_id", type_=Uuid)).with_for_update()


SERVED_BY = {
    "supervisor": {"cases:approve"},
    "intake": {"cases:intake"},
    "agreements": {"organization:write", "referrals:coordinate"},
}
"""Which queue whose scopes serve."""


def _mine(caller: Principal) -> Record:
    queues = [queue for queue, scopes in SERVED_BY.items() if scopes & caller.scopes]
    return {**visible_to(caller), "p_queues": queues}


def list_tasks(connection: Connection, caller: Principal, pages: Paging) -> Record:
    found = fetch(connection, LIST, **pages.parameters(SOONEST), **_mine(caller))
    return pages.page(SOONEST, found)


def task_to_change(connection: Connection, caller: Principal, task_id: UUID) -> Record:
    row = fetch_one(connection, LOCKED, p_id=task_id, **_mine(caller))
    if row is None:
        raise NotFound(ABSENT)
    return row
