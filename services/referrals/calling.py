"""Calls partners' webhooks: in the log's order, each event until it was taken, and never too often.

An event is sent again until its call was answered with 2xx and the cursor has moved, so a crash between
repeats it with the same `webhook-id`. While one event fails, those behind it wait.
"""

import asyncio
import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql
from standardwebhooks import Webhook as Signer

from services.referrals.commands.webhooks import secrets_of
from services.referrals.models import metadata, webhook, webhook_delivery
from services.referrals.outward import AddressRefused
from services.referrals.queries import webhooks as queries
from services.referrals.schemas.webhooks import TYPES
from shared import audit, clock
from shared.auth import Principal
from shared.db import Database, Record, enter, execute, fetch, fetch_one
from shared.events import log
from shared.events.contracts import Envelope
from shared.events.log import CursorGone
from shared.http import CALL_FAILED, Http
from shared.sealing import open_sealed

AT_ONCE = 8
DEADLINE = 10.0
LEASE = timedelta(minutes=1)
BACK_OFF = tuple(timedelta(seconds=s) for s in (5, 30, 120, 600, 1800, 3600, 7200, 14400, 28800))
"""The wait after each failure in a row: about 16 hours in all, then it is paused."""
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
KEPT = timedelta(days=30)
LOG, FOLLOWED = "referrals", "webhooks"

cursors = metadata.tables["event_cursor"]
POSITION = select(cursors.c.cursor).where(cursors.c.log == FOLLOWED).with_for_update()
_first = postgresql.insert(cursors)
FOLLOW = _first.on_conflict_do_update(
    index_elements=["log"],
    set_={"cursor": _first.excluded.cursor, "updated_at": _first.excluded.updated_at},
)
WAKE = (
    update(webhook)
    .where(
        webhook.c.organization.in_(bindparam("p_organizations", expanding=True)),
        webhook.c.failures == 0,
    )
    .values(next_at=bindparam("p_now"))
)
DUE = (
    select(webhook)
    .where(webhook.c.next_at <= bindparam("p_now"), webhook.c.paused_at.is_(None))
    .order_by(webhook.c.next_at)
    .limit(AT_ONCE)
    .with_for_update(skip_locked=True)
)
SET = update(webhook).where(webhook.c.id == bindparam("p_id"))
STILL = SET.where(webhook.c.cursor == bindparam("p_cursor"))
DELIVERED = insert(webhook_delivery)
PRUNE = delete(webhook_delivery).where(webhook_delivery.c.at < bindparam("p_before"))


@dataclass(frozen=True, slots=True)
class Call:
    """One event for one webhook, ready to be sent."""

    webhook_id: UUID
    organization: UUID
    url: str
    secrets: list[str]
    event_id: UUID
    body: str
    failures: int
    cursor: str
    next_cursor: str


@dataclass(frozen=True, slots=True)
class Outcome:
    name: str
    status_code: int | None
    milliseconds: int


class Calls:
    """The worker's step: wake those who have news, then call some at once."""

    def __init__(self, db: Database, outward: Http) -> None:
        self._db, self._outward = db, outward

    async def step(self, now: datetime) -> bool:
        woken = await self._db.run(wake, now)
        calls = await self._db.run(take, now)
        outcomes = await asyncio.gather(*(make(self._outward, call) for call in calls))
        for call, outcome in zip(calls, outcomes, strict=True):
            await self._db.run(made, call, outcome)
        return woken or bool(calls)


def wake(connection: Connection, now: datetime) -> bool:
    """Follow the log: whoever it has something for is due. True when it moved on."""
    known = fetch_one(connection, POSITION)
    after = known["cursor"] if known else log.latest(connection)
    try:
        page = log.read(connection, LOG, after, set(TYPES))
    except CursorGone:  # restored from a backup: let everybody look for themselves
        page = {"items": [], "cursor": log.latest(connection)}
        execute(connection, update(webhook).values(next_at=now))
    if known and page["cursor"] == after:
        return False
    organizations = {item["organization"] for item in page["items"]}
    if organizations:
        execute(connection, WAKE, {"p_organizations": list(organizations), "p_now": now})
    moved = {"log": FOLLOWED, "cursor": page["cursor"], "failures": 0, "updated_at": now}
    execute(connection, FOLLOW, moved)
    return True


def take(connection: Connection, now: datetime) -> list[Call]:
    """The next event of each of some webhooks that are due; leased, so that nobody else sends it."""
    calls = []
    for row in fetch(connection, DUE, p_now=now):
        enter(connection, row["organization"])
        call = _next(connection, row, now)
        if call is not None:
            execute(connection, SET, {"p_id": row["id"], "next_at": now + LEASE})
            calls.append(call)
    return calls


