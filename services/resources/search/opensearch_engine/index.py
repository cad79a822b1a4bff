"""The index on a cluster: an alias names the index in use, `<alias>-<stamp>-<number>`."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from opensearchpy import ConflictError, NotFoundError, OpenSearch, RequestError, helpers

from services.resources.search.document import Document
from services.resources.search.engine import IndexBusy
from services.resources.search.opensearch_engine import mapping
from services.resources.search.opensearch_engine.view import View
from services.resources.search.query import Page, Query

CHUNK = 1_000
DEFAULT_ALIAS = "careloop-listings"
TIMEOUT_SECONDS = 30


class Index:
    """One opened index; see `engine.Index`.

    A change is not one commit here: the cursor is written after the rest, so that a crash between
    them only makes the same changes be applied again.
    """

    def __init__(self, client: OpenSearch, alias: str) -> None:
        self._client = client
        self._alias = alias
        self._look()

    @property
    def generation(self) -> str:
        return self._view.generation

    @property
    def cursor(self) -> str:
        return self._view.cursor

    def search(self, query: Query) -> Page:
        return self._view.search(query)

    def suggest(self, prefix: str, limit: int, statuses: Sequence[str] = ()) -> list[str]:
        return self._view.suggest(prefix, limit, statuses)

    def refresh(self) -> None:
        found = _marker(self._client, self._alias)
        if _generation(found) != self._view.generation:
            self._see(found)

    def apply(
        self, upserts: Iterable[Document], deletes: Sequence[UUID] = (), *, cursor: str
    ) -> None:
        """Raises IndexBusy when another writer has moved the cursor meanwhile."""
        self._look()
        name, before = self._view.name, self._marker
        changed = {document.id: document for document in upserts}
        gone = [key for key in dict.fromkeys(deletes) if key not in changed]
        changes = _changes(name, changed.values(), gone)
        # 404: what is to be deleted may be absent already.
        helpers.bulk(self._client, changes, chunk_size=CHUNK, ignore_status=(404,))
        try:
            self._client.index(
                index=name,
                id=mapping.CURSOR,
                body={mapping.CURSOR: cursor},
                params={
                    "if_seq_no": before["_seq_no"],
                    "if_primary_term": before["_primary_term"],
                },
            )
        except ConflictError as error:
            raise IndexBusy("another writer has changed the search index") from error
        self._client.indices.refresh(index=name)
        self._look()

    def _look(self) -> None:
        self._see(_marker(self._client, self._alias))

    def _see(self, marker: dict[str, Any]) -> None:
        self._marker = marker
        self._view = View(
            self._client, marker["_index"], _generation(marker), marker["_source"][mapping.CURSOR]
        )


def open_index(address: str) -> Index | None:
    """The index at `https://user:password@host:port/alias`; None when there is none to read."""
    client, alias = _connect(address)
    with suppress(NotFoundError):
        name = next(iter(client.indices.get_alias(name=alias)))
        if name.startswith(f"{alias}-{mapping.STAMP}-"):
            return Index(client, alias)
    return None


def build(address: str, documents: Iterable[Document], cursor: str) -> Index:
    """A new index beside the one in use, then one swap of the alias."""
    client, alias = _connect(address)
    name = _create(client, alias)
    try:
        helpers.bulk(client, _changes(name, documents, ()), chunk_size=CHUNK)
        client.index(index=name, id=mapping.CURSOR, body={mapping.CURSOR: cursor})
        client.indices.refresh(index=name)
    except BaseException:
        client.indices.delete(index=name)
        raise
    _swap(client, alias, name)
    return Index(client, alias)


def _connect(address: str) -> tuple[OpenSearch, str]:
    url = urlsplit(address)
    host = url._replace(path="").geturl()
    client = OpenSearch(hosts=[host], timeout=TIMEOUT_SECONDS)
    return client, url.path.strip("/") or DEFAULT_ALIAS


def _changes(
    name: str, documents: Iterable[Document], deletes: Iterable[UUID]
) -> Iterator[dict[str, Any]]:
    for document in documents:
        source = mapping.listing(document)
        yield {"_op_type": "index", "_index": name, "_id": source["id"], "_source": source}
    for key in deletes:
        yield {"_op_type": "delete", "_index": name, "_id": str(key)}


def _marker(client: OpenSearch, index: str) -> dict[str, Any]:
    """The cursor's document: its place in the index's history is the generation."""
    answer = client.search(
        index=index,
        body={"query": {"ids": {"values": [mapping.CURSOR]}}, "seq_no_primary_term": True},
    )
    marker: dict[str, Any] = answer["hits"]["hits"][0]
    return marker


def _generation(marker: dict[str, Any]) -> str:
    return f"{marker['_index']}:{marker['_primary_term']}:{marker['_seq_no']}"


def _numbers(client: OpenSearch, alias: str) -> dict[str, int]:
    found = client.indices.get(index=f"{alias}-*-*")
    return {name: int(name.rpartition("-")[2]) for name in found}


def _create(client: OpenSearch, alias: str) -> str:
    """The name is the lock: of two that build at once, one is told so."""
    number = 1 + max(_numbers(client, alias).values(), default=0)
    name = f"{alias}-{mapping.STAMP}-{number}"
    try:
        client.indices.create(
            index=name, body={"settings": mapping.SETTINGS, "mappings": mapping.MAPPINGS}
        )
    except RequestError as error:
        if error.error != "resource_already_exists_exception":
            raise
        raise IndexBusy("another process is building the search index") from error
    return name


def _swap(client: OpenSearch, alias: str, name: str) -> None:
    """Readers may still ask the one before: it goes with the next build."""
    in_use: list[str] = []
    with suppress(NotFoundError):
        in_use = list(client.indices.get_alias(name=alias))
    actions: list[dict[str, Any]] = [
        {"remove": {"index": other, "alias": alias}} for other in in_use
    ]
    actions.append({"add": {"index": name, "alias": alias}})
    client.indices.update_aliases(body={"actions": actions})
    for other, number in _numbers(client, alias).items():
        if other not in (name, *in_use) and number < int(name.rpartition("-")[2]):
            client.indices.delete(index=other)
