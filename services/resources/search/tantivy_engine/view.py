"""One commit of the index, as searches see it: it never changes under a search."""

import json
from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from uuid import UUID

import numpy as np
import tantivy
from numpy.typing import NDArray
from tantivy import Query as Clause

from services.resources.search import geometry, synonyms, text
from services.resources.search.document import ranked_suggestions
from services.resources.search.query import Facets, Hit, Page, Query
from services.resources.search.ranking import FADE_KM, UNLOCATED_SHARE, relaxing
from services.resources.search.reading import Reading, read
from services.resources.search.spelling import Speller
from services.resources.search.tantivy_engine import schema as shape
from services.resources.search.tantivy_engine.clauses import clause

MOST_FACETS = 10_000

Place = tuple[float, float]
Addresses = list[tantivy.DocAddress]
Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


class View:
    """A searcher and what is computed from it once."""

    def __init__(self, index: tantivy.Index, generation: str) -> None:
        self.generation = generation
        self._schema = index.schema
        self._searcher = index.searcher()
        self._facets: dict[int, list[list[str]]] = {}

    @cached_property
    def cursor(self) -> str:
        """How far this commit has read the event log."""
        kind = Clause.term_query(self._schema, "kind", shape.CURSOR, "basic")
        (_, address), *_ = self._searcher.search(kind, limit=1).hits
        return str(self._searcher.doc(address).get_first("cursor"))

    @cached_property
    def _any_flagged(self) -> bool:
        return self._searcher.doc_freq("flagged", 1) > 0

    @cached_property
    def speller(self) -> Speller:
        return Speller(self._searcher.terms_with_prefix("words", ""))

    def search(self, query: Query) -> Page:
        reading = self._read(query.text) if query.text and query.text.strip() else None
        named = reading is not None and self._named(reading)
        scored = query.sort == "relevance" and (reading is not None or query.near is not None)
        doubt = scored and self._any_flagged

        def find(needed: int) -> Page:
            wanted = clause(self._schema, query, reading, needed, doubt=doubt)
            if query.near is None:
                return self._anywhere(query, wanted, ranked=reading is not None)
            return self._around(query, wanted, query.near)

        return relaxing(reading, named, find)

    def suggest(self, prefix: str, limit: int, statuses: Sequence[str] = ()) -> list[str]:
        typed = " ".join(text.words(prefix))
        if not typed:
            return []
        among = Clause.term_set_query(self._schema, "status", list(statuses)) if statuses else None
        found = self._searcher.terms_with_prefix("suggestions", typed, among)
        return ranked_suggestions(found)[:limit]

    def _read(self, question: str) -> Reading:
        return read(
            question,
            synonyms.shipped(),
            known=lambda token: self._searcher.doc_freq("body", token) > 0,
            correct=lambda word: self.speller.correct(word),
        )

    def _named(self, reading: Reading) -> bool:
        """Whether the question is the whole name of a service: then that is what is wanted."""
        return any(self._searcher.doc_freq("exact", key) for key in reading.exact)

    def _anywhere(self, query: Query, wanted: Clause, *, ranked: bool) -> Page:
        size = query.offset + query.limit
        if query.sort == "name" or not ranked:
            # Without words nothing is more relevant: by name, what may be wrong last.
            key = "sort_key" if query.sort == "name" else "browse_key"
            addresses, scores, total = self._matches(wanted, size, key)
        else:
            addresses, scores, total = self._by_score(wanted, max(size, 1))
        page = slice(query.offset, query.offset + query.limit)
        hits = self._hits(addresses[page], scores[page], None)
        return Page(hits, total, self._count(wanted) if query.facets else {})

    def _by_score(self, wanted: Clause, size: int) -> tuple[Addresses, Floats, int]:
        """The best, ties by id: reads on until the last score read is not the last one wanted."""
        limit = size + 1
        while True:
            addresses, scores, total = self._matches(wanted, limit)
            if len(scores) <= size or scores[-1] < scores[size - 1] or limit >= total:
                break
            limit *= 4
        order = self._order(addresses, -scores)
        return [addresses[n] for n in order], scores[order], total

    def _around(self, query: Query, wanted: Clause, place: Place) -> Page:
        """Every hit is measured: the circle, the order, the total and the facets are exact."""
        by_name = query.sort == "name"
        key = "sort_key" if by_name else None
        addresses, scores, _ = self._matches(wanted, self._searcher.num_docs, key)
        distances = self._distances(place, addresses)
        inside = distances <= (np.inf if query.radius_km is None else query.radius_km)
        if query.include_unlocated:
            inside |= np.isnan(distances)
        kept = np.flatnonzero(inside)
        addresses, scores, distances = [addresses[n] for n in kept], scores[kept], distances[kept]
        order = np.arange(len(kept))
        if not by_name:
            scores = _faded(scores, distances, query.radius_km)
            order = self._order(addresses, distances if query.sort == "distance" else -scores)
        page = order[query.offset : query.offset + query.limit]
        hits = self._hits([addresses[n] for n in page], scores[page], distances[page])
        return Page(hits, len(kept), self._count_among(addresses) if query.facets else {})

    def _matches(
        self, wanted: Clause, limit: int, key: str | None = None
    ) -> tuple[Addresses, Floats, int]:
        """The first documents by a key or the engine's order, their scores, and how many there are."""
        result = self._searcher.search(
            wanted,
            limit=max(1, min(limit, self._searcher.num_docs)),
            order_by_field=key,
            order=tantivy.Order.Asc if key else tantivy.Order.Desc,
        )
        addresses = [address for _, address in result.hits]
        scores = np.array([1.0 if key else score for score, _ in result.hits], dtype=float)
        return addresses, scores, result.count  # type: ignore[attr-defined]  # absent from the stub

    def _order(self, addresses: Addresses, key: Floats) -> Integers:
        """By the key, nan last; ties by id."""
        high, low = self._identities(addresses)
        order: Integers = np.lexsort((low, high, key))
        return order

    def _values(self, field: str, addresses: Addresses) -> Integers:
        values = self._searcher.fast_field_values(field, addresses) if addresses else []
        return np.array(values, dtype=np.int64)

    def _coordinates(self, field: str, addresses: Addresses) -> Floats:
        values = self._searcher.fast_field_values(field, addresses) if addresses else []
        return np.array(values, dtype=float)  # None becomes nan

    def _identities(self, addresses: Addresses) -> tuple[Integers, Integers]:
        return self._values("high", addresses), self._values("low", addresses)

    def _distances(self, place: Place, addresses: Addresses) -> Floats:
        """To the nearest point of each; nan where there is none."""
        nearest = np.full(len(addresses), np.nan)
        for latitude, longitude in shape.COLUMNS:
            column = geometry.distances(
                place,
                self._coordinates(latitude, addresses),
                self._coordinates(longitude, addresses),
            )
            if np.isnan(column).all():
                break
            nearest = np.fmin(nearest, column)
        for n in np.flatnonzero(self._values("spread", addresses)):
            stored = self._searcher.doc(addresses[n]).get_first("points")
            further = np.array(json.loads(str(stored)))
            column = geometry.distances(place, further[:, 0], further[:, 1])
            nearest[n] = min(nearest[n], column.min())
        return nearest

    def _hits(
        self, addresses: Addresses, scores: Floats, distances: Floats | None
    ) -> tuple[Hit, ...]:
        high, low = self._identities(addresses)
        away = np.full(len(addresses), np.nan) if distances is None else distances
        return tuple(
            Hit(
                id=UUID(int=((int(h) + 2**63) << 64) | (int(lo) + 2**63)),
                score=float(score),
                distance_km=None if np.isnan(km) else float(km),
            )
            for h, lo, score, km in zip(high, low, scores, away, strict=True)
        )

    def _count(self, wanted: Clause) -> Facets:
        terms = {
            name: {"terms": {"field": field, "size": MOST_FACETS}}
            for name, field in shape.FACETS.items()
        }
        counted = self._searcher.aggregate(wanted, terms)
        return {
            name: {bucket["key"]: bucket["doc_count"] for bucket in counted[name]["buckets"]}
            for name in shape.FACETS
        }

    def _count_among(self, addresses: Addresses) -> Facets:
        counts: dict[str, Counter[str]] = {name: Counter() for name in shape.FACETS}
        signatures, times = np.unique(self._values("signature", addresses), return_counts=True)
        for signature, count in zip(signatures.tolist(), times.tolist(), strict=True):
            for name, values in zip(counts, self._decoded(signature), strict=True):
                counts[name].update(dict.fromkeys(values, count))
        return counts

    def _decoded(self, signature: int) -> list[list[str]]:
        if signature not in self._facets:
            same = Clause.term_query(self._schema, "signature", signature, "basic")
            (_, address), *_ = self._searcher.search(same, limit=1).hits
            stored = self._searcher.doc(address).get_first("facets")
            self._facets[signature] = json.loads(str(stored))
        return self._facets[signature]


def _faded(scores: Floats, distances: Floats, radius_km: float | None) -> Floats:
    """Half of a score stays wherever the service is; the other half fades with distance."""
    share = 0.5 + 0.5 * np.exp(-distances / (radius_km or FADE_KM))
    faded: Floats = scores * np.where(np.isnan(distances), UNLOCATED_SHARE, share)
    return faded
