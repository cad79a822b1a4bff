"""Reading a neighbour's log: each event takes effect once, whatever the replicas and crashes.

The poll holds no connection. Then one transaction locks the cursor's row, drops the page if the cursor
has moved, applies the effects and moves the cursor. An event that fails five times is parked.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Column,
    Connection,
    DateTime,
    Integer,
    MetaData,
    String,
    Table,
    Uuid,
    bindparam,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert

from shared import clock
from shared.db import Database, enter, execute, fetch_one
from shared.events.contracts import Envelope, Event, EventPage
from shared.http import Http, NeighbourRefused, ServiceClient, ServiceTokens
from shared.logging import log, place
from shared.metrics import Metrics

Effect = Callable[[Connection, UUID | None, Any], None]
ATTEMPTS = 5


def cursor_tables(metadata: MetaData) -> tuple[Table, Table]:
    cursor = Table(
        "event_cursor",
        metadata,
        Column("log", String(40), primary_key=True),
        Column("cursor", String(100), nullable=False),
        Column("failures", Integer, nullable=False, server_default="0"),
        Column("updated_at", DateTime(timezone=True), nullable=False),
    )
    parked = Table(
        "parked_event",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("log", String(40), nullable=False),
        Column("envelope", JSONB, nullable=False),
        Column("error", String(200), nullable=False),
        Column("parked_at", DateTime(timezone=True), nullable=False),
    )
    return cursor, parked


CURSOR, PARKED = cursor_tables(MetaData())
KNOWN = select(CURSOR.c.cursor).where(CURSOR.c.log == bindparam("p_log"))
LOCKED = select(CURSOR).where(CURSOR.c.log == bindparam("p_log")).with_for_update()
BEGIN = insert(CURSOR).on_conflict_do_nothing()
NOW = bindparam("p_now", callable_=clock.now, type_=DateTime(timezone=True))
MOVE = (
    update(CURSOR)
    .where(CURSOR.c.log == bindparam("p_log"))
    .values(cursor=bindparam("p_cursor"), failures=bindparam("p_failures"), updated_at=NOW)
)
PARK = insert(PARKED).on_conflict_do_nothing()


class _Log(ServiceClient):
    async def page(self, after: str, types: str, wait: float) -> EventPage:
        params = {"after": after, "types": types, "wait": str(wait)}
        if not after:
            del params["after"]
        return await self.get(f"/v1/events/{self.name}", EventPage, **params)


class EventReader:
    """Takes the events of one neighbour's log and gives each to its effect.

    An effect runs in the context of the organization that holds the event's subject, and must be
    harmless when repeated: a restored producer is read again from the beginning.
    """

    def __init__(
        self,
        log_name: str,
        base_url: str,
        effects: Mapping[type[Event], Effect],
        *,
        db: Database,
        http: Http,
        tokens: ServiceTokens,
        metrics: Metrics,
        wait: float = 20,
        deadline: float = 3,
    ) -> None:
        """A page may take `deadline` seconds, beside the `wait` for its first event."""
        self._log, self._base_url, self._wait = log_name, base_url, wait
        self._deadline = wait + deadline
        self._effects = {contract.type: (contract, effect) for contract, effect in effects.items()}
        self._db, self._http, self._tokens, self._metrics = db, http, tokens, metrics

    async def step(self, now: datetime) -> bool:
        """Take one page; False when there was nothing new, or an event failed: wait a little."""
        cursor = await self._db.run(_cursor, self._log)
        client = _Log(self._http, self._base_url, await self._tokens.get(), self._deadline)
        client.name = self._log
        try:
            page = await client.page(cursor, ",".join(self._effects), self._wait)
        except NeighbourRefused as refused:
            if refused.code != "cursor-gone":
                raise
            log.warning("events.reread", kind=self._log)
            page = EventPage(items=[], cursor="")
        if page.cursor == cursor:
            return False
        taken = await self._db.run(self._take, cursor, page)
        if page.items:
            lag = (now - page.items[-1].time).total_seconds()
            self._metrics.lag.labels(self._log).set(max(lag, 0))
        return taken

    def _take(self, connection: Connection, read_at: str, page: EventPage) -> bool:
        row = fetch_one(connection, LOCKED, p_log=self._log)
        if row is None or row["cursor"] != read_at:
            return True  # another replica took this page
        for position, envelope in enumerate(page.items):
            failure = self._apply(connection, envelope)
            if failure is None:
                continue
            failures = row["failures"] + 1 if position == 0 else 1
            if failures < ATTEMPTS:
                # What came before it is taken; this one is met again, first of its page.
                before = page.items[position - 1] if position else None
                self._move(connection, _cursor_of(before, read_at), failures)
                return False
            self._park(connection, envelope, failure)
            row = {**row, "failures": 0}
        self._move(connection, page.cursor, 0)
        return True

    def _apply(self, connection: Connection, envelope: Envelope) -> Exception | None:
        contract, effect = self._effects[envelope.type]
        try:
            with connection.begin_nested():
                enter(connection, envelope.organization)
                effect(connection, envelope.organization, contract.model_validate(envelope.data))
        except Exception as error:  # whatever it is, the log must go on
            log.error("event.failed", type=envelope.type, id=str(envelope.id), **place(error))
            return error
        return None

    def _move(self, connection: Connection, cursor: str, failures: int) -> None:
        moved = {"p_log": self._log, "p_cursor": cursor, "p_failures": failures}
        execute(connection, MOVE, moved)

    def _park(self, connection: Connection, envelope: Envelope, error: Exception) -> None:
        parked = {
            "id": envelope.id,
            "log": self._log,
            "envelope": envelope.model_dump(mode="json"),
            "error": type(error).__name__,
            "parked_at": clock.now(),
        }
        execute(connection, PARK, parked)
        self._metrics.parked.inc()
        log.error("event.parked", type=envelope.type, id=str(envelope.id), kind=self._log)


def _cursor(connection: Connection, log_name: str) -> str:
    begin = {"log": log_name, "cursor": "", "updated_at": clock.now()}
    execute(connection, BEGIN, begin)
    row = fetch_one(connection, KNOWN, p_log=log_name)
    assert row is not None
    return str(row["cursor"])


def _cursor_of(envelope: Envelope | None, read_at: str) -> str:
    return read_at if envelope is None else envelope.cursor
