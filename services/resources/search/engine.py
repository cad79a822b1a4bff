"""What every search engine offers."""

from collections.abc import Iterable, Sequence
from typing import Protocol
from uuid import UUID

from services.resources.search.document import Document
from services.resources.search.query import Page, Query


class IndexBusy(Exception):  # noqa: N818 -- a state to wait out, not a fault
    """Another process is writing to the search index."""


class Index(Protocol):
    """Searches from any thread; changes by one writer at a time, in any process."""

    @property
    def generation(self) -> str:
        """Changes with each commit and swap: what is cached under it need not be asked again."""

    @property
    def cursor(self) -> str:
        """The place in the event log up to which the index has read."""

    def search(self, query: Query) -> Page: ...

    def suggest(self, prefix: str, limit: int, statuses: Sequence[str] = ()) -> list[str]:
        """Names and taxonomy terms in which a word begins as the last word typed does."""

    def refresh(self) -> None:
        """See what any process has committed or swapped; cheap when nothing has changed."""

    def apply(
        self, upserts: Iterable[Document], deletes: Sequence[UUID] = (), *, cursor: str
    ) -> None:
        """The changes, and how far the event log has been read with them."""
