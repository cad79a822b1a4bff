"""What is to be said to somebody outside: wanted with the change that asks for it, sent later by the worker.

A row says which referral and what kind of message. Who it goes to and what it says are looked up when
it goes: a message that has waited must not say what is no longer so.
"""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import Connection, bindparam, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from services.referrals.models import message
from shared import clock
from shared.db import Record, enter, execute, fetch_one, within

LEASE = timedelta(minutes=5)
_new = insert(message)
WANT = _new.on_conflict_do_update(
    index_elements=["referral_id", "kind"],
    # A new id too: whoever is sending the old one must not tick off this one.
    set_={
        name: _new.excluded[name]
        for name in (
            "id",
            "link_hash",
            "step",
            "requested_at",
            "not_before",
            "taken_at",
            "attempts",
        )
    },
)
_next = (
    select(message.c.id)
    .where(
        message.c.not_before <= bindparam("p_now"),
        or_(message.c.taken_at.is_(None), message.c.taken_at < bindparam("p_lapsed")),
    )
    .order_by(message.c.not_before)
    .limit(1)
    .with_for_update(skip_locked=True)
)
TAKE = (
    update(message)
    .where(message.c.id == _next.scalar_subquery())
    .values(taken_at=bindparam("p_now"), attempts=message.c.attempts + 1)
    .returning(message)
)
DONE = delete(message).where(message.c.id == bindparam("p_id"))
WAIT = update(message).where(message.c.id == bindparam("p_id")).values(taken_at=None)
DROP = delete(message).where(
    message.c.referral_id == bindparam("p_referral"),
    message.c.kind.in_(bindparam("p_kinds", expanding=True)),
)


def want(
    connection: Connection,
    referral: Record,
    kind: str,
    *,
    link_hash: bytes | None = None,
    not_before: datetime | None = None,
    step: int = 0,
) -> None:
    """Have it sent, from `not_before` on. One of a kind waits for a referral: the last that was wanted."""
    now = clock.now()
    row = {
        "id": uuid4(),
        "organization": referral["organization"],
        "referral_id": referral["id"],
        "kind": kind,
        "link_hash": link_hash,
        "step": step,
        "requested_at": now,
        "not_before": not_before or now,
        "taken_at": None,
        "attempts": 0,
    }
    with within(connection, referral["organization"]):
        connection.execute(WANT, row)


def take(connection: Connection, now: datetime) -> Record | None:
    """The next one due, on a lease of five minutes; a crash repeats it. Goes on in its sender's context."""
    taken = fetch_one(connection, TAKE, p_now=now, p_lapsed=now - LEASE)
    if taken is not None:
        enter(connection, taken["organization"])
    return taken


def done(connection: Connection, message_id: UUID) -> None:
    """It is sent, or there is nothing to say any more."""
    execute(connection, DONE, {"p_id": message_id})


def postpone(connection: Connection, message_id: UUID, until: datetime) -> None:
    """Not now, through no fault of its own: its attempts count from the beginning again."""
    execute(connection, WAIT, {"p_id": message_id, "not_before": until, "attempts": 0})


def retry(connection: Connection, message_id: UUID, at: datetime) -> None:
    """It failed: once more at `at`."""
    execute(connection, WAIT, {"p_id": message_id, "not_before": at})


def drop(connection: Connection, referral: Record, *kinds: str) -> None:
    """What is no longer to be said."""
    with within(connection, referral["organization"]):
        execute(connection, DROP, {"p_referral": referral["id"], "p_kinds": kinds})
