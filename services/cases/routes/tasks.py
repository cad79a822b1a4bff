"""Tasks: what I must do by when."""

from uuid import UUID

from services.cases.commands import tasks as commands
from services.cases.queries import tasks as queries
from services.cases.routes.callers import TaskReader, new_router
from services.cases.schemas import notes as schemas
from shared.app import problems
from shared.auth import Db
from shared.db import Record
from shared.idempotency import OnlyOnce
from shared.pagination import Page, Pages

router = new_router("tasks")


@router.get(
    "/tasks",
    response_model=Page[schemas.Task],
    operation_id="list_tasks",
    summary="List my open tasks",
)
async def list_tasks(pages: Pages, caller: TaskReader, db: Db) -> Record:
    """Mine, and those of the queues that my role serves; the soonest first."""
    return await db.run(queries.list_tasks, caller, pages)


@router.post(
    "/tasks/{task_id}/complete",
    response_model=schemas.Task,
    operation_id="complete_task",
    summary="Complete a task",
    responses=problems(404, 409),
)
async def complete_task(
    task_id: UUID, _: schemas.TaskCompletion, caller: TaskReader, db: Db, once: OnlyOnce
) -> Record:
    """A task that a clock wrote comes back until what it asks for was done.

    `decide_need` and `resolve_dispute` are completed by what they ask for alone.
    """
    return await db.run(once, commands.complete, caller, task_id)
