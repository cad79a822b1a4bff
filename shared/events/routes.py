"""`GET /v1/events/<service>`: the log, long-polled. Neighbours and integrators read it alike."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request

from shared.auth import Db, Principal, requires
from shared.db import Database, Record
from shared.events import log
from shared.events.contracts import EventPage

IDLE, EAGER = 1.0, 0.02
Reader = Annotated[Principal, requires("events:read")]
Types = Annotated[
    str | None,
    Query(max_length=500, pattern=r"^[a-z_.,]+$", description="Comma-separated event types"),
]


def events_router(service: str) -> APIRouter:
    router = APIRouter(tags=["events"])

    @router.get(
        f"/v1/events/{service}",
        response_model=EventPage,
        operation_id=f"read_{service}_events",
        summary="Read the event log",
    )
    async def read_events(
        request: Request,
        _: Reader,
        db: Db,
        after: Annotated[str | None, Query(max_length=100)] = None,
        wait: Annotated[float, Query(ge=0, le=25, description="Seconds to wait for one")] = 0,
        types: Types = None,
    ) -> Record:
        """Events after a cursor, in an order without gaps; waits up to `wait` seconds for the first."""
        wanted = set(types.split(",")) if types else None
        return await polled(request, db, after, wait, service, wanted)

    return router


async def polled(
    request: Request,
    db: Database,
    after: str | None,
    wait: float,
    source: str,
    wanted: set[str] | None,
    organization: UUID | None = None,
) -> Record:
    """A page of the log, as soon as it holds an event, or when `wait` seconds are over."""
    loop = asyncio.get_running_loop()
    until = loop.time() + wait
    pause = EAGER
    while True:
        page = await db.run(log.read, source, after, wanted, organization)
        left = until - loop.time()
        if page["items"] or left <= 0:
            return page
        # A commit can stay behind the horizon for a moment: look again soon, then lazily.
        pause = EAGER if page["cursor"] != after else min(pause * 2, IDLE)
        after = page["cursor"]
        if await request.is_disconnected():
            return page
        before = loop.time()
        await request.app.state.wakeups.wait(min(left, pause))
        if loop.time() - before < min(left, pause) * 0.9:
            pause = EAGER
