"""Calendar feeds: a secret address of one's own, which a calendar program reads."""

import hashlib
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Request, Response

from services.referrals import ical
from services.referrals.commands import feeds as commands
from services.referrals.commands.links import hash_of
from services.referrals.queries import feeds as queries
from services.referrals.routes.answer import limited
from services.referrals.routes.callers import Receiving
from services.referrals.schemas.feeds import Feed, Revoked
from shared.app import problems
from shared.auth import Db, PublicDb
from shared.db import Record

router = APIRouter(tags=["calendar feeds"])
Token = Annotated[str, Path(min_length=1, max_length=200)]
CALENDAR: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/calendar": {"schema": {"type": "string"}}}},
    304: {"description": "It is still what `If-None-Match` names"},
    **problems(404),
}


@router.post(
    "/v1/calendar-feed",
    status_code=201,
    response_model=Feed,
    operation_id="create_calendar_feed",
    summary="Make a calendar feed",
)
async def create_calendar_feed(request: Request, caller: Receiving, db: Db) -> Record:
    """A feed of the caller's own appointments and due dates; the address is shown this once.

    A worker's holds those of their own cases, the receiver's staff's those sent to their organization.
    Whoever has the address can read it: it names nobody, nothing and no place. A new one ends the old;
    after a year it ends itself.
    """
    return await db.run(commands.new_feed, caller, request.app.state.settings.public_url)


@router.post(
    "/v1/calendar-feed/revoke",
    response_model=Revoked,
    operation_id="revoke_calendar_feed",
    summary="End the calendar feed",
)
async def revoke_calendar_feed(caller: Receiving, db: Db) -> Record:
    """The address is dead at once; `revoked` is false when there was none."""
    return await db.run(commands.revoke, caller)


@router.get(
    "/feeds/{token}.ics",
    operation_id="read_calendar_feed",
    summary="Read a calendar feed",
    response_class=Response,
    responses=CALENDAR,
    dependencies=[Depends(limited)],
)
async def read_calendar_feed(
    request: Request,
    token: Token,
    db: PublicDb,
    if_none_match: Annotated[str | None, Header(max_length=1000)] = None,
) -> Response:
    """iCalendar, without personal data. Wrong, revoked and outlived addresses are the same 404."""
    hashed = hash_of(token)
    shown = await db.as_(link=hashed).run(queries.read, hashed)
    content = ical.feed(shown, request.app.state.settings.public_url)
    tag = f'"{hashlib.sha256(content).hexdigest()}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Referrer-Policy": "no-referrer"}
    known = {known.strip().removeprefix("W/") for known in (if_none_match or "").split(",")}
    if tag in known:
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type=ical.CONTENT_TYPE)
