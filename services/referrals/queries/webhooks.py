"""Webhooks as the organization that keeps them sees them."""

from uuid import UUID

from sqlalchemy import Connection, bindparam, func, select, tuple_

from services.referrals.models import webhook, webhook_delivery
from shared.auth import Principal
from shared.db import Record, fetch, fetch_one
from shared.errors import NotFound
from shared.pagination import LAST_ID, LAST_TIME, NEWEST_FIRST, Keyset, Paging
from shared.sealing import open_sealed

NEWEST = Keyset(("at", "id"), (LAST_TIME, LAST_ID))
MINE = webhook.c.organization == bindparam("p_organization")
ONE = select(webhook).where(MINE, webhook.c.id == bindparam("p_id"))
COUNT = select(func.count()).select_from(webhook).where(MINE)
LIST = (
    select(webhook)
    .where(
        MINE,
        tuple_(webhook.c.created_at, webhook.c.id)
        < tuple_(bindparam("after_created_at"), bindparam("after_id")),
    )
    .order_by(webhook.c.created_at.desc(), webhook.c.id.desc())
    .limit(bindparam("page_limit"))
)
_of = webhook_delivery.c
DELIVERIES = (
    select(webhook_delivery)
    .where(
        _of.webhook_id == bindparam("p_id"),
        tuple_(_of.at, _of.id) < tuple_(bindparam("after_at"), bindparam("after_id")),
    )
    .order_by(_of.at.desc(), _of.id.desc())
    .limit(bindparam("page_limit"))
)


def get_webhook(connection: Connection, caller: Principal, webhook_id: UUID) -> Record:
    row = found(fetch_one(connection, ONE, p_id=webhook_id, p_organization=caller.tenant))
    return shown(connection, row)


def list_webhooks(connection: Connection, caller: Principal, paging: Paging) -> Record:
    asked = paging.parameters(NEWEST_FIRST)
    rows = fetch(connection, LIST, p_organization=caller.tenant, **asked)
    page = paging.page(NEWEST_FIRST, rows)
    return {**page, "items": [shown(connection, row) for row in page["items"]]}


def list_deliveries(
    connection: Connection, caller: Principal, webhook_id: UUID, paging: Paging
) -> Record:
    found(fetch_one(connection, ONE, p_id=webhook_id, p_organization=caller.tenant))
    rows = fetch(connection, DELIVERIES, p_id=webhook_id, **paging.parameters(NEWEST))
    return paging.page(NEWEST, rows)


def count(connection: Connection, caller: Principal) -> int:
    number: int = connection.execute(COUNT, {"p_organization": caller.tenant}).scalar_one()
    return number


def found(row: Record | None) -> Record:
    if row is None:
        raise NotFound("There is no such webhook.")
    return row


def shown(connection: Connection, row: Record) -> Record:
    paused = row["paused_at"] is not None
    names = ("resume" if paused else "pause", "test", "replay", "rotate-secret")
    actions = [
        {"name": name.replace("-", "_"), "href": f"/v1/webhooks/{row['id']}/{name}"}
        for name in names
    ]
    url = open_sealed(connection, row["url"], "webhook", "url", row["id"])
    waits = row["next_at"] if row["failures"] and not paused else None
    return {**row, "url": url, "next_at": waits, "actions": actions}
