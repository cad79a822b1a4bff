"""Clocks are rows: what must happen at a time is a due row on our own clock.

A worker takes a due row with SKIP LOCKED, acts on it and moves it, in one transaction.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import (
    ARRAY,
    Column,
    Connection,
    DateTime,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    Uuid,
    bindparam,
    delete,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from shared.db import Database, enter, execute, fetch, fetch_one
from shared.logging import log, place
from shared.metrics import Metrics

LONGEST_RETRY = timedelta(hours=1)


def deadline_table(metadata: MetaData) -> Table:
    return Table(
        "deadline",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("organizations", ARRAY(Uuid), nullable=False),
        Column("kind", String(60), nullable=False),
        Column("subject", Uuid, nullable=False),
        Column("due_at", DateTime(timezone=True), nullable=False),
        Column("step", Integer, nullable=False, server_default="0"),
        Column("attempts", Integer, nullable=False, server_default="0"),
        UniqueConstraint("subject", "kind"),
        Index("ix_deadline_due_at", "due_at"),
    )


DEADLINE = deadline_table(MetaData())
_insert = insert(DEADLINE)
SET = _insert.on_conflict_do_update(
    index_elements=["subject", "kind"],
    set_={"due_at": _insert.excluded.due_at, "step": _insert.excluded.step, "attempts": 0},
)
CLEAR = delete(DEADLINE).where(
    DEADLINE.c.subject == bindparam("p_subject"),
    DEADLINE.c.kind.in_(bindparam("p_kinds", expanding=True)),
)
RUNNING = (
    select(DEADLINE)
    .where(DEADLINE.c.subject == bindparam("p_subject"))
    .order_by(DEADLINE.c.due_at, DEADLINE.c.kind)
)
POSTPONE = (
    update(DEADLINE)
    .where(DEADLINE.c.subject == bindparam("p_subject"), DEADLINE.c.kind == bindparam("p_kind"))
    .values(due_at=bindparam("p_due_at"))
)
CLEAR_ALL = delete(DEADLINE).where(DEADLINE.c.subject == bindparam("p_subject"))
TAKE = (
    select(DEADLINE)
    .where(DEADLINE.c.due_at <= bindparam("p_now"))
    .order_by(DEADLINE.c.due_at)
    .limit(1)
    .with_for_update(skip_locked=True)
)
MOVE = (
    update(DEADLINE)
    .where(DEADLINE.c.id == bindparam("p_id"))
    .values(
        due_at=bindparam("p_due_at"), step=bindparam("p_step"), attempts=bindparam("p_attempts")
    )
)
# Whoever acts on the row itself holds it and wants this clock: the clock gives way, and comes again.
GIVE_WAY = text("set local lock_timeout = '200ms'")
DONE = delete(DEADLINE).where(DEADLINE.c.id == bindparam("p_id"))


@dataclass(frozen=True, slots=True)
class Deadline:
    """A due row as its handler gets it. `step` counts the rungs of a ladder."""

    id: UUID
    organizations: list[UUID]
    kind: str
    subject: UUID
    due_at: datetime
    step: int
    attempts: int


Handler = Callable[[Connection, Deadline, datetime], datetime | None]
"""Acts on what is due, and says when it is due again, or None for never."""


def set_deadline(
    connection: Connection, organizations: list[UUID], kind: str, subject: UUID, due_at: datetime
) -> None:
    """One row for a subject and kind: a later call moves it. The first organization holds it;
    the others are those whose staff may move it."""
    row = {"id": uuid4(), "organizations": organizations, "kind": kind, "step": 0}
    connection.execute(SET, {**row, "subject": subject, "due_at": due_at})


def clear(connection: Connection, subject: UUID, *kinds: str) -> None:
    """Nothing of these kinds (of any, when none is named) is due on the subject any more."""
    if kinds:
        connection.execute(CLEAR, {"p_subject": subject, "p_kinds": list(kinds)})
    else:
        connection.execute(CLEAR_ALL, {"p_subject": subject})


def running(connection: Connection, subject: UUID) -> list[Deadline]:
    """What is due on the subject, the earliest first."""
    return [Deadline(**row) for row in fetch(connection, RUNNING, p_subject=subject)]


def postpone(connection: Connection, subject: UUID, kind: str, due_at: datetime) -> None:
    """Move what is due, and keep its step: a pause is no new beginning."""
    moved = {"p_subject": subject, "p_kind": kind, "p_due_at": due_at}
    connection.execute(POSTPONE, moved)


class DeadlineKeeper:
    """Acts on what is due, one row a transaction, in the context of the organization that holds it."""

    def __init__(self, db: Database, handlers: Mapping[str, Handler], metrics: Metrics) -> None:
        self._db, self._handlers, self._metrics = db, handlers, metrics

    async def step(self, now: datetime) -> bool:
        """Act on the oldest due row; False when nothing is due."""
        return await self._db.run(self._act, now)

    def _act(self, connection: Connection, now: datetime) -> bool:
        row = fetch_one(connection, TAKE, p_now=now)
        if row is None:
            return False
        connection.execute(GIVE_WAY)
        deadline = Deadline(**row)
        try:
            with connection.begin_nested():
                enter(connection, deadline.organizations[0])
                due_at = self._handlers[deadline.kind](connection, deadline, now)
                self._settle(connection, deadline, due_at)
        except Exception as error:  # one bad row must not stop the clocks of all others
            log.error("deadline.failed", kind=deadline.kind, id=str(deadline.id), **place(error))
            self._postpone(connection, deadline, now)
        return True

    def _settle(self, connection: Connection, deadline: Deadline, due_at: datetime | None) -> None:
        if due_at is None:
            execute(connection, DONE, {"p_id": deadline.id})
            return
        assert due_at > deadline.due_at, f"{deadline.kind} would be due forever"
        moved = {"p_id": deadline.id, "p_due_at": due_at, "p_step": deadline.step + 1}
        execute(connection, MOVE, {**moved, "p_attempts": 0})

    def _postpone(self, connection: Connection, deadline: Deadline, now: datetime) -> None:
        wait = min(timedelta(minutes=2**deadline.attempts), LONGEST_RETRY)
        moved = {"p_id": deadline.id, "p_due_at": now + wait, "p_step": deadline.step}
        execute(connection, MOVE, {**moved, "p_attempts": min(deadline.attempts + 1, 10)})
