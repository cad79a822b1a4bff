"""The search index as the API reads it: built and kept up to date by the worker, opened here."""

import asyncio
from collections import OrderedDict
from threading import Lock

from services.resources.engine import Engine
from services.resources.errors import SearchNotReady
from services.resources.search import Index, Page, Query

KEPT = 256


class Catalogue:
    """Searches in threads: an engine releases the GIL. Sees what the worker committed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._index: Index | None = None
        self._opening = Lock()
        self._kept: OrderedDict[tuple[str, Query], Page] = OrderedDict()

    async def search(self, query: Query) -> Page:
        return await asyncio.to_thread(self._search, query)

    async def suggest(self, prefix: str, limit: int) -> list[str]:
        return await asyncio.to_thread(lambda: self._opened().suggest(prefix, limit))

    async def ready(self) -> bool:
        try:
            await asyncio.to_thread(self._opened)
        except SearchNotReady:
            return False
        return True

    def _search(self, query: Query) -> Page:
        index = self._opened()
        if query.text is not None or query.near is not None:
            return index.search(query)
        # Browsing has no person in it, and the same answer until the index changes.
        key = (index.generation, query)
        page = self._kept.get(key)
        if page is None:
            page = self._kept[key] = index.search(query)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return page

    def _opened(self) -> Index:
        with self._opening:
            if self._index is None:
                self._index = self._engine.open()
            if self._index is None:
                raise SearchNotReady("Try again in a moment.", headers={"Retry-After": "2"})
        self._index.refresh()
        return self._index
