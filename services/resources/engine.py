"""The search engine that the settings choose: in process, or a cluster."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from services.resources.search import Document, Index, opensearch_engine, tantivy_engine
from services.resources.settings import Settings


@dataclass(frozen=True)
class Engine:
    open: Callable[[], Index | None]
    """None where there is no index that this code can read."""
    build: Callable[[Iterable[Document], str], Index]
    """From every document, and the place in the event log that they are of."""


def engine_of(settings: Settings) -> Engine:
    if settings.search_engine == "opensearch":
        url = settings.opensearch_url.get_secret_value()
        return Engine(
            partial(opensearch_engine.open_index, url), partial(opensearch_engine.build, url)
        )
    path = settings.index_path
    return Engine(partial(tantivy_engine.open_index, path), partial(tantivy_engine.build, path))
