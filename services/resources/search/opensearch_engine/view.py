"""One index at one generation, as searches see it."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any
from uuid import UUID

import numpy as np
from opensearchpy import OpenSearch

from services.resources.search import geometry, synonyms, text
from services.resources.search.document import ranked_suggestions
from services.resources.search.opensearch_engine.clauses import clause, order
from services.resources.search.opensearch_engine.mapping import DEEPEST, FACETS
from services.resources.search.query import Facets, Hit, Page, Query
from services.resources.search.ranking import relaxing
from services.resources.search.reading import Reading, read, tokens
from services.resources.search.spelling import Speller

MOST_FACETS = 10_000
MOST_SUGGESTIONS = 10_000
VOCABULARY_PAGE = 10_000
MOST_KNOWN = 200_000  # words that askers made up must not grow it for ever

Answer = dict[str, Any]


class View:
    """What is asked of the index more than once is kept while the index stays as it is."""

    def __init__(self, client: OpenSearch, name: str, generation: str, cursor: str) -> None:
        self.name = name
        self.generation = generation
        self.cursor = cursor
        self._client = client
        self._known: dict[str, bool] = {}

    @cached_property
    def speller(self) -> Speller:
        return Speller(self._vocabulary())

    def search(self, query: Query) -> Page:
        reading = self._read(query.text) if query.text and query.text.strip() else None
        named = reading is not None and self._named(reading)
        return relaxing(reading, named, lambda needed: self._find(query, reading, needed))

    def suggest(self, prefix: str, limit: int, statuses: Sequence[str] = ()) -> list[str]:
        typed = " ".join(text.words(prefix))
        if not typed:
            return []
        begins = {"field": "suggestions", "include": f"{typed}.*", "size": MOST_SUGGESTIONS}
        among = {"terms": {"status": list(statuses)}} if statuses else {"match_all": {}}
        counted = self._count(among, {"begun": {"terms": begins}})
        buckets = counted["aggregations"]["begun"]["buckets"]
        return ranked_suggestions((b["key"], b["doc_count"]) for b in buckets)[:limit]

    def _find(self, query: Query, reading: Reading | None, needed: int) -> Page:
        offset = min(query.offset, DEEPEST)
        body: Answer = {
            "query": clause(query, reading, needed),
            "sort": order(query, ranked=reading is not None),
            "track_scores": True,
            "track_total_hits": True,
            "from": offset,
            "size": min(query.limit, DEEPEST - offset),
            "_source": ["points"],
        }
        if query.facets:
            body["aggs"] = {
                name: {"terms": {"field": field, "size": MOST_FACETS}}
                for name, field in FACETS.items()
            }
        answer = self._ask(body)
        hits = tuple(_hit(hit, query.near) for hit in answer["hits"]["hits"])
        return Page(hits, answer["hits"]["total"]["value"], _facets(answer))

    def _read(self, question: str) -> Reading:
        self._look_up(tokens(question, synonyms.shipped()))
        return read(
            question,
            synonyms.shipped(),
            known=self._is_known,
            correct=lambda word: self.speller.correct(word),
        )

    def _is_known(self, token: str) -> bool:
        return self._look_up([token])[token]

    def _look_up(self, wanted: Iterable[str]) -> dict[str, bool]:
        """Which tokens stand in the index, asked once for all that are not known yet."""
        known = self._known if len(self._known) < MOST_KNOWN else {}
        asked = list(dict.fromkeys(token for token in wanted if token not in known))
        if asked:
            filters = {str(n): {"term": {"body": token}} for n, token in enumerate(asked)}
            counted = self._count({"match_all": {}}, {"has": {"filters": {"filters": filters}}})
            buckets = counted["aggregations"]["has"]["buckets"]
            known |= {token: buckets[str(n)]["doc_count"] > 0 for n, token in enumerate(asked)}
        self._known = known
        return known

    def _named(self, reading: Reading) -> bool:
        exact = {"terms": {"exact": list(reading.exact)}}
        return bool(self._count(exact, {})["hits"]["total"]["value"])

    def _vocabulary(self) -> Iterator[tuple[str, int]]:
        pages: Answer = {
            "size": VOCABULARY_PAGE,
            "sources": [{"word": {"terms": {"field": "words"}}}],
        }
        while True:
            answer = self._count({"match_all": {}}, {"words": {"composite": pages}})
            found = answer["aggregations"]["words"]
            yield from ((bucket["key"]["word"], bucket["doc_count"]) for bucket in found["buckets"])
            if "after_key" not in found:
                return
            pages = pages | {"after": found["after_key"]}

    def _count(self, query: Answer, aggregations: Answer) -> Answer:
        return self._ask({"size": 0, "query": query, "aggs": aggregations})

    def _ask(self, body: Answer) -> Answer:
        answer: Answer = self._client.search(index=self.name, body=body)
        return answer


def _facets(answer: Answer) -> Facets:
    return {
        name: {bucket["key"]: bucket["doc_count"] for bucket in counted["buckets"]}
        for name, counted in answer.get("aggregations", {}).items()
    }


def _hit(hit: Answer, near: tuple[float, float] | None) -> Hit:
    """The distance is measured here, by the same formula as in process."""
    points = hit["_source"].get("points") or []
    distance = None
    if near is not None and points:
        column = [np.array([point[axis] for point in points]) for axis in ("lat", "lon")]
        distance = float(geometry.distances(near, *column).min())
    return Hit(UUID(hit["_id"]), float(hit["_score"] or 0.0), distance)
