"""Webhooks, and the same events for those who would rather poll."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.referrals import calling
from services.referrals.commands import webhooks as commands
from services.referrals.queries import webhooks as queries
from services.referrals.schemas.webhooks import (
    TYPES,
    Cursor,
    Delivery,
    NewWebhook,
    Nothing,
    Replay,
    Webhook,
    WebhookChange,
    WebhookWithSecret,
)
from shared.app import problems
from shared.auth import Db, Principal, requires
from shared.db import Record
from shared.etag import ReadVersion, tag
from shared.events.contracts import EventPage
from shared.events.routes import polled
from shared.idempotency import OnlyOnce
from shared.pagination import Page, Pages
from shared.strict_json import StrictRoute

router = APIRouter(tags=["webhooks"], route_class=StrictRoute)
Keeper = Annotated[Principal, requires("webhooks:write")]
ONE = "/v1/webhooks/{webhook_id}"


@router.post(
    "/v1/webhooks",
    status_code=201,
    response_model=WebhookWithSecret,
    operation_id="create_webhook",
    summary="Register a webhook",
    responses=problems(409),
)
async def create_webhook(new: NewWebhook, caller: Keeper, db: Db, once: OnlyOnce) -> Record:
    """From now on its URL is called for this organization's events, signed as Standard Webhooks say."""
    return await db.run(once, commands.create, caller, new)


@router.get(
    "/v1/webhooks",
    response_model=Page[Webhook],
    operation_id="list_webhooks",
    summary="List webhooks",
)
async def list_webhooks(caller: Keeper, db: Db, paging: Pages) -> Record:
    """Newest first."""
    return await db.run(queries.list_webhooks, caller, paging)


@router.get(
    ONE,
    response_model=Webhook,
    operation_id="get_webhook",
    summary="Show a webhook",
    responses=problems(404),
)
async def get_webhook(webhook_id: UUID, caller: Keeper, db: Db, response: Response) -> Record:
    """Where it stands: its cursor, its failures in a row, and whether it is paused."""
    found = await db.run(queries.get_webhook, caller, webhook_id)
    tag(response, found["version"])
    return found


@router.patch(
    ONE,
    response_model=Webhook,
    operation_id="change_webhook",
    summary="Change a webhook",
    responses=problems(404, 412, 428),
)
async def change_webhook(
    webhook_id: UUID,
    body: WebhookChange,
    caller: Keeper,
    read: ReadVersion,
    db: Db,
    response: Response,
) -> Record:
    """Its name, URL or filters. What it has missed is not sent again."""
    row = await db.run(commands.change, caller, webhook_id, read, body)
    tag(response, row["version"])
    return row


@router.delete(
    ONE,
    status_code=204,
    operation_id="delete_webhook",
    summary="Delete a webhook",
    responses=problems(404, 412, 428),
)
async def delete_webhook(webhook_id: UUID, caller: Keeper, read: ReadVersion, db: Db) -> None:
    """Nothing is sent to it any more."""
    await db.run(commands.remove, caller, webhook_id, read)


@router.get(
    f"{ONE}/deliveries",
    response_model=Page[Delivery],
    operation_id="list_webhook_deliveries",
    summary="List its calls",
    responses=problems(404),
)
async def list_webhook_deliveries(
    webhook_id: UUID, caller: Keeper, db: Db, paging: Pages
) -> Record:
    """Newest first; kept for 30 days."""
    return await db.run(queries.list_deliveries, caller, webhook_id, paging)


@router.post(
    f"{ONE}/rotate-secret",
    response_model=WebhookWithSecret,
    operation_id="rotate_webhook_secret",
    summary="Rotate its secret",
    responses=problems(404),
)
async def rotate_webhook_secret(
    webhook_id: UUID, _: Nothing, caller: Keeper, db: Db, once: OnlyOnce
) -> Record:
    """The secret before signs beside the new one for 24 hours."""
    return await db.run(once, commands.rotate, caller, webhook_id)


@router.post(
    f"{ONE}/pause",
    response_model=Webhook,
    operation_id="pause_webhook",
    summary="Pause it",
    responses=problems(404),
)
async def pause_webhook(
    webhook_id: UUID, _: Nothing, caller: Keeper, db: Db, once: OnlyOnce
) -> Record:
    """Nothing is called until it is resumed; nothing is lost meanwhile."""
    return await db.run(once, commands.pause, caller, webhook_id)


@router.post(
    f"{ONE}/resume",
    response_model=Webhook,
    operation_id="resume_webhook",
    summary="Resume it",
    responses=problems(404),
)
async def resume_webhook(
    webhook_id: UUID, _: Nothing, caller: Keeper, db: Db, once: OnlyOnce
) -> Record:
    """Goes on where it stopped."""
    return await db.run(once, commands.resume, caller, webhook_id)


@router.post(
    f"{ONE}/replay",
    response_model=Webhook,
    operation_id="replay_webhook",
    summary="Send again from a cursor",
    responses=problems(404, 410),
)
async def replay_webhook(
    webhook_id: UUID, body: Replay, caller: Keeper, db: Db, once: OnlyOnce
) -> Record:
    """A consumer knows what it has had before by the `webhook-id` header."""
    return await db.run(once, commands.replay, caller, webhook_id, body)


@router.post(
    f"{ONE}/test",
    response_model=Delivery,
    operation_id="test_webhook",
    summary="Call it now with a test event",
    responses=problems(404),
)
async def try_webhook(
    request: Request, webhook_id: UUID, _: Nothing, caller: Keeper, db: Db
) -> Record:
    """An event of the type `referrals.webhook.test`, signed like any other; its outcome."""
    call = await db.run(calling.trial, caller, webhook_id)
    outcome = await calling.make(request.app.state.outward, call)
    return await db.run(calling.tried, call, outcome)


@router.get(
    "/v1/referral-events",
    response_model=EventPage,
    operation_id="poll_referral_events",
    summary="Poll this organization's events",
    responses=problems(410),
)
async def poll_referral_events(
    request: Request,
    caller: Keeper,
    db: Db,
    after: Annotated[Cursor | None, Query()] = None,
    wait: Annotated[float, Query(ge=0, le=25, description="Seconds to wait for one")] = 0,
) -> Record:
    """What webhooks would send, after a cursor, in an order without gaps."""
    return await polled(request, db, after, wait, "referrals", set(TYPES), caller.tenant)