def _next(connection: Connection, row: Record, now: datetime) -> Call | None:
    """The next event it wants; without one it sleeps until it is woken."""
    types = set(row["events"]) or set(TYPES)
    try:
        page = log.read(connection, LOG, row["cursor"], types, row["organization"])
    except CursorGone:
        lost = {"paused_at": now, "paused_reason": "cursor_gone", "cursor": log.latest(connection)}
        execute(connection, SET, {"p_id": row["id"], **lost})
        return None
    for item in page["items"]:
        status = item["data"].get("status")
        if row["statuses"] and status is not None and status not in row["statuses"]:
            continue
        return _call(connection, row, item, now)
    more = page["cursor"] != row["cursor"]
    after = {"cursor": page["cursor"], "next_at": now if more else NEVER}
    execute(connection, SET, {"p_id": row["id"], **after})
    return None


def _call(connection: Connection, row: Record, item: Record, now: datetime) -> Call:
    event = Envelope.model_validate({**item, "source": f"/{LOG}"})
    return Call(
        webhook_id=row["id"],
        organization=row["organization"],
        url=open_sealed(connection, row["url"], "webhook", "url", row["id"]),
        secrets=secrets_of(connection, row, now),
        event_id=event.id,
        body=event.model_dump_json(),
        failures=row["failures"],
        cursor=row["cursor"],
        next_cursor=event.cursor,
    )


async def make(outward: Http, call: Call) -> Outcome:
    """Send it, signed. Nothing of the answer but its status is read."""
    began = time.monotonic()
    now = clock.now()
    signatures = [Signer(s).sign(str(call.event_id), now, call.body) for s in call.secrets]
    headers = {
        "Content-Type": "application/cloudevents+json",
        "webhook-id": str(call.event_id),
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
    name, status = "unreachable", None
    try:
        async with asyncio.timeout(DEADLINE):
            sent = outward.stream("POST", call.url, content=call.body.encode(), headers=headers)
            async with sent as answer:
                status = answer.status_code
                name = "delivered" if answer.is_success else "refused"
    except AddressRefused:
        name = "address_refused"
    except CALL_FAILED:
        name = "unreachable"
    return Outcome(name, status, round((time.monotonic() - began) * 1000))


def made(connection: Connection, call: Call, outcome: Outcome) -> None:
    """Put the call on record, and move on, wait, or pause. A replay asked for meanwhile goes first."""
    enter(connection, call.organization)
    _record(connection, call, outcome)
    execute(
        connection,
        STILL,
        {"p_id": call.webhook_id, "p_cursor": call.cursor, **_after(call, outcome, clock.now())},
    )


def _after(call: Call, outcome: Outcome, now: datetime) -> dict[str, Any]:
    if outcome.name == "delivered":
        return {"cursor": call.next_cursor, "failures": 0, "next_at": now}
    failures = call.failures + 1
    if outcome.status_code == HTTPStatus.GONE or failures > len(BACK_OFF):
        why = "gone" if outcome.status_code == HTTPStatus.GONE else "failures"
        return {"failures": failures, "paused_at": now, "paused_reason": why}
    return {"failures": failures, "next_at": now + BACK_OFF[failures - 1]}


def _record(connection: Connection, call: Call, outcome: Outcome) -> Record:
    row = {
        "id": uuid4(),
        "organization": call.organization,
        "webhook_id": call.webhook_id,
        "event_id": call.event_id,
        "at": clock.now(),
        "attempt": call.failures + 1,
        "outcome": outcome.name,
        "status_code": outcome.status_code,
        "milliseconds": outcome.milliseconds,
    }
    connection.execute(DELIVERED, row)
    return row


def trial(connection: Connection, caller: Principal, webhook_id: UUID) -> Call:
    """An event that tells nothing, for one webhook."""
    one = {"p_id": webhook_id, "p_organization": caller.tenant}
    row = queries.found(fetch_one(connection, queries.ONE, **one))
    now, event_id = clock.now(), uuid4()
    body = {
        "specversion": "1.0",
        "id": str(event_id),
        "source": f"/{LOG}",
        "type": "referrals.webhook.test",
        "subject": str(webhook_id),
        "time": now.isoformat(),
        "datacontenttype": "application/json",
        "data": {"webhook_id": str(webhook_id)},
    }
    url = open_sealed(connection, row["url"], "webhook", "url", row["id"])
    keys = secrets_of(connection, row, now)
    return Call(
        row["id"], caller.tenant, url, keys, event_id, json.dumps(body), 0, row["cursor"], ""
    )


def tried(connection: Connection, call: Call, outcome: Outcome) -> Record:
    audit.record(connection, "webhook.test", [call.webhook_id])
    return _record(connection, call, outcome)


def prune(connection: Connection) -> int:
    """Forget calls of more than 30 days ago."""
    return execute(connection, PRUNE, {"p_before": clock.now() - KEPT})
