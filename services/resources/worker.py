"""The worker: hears what referrals reports, and keeps the search index saying what the directory says."""

import asyncio
from collections.abc import Iterator, Mapping
from datetime import datetime
from uuid import UUID

from services.resources.engine import Engine, engine_of
from services.resources.queries.projection import documents, documents_after
from services.resources.search import Document, Index, IndexBusy
from services.resources.settings import Settings
from services.resources.subscriptions import on_capacity_standing, on_listing_flagged
from shared import idempotency
from shared.db import Database
from shared.events import log
from shared.events.contracts import (
    CapacityStanding,
    ListingFlagged,
    ServiceDeleted,
    ServiceUpserted,
)
from shared.events.log import CursorGone
from shared.worker import Step, Surroundings

TYPES = {ServiceUpserted.type, ServiceDeleted.type}
LOG = "resources"


class Indexer:
    """Follows the service's own event log from the place that the index itself remembers."""

    def __init__(self, db: Database, engine: Engine) -> None:
        self._db, self._engine = db, engine
        self._index: Index | None = None

    async def step(self, _: datetime) -> bool:
        """Index one page of changes, or build the index when there is none that can be read."""
        if self._index is None:
            self._index = await asyncio.to_thread(self._engine.open)
        try:
            if self._index is None:
                await self._build()
                return True
            return await self._follow(self._index)
        except IndexBusy:  # another replica is at it
            return False

    async def ready(self) -> bool:
        return self._index is not None

    async def _follow(self, index: Index) -> bool:
        try:
            page = await self._db.run(log.read, LOG, index.cursor, TYPES)
        except CursorGone:  # the database was restored from a backup
            await self._build()
            return True
        if page["cursor"] == index.cursor:
            return False
        changed = {event["subject"] for event in page["items"]}
        found = await self._db.run(documents, sorted(changed))
        deleted = sorted(changed - {document.id for document in found})
        await asyncio.to_thread(index.apply, found, deleted, cursor=page["cursor"])
        return True

    async def _build(self) -> None:
        cursor = await self._end_of_log()  # what changes from here on is indexed again
        loop = asyncio.get_running_loop()

        def everything() -> Iterator[Document]:
            after = UUID(int=0)
            while page := asyncio.run_coroutine_threadsafe(
                self._db.run(documents_after, after), loop
            ).result():
                yield from page
                after = page[-1].id

        self._index = await asyncio.to_thread(self._engine.build, everything(), cursor)

    async def _end_of_log(self) -> str:
        cursor: str = (await self._db.run(log.read, LOG, None, TYPES))["cursor"]
        while True:
            page = await self._db.run(log.read, LOG, cursor, TYPES)
            if page["cursor"] == cursor:
                return cursor
            cursor = page["cursor"]


def create_steps(surroundings: Surroundings) -> Mapping[str, Step]:
    settings = surroundings.settings
    assert isinstance(settings, Settings)
    indexer = Indexer(surroundings.db, engine_of(settings))
    surroundings.ready.append(indexer.ready)

    async def prune(_: datetime) -> bool:
        return await surroundings.db.run(idempotency.prune) > 0

    return {
        "referrals": surroundings.reader(
            "referrals",
            settings.referrals_url,
            {CapacityStanding: on_capacity_standing, ListingFlagged: on_listing_flagged},
        ),
        "index": indexer.step,
        "prune": prune,
    }
