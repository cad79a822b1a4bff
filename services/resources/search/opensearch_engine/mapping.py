"""The OpenSearch mapping, a document in its shape, and the stamp that tells old indexes from new."""

import hashlib
from typing import Any

import Stemmer

from services.resources.search import text
from services.resources.search.document import Document, project
from services.resources.search.ranking import OLDEST

SCHEMA_VERSION = "2"
STAMP = hashlib.sha256(
    " ".join((SCHEMA_VERSION, text.VERSION, Stemmer.version())).encode()
).hexdigest()[:12]

FACETS = {"taxonomy": "top", "languages": "language", "status": "status"}
DEEPEST = 1_000_000  # documents one can page through
CURSOR = "cursor"

# Text arrives analysed: the engine only splits it.
_READY = {"type": "text", "analyzer": "ready", "index_options": "positions"}
_KEYWORDS = ("id", "exact", "exact_alternate", "suggestions", "taxonomy", "words")
_SORT_KEYS = ("sort_key", "browse_key")

SETTINGS = {
    "index": {"number_of_shards": 1, "max_result_window": DEEPEST},
    "analysis": {"analyzer": {"ready": {"type": "custom", "tokenizer": "whitespace"}}},
}
MAPPINGS = {
    "dynamic": "strict",
    "_source": {"includes": ["points", CURSOR]},
    "properties": {
        **dict.fromkeys(("name", "terms", "body"), _READY),
        **{name: {"type": "keyword"} for name in (*_KEYWORDS, *_SORT_KEYS, *FACETS.values())},
        **{name: {"type": "integer"} for name in ("minimum_age", "maximum_age", "verified")},
        "accepting": {"type": "boolean"},
        "flagged": {"type": "boolean"},
        "points": {"type": "geo_point"},
        CURSOR: {"type": "keyword", "index": False, "doc_values": False},
    },
}


def listing(document: Document) -> dict[str, Any]:
    """A service."""
    projection = project(document)
    oldest = OLDEST if document.maximum_age is None else document.maximum_age
    return {
        "id": str(document.id),
        "name": projection.name,
        "terms": projection.terms,
        "body": projection.body,
        "words": projection.words.split(),
        "exact": projection.exact,
        "exact_alternate": projection.exact_alternate,
        "suggestions": projection.suggestions,
        "sort_key": projection.sort_key,
        "browse_key": projection.browse_key,
        "taxonomy": document.taxonomy_codes,
        "top": document.taxonomy_tops,
        "language": document.languages,
        "status": document.status,
        "accepting": document.accepting,
        "flagged": document.flagged,
        "minimum_age": document.minimum_age or 0,
        "maximum_age": oldest,
        "verified": document.verified and document.verified.toordinal(),
        "points": [{"lat": latitude, "lon": longitude} for latitude, longitude in document.points],
    }
