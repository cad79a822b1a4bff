"""Keeping webhooks: made, changed, paused, replayed; their secrets rotate without a gap."""

import base64
import secrets
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from services.referrals.errors import TooManyWebhooks
from services.referrals.models import webhook
from services.referrals.queries import webhooks as queries
from services.referrals.schemas.webhooks import NewWebhook, Replay, WebhookChange
from shared import audit, clock
from shared.auth import Principal
from shared.db import Record, fetch_one
from shared.etag import check_version
from shared.events import log
from shared.sealing import open_sealed, seal

MOST = 20
INSERT = insert(webhook)
UPDATE = (
    update(webhook)
    .where(webhook.c.id == bindparam("p_id"))
    .values(version=webhook.c.version + 1)
    .returning(*webhook.c)
)
DELETE = delete(webhook).where(webhook.c.id == bindparam("p_id"))
LOCKED = (
    select(webhook)
    .where(webhook.c.id == bindparam("p_id"), webhook.c.organization == bindparam("p_organization"))
    .with_for_update()
)
OVERLAP = timedelta(hours=24)
"""How long the secret before goes on signing."""


def create(connection: Connection, caller: Principal, new: NewWebhook) -> Record:
    """It is told of what happens from now on. The answer shows its secret, this once."""
    if queries.count(connection, caller) >= MOST:
        raise TooManyWebhooks(f"At most {MOST}: delete one first.")
    row_id, secret = uuid4(), _new_secret()
    row = {
        **dict.fromkeys(webhook.c.keys()),
        "id": row_id,
        "organization": caller.tenant,
        "name": new.name,
        "url": seal(connection, new.url, "webhook", "url", row_id),
        "secrets": _sealed(connection, row_id, [[secret, None]]),
        "events": list(new.events),
        "statuses": list(new.statuses),
        "cursor": log.latest(connection),
        "failures": 0,
        "next_at": clock.now(),
        "version": 1,
        "created_at": clock.now(),
    }
    connection.execute(INSERT, row)
    audit.record(connection, "webhook.create", [row_id])
    return {**queries.shown(connection, row), "secret": secret}


def change(
    connection: Connection, caller: Principal, webhook_id: UUID, read: int, new: WebhookChange
) -> Record:
    row = _lock(connection, caller, webhook_id)
    check_version(row["version"], read)
    values: dict[str, Any] = new.model_dump(exclude_none=True)
    if new.url is not None:
        values["url"] = seal(connection, new.url, "webhook", "url", webhook_id)
    return _save(connection, webhook_id, "change", **values)


def remove(connection: Connection, caller: Principal, webhook_id: UUID, read: int) -> None:
    row = _lock(connection, caller, webhook_id)
    check_version(row["version"], read)
    connection.execute(DELETE, {"p_id": webhook_id})
    audit.record(connection, "webhook.delete", [webhook_id])


def rotate(connection: Connection, caller: Principal, webhook_id: UUID) -> Record:
    """A new secret; the one before signs beside it for a day, so that no call is missed."""
    row = _lock(connection, caller, webhook_id)
    now, secret = clock.now(), _new_secret()
    before = secrets_of(connection, row, now)[0]
    both: list[list[str | None]] = [[secret, None], [before, (now + OVERLAP).isoformat()]]
    sealed = _sealed(connection, webhook_id, both)
    saved = _save(connection, webhook_id, "rotate", secrets=sealed)
    return {**saved, "secret": secret}


def pause(connection: Connection, caller: Principal, webhook_id: UUID) -> Record:
    _lock(connection, caller, webhook_id)
    return _save(connection, webhook_id, "pause", paused_at=clock.now(), paused_reason="asked")


def resume(connection: Connection, caller: Principal, webhook_id: UUID) -> Record:
    """Go on with what was missed meanwhile."""
    _lock(connection, caller, webhook_id)
    fresh = {"paused_at": None, "paused_reason": None, "failures": 0, "next_at": clock.now()}
    return _save(connection, webhook_id, "resume", **fresh)


def replay(connection: Connection, caller: Principal, webhook_id: UUID, body: Replay) -> Record:
    """Send again from a cursor on. A consumer knows a repeat by its `webhook-id`."""
    _lock(connection, caller, webhook_id)
    page = log.read(connection, "referrals", body.after, set(), caller.tenant)  # judges the cursor
    start = body.after or page["cursor"].split(".")[0] + ".0.0"
    return _save(connection, webhook_id, "replay", cursor=start, next_at=clock.now())


def secrets_of(connection: Connection, row: Record, now: datetime) -> list[str]:
    """The secrets that sign now, the newest first."""
    kept: list[list[str | None]] = open_sealed(
        connection, row["secrets"], "webhook", "secrets", row["id"]
    )
    return [
        str(secret)
        for secret, until in kept
        if until is None or datetime.fromisoformat(until) > now
    ]


def _new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def _sealed(connection: Connection, row_id: UUID, kept: list[list[str | None]]) -> bytes:
    return seal(connection, kept, "webhook", "secrets", row_id)


def _lock(connection: Connection, caller: Principal, webhook_id: UUID) -> Record:
    row = fetch_one(connection, LOCKED, p_id=webhook_id, p_organization=caller.tenant)
    return queries.found(row)


def _save(connection: Connection, webhook_id: UUID, action: str, **values: Any) -> Record:
    saved = fetch_one(connection, UPDATE, p_id=webhook_id, **values)
    assert saved is not None
    audit.record(connection, f"webhook.{action}", [webhook_id])
    return queries.shown(connection, saved)
