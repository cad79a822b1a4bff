"""The tantivy schema, a document in its shape, and the stamp that tells old indexes from new."""

import hashlib
import json
from importlib.metadata import version
from itertools import islice

import Stemmer
import tantivy

from services.resources.search import geometry, text
from services.resources.search.document import Document, project
from services.resources.search.ranking import OLDEST

SCHEMA_VERSION = "2"
STAMP = hashlib.sha256(
    " ".join((SCHEMA_VERSION, text.VERSION, Stemmer.version(), version("tantivy"))).encode()
).hexdigest()[:12]

TOKENS = ("name", "terms", "body", "words")
KEYS = ("id", "kind", "exact", "exact_alternate", "suggestions", "taxonomy")
FACETS = {"taxonomy": "top", "languages": "language", "status": "status"}
NUMBERS = ("high", "low", "signature", "spread")
# A fast field gives one value a document: the points of a service stand side by side in columns,
# and the few services with more of them keep the rest in their stored points.
COLUMNS = tuple((f"latitude_{n}", f"longitude_{n}") for n in range(4))
LISTING, CURSOR = "listing", "cursor"
NO_POINT = -1


def schema() -> tantivy.Schema:
    """Signed integers throughout: deleting by an unsigned field deletes nothing, silently."""
    build = tantivy.SchemaBuilder()
    for name in TOKENS:
        option = "basic" if name == "words" else "position"
        build.add_text_field(name, tokenizer_name="whitespace", index_option=option)
    for name in KEYS:
        build.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in (*FACETS.values(), "sort_key", "browse_key"):
        build.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    for name in NUMBERS:
        build.add_integer_field(name, indexed=name == "signature", fast=True)
    for name in ("cell", "accepting", "flagged", "minimum_age", "maximum_age", "verified"):
        build.add_integer_field(name, indexed=True)
    for name in (column for pair in COLUMNS for column in pair):
        build.add_float_field(name, fast=True)
    for name in ("points", "facets", "cursor"):
        build.add_text_field(name, stored=True, tokenizer_name="raw", index_option="basic")
    return build.build()


def register(index: tantivy.Index) -> None:
    """Text arrives analysed: the engine only splits it."""
    whitespace = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
    index.register_tokenizer("whitespace", whitespace)


def listing(document: Document) -> tantivy.Document:
    """A service."""
    shape = tantivy.Document()
    shape.add_text("kind", LISTING)
    shape.add_text("id", str(document.id))
    shape.add_integer("high", (document.id.int >> 64) - 2**63)
    shape.add_integer("low", (document.id.int & (2**64 - 1)) - 2**63)
    _add_text(shape, document)
    _add_filters(shape, document)
    _add_points(shape, document.points)
    facets = json.dumps(
        [sorted(set(document.taxonomy_tops)), sorted(set(document.languages)), [document.status]]
    )
    shape.add_integer("signature", signature(facets))
    shape.add_text("facets", facets)
    return shape


def cursor(value: str) -> tantivy.Document:
    """How far the index has read the event log: a document, so that it commits with the rest."""
    shape = tantivy.Document()
    shape.add_text("kind", CURSOR)
    shape.add_text("id", CURSOR)
    shape.add_text("cursor", value)
    return shape


def signature(facets: str) -> int:
    """Facet values as one number, so that any set of hits is counted from one fast column."""
    return int.from_bytes(hashlib.sha256(facets.encode()).digest()[:8], signed=True)


def _add_text(shape: tantivy.Document, document: Document) -> None:
    projection = project(document)
    for name in TOKENS:
        shape.add_text(name, getattr(projection, name))
    for name in ("exact", "exact_alternate", "suggestions"):
        for value in getattr(projection, name):
            shape.add_text(name, value)
    shape.add_text("sort_key", projection.sort_key)
    shape.add_text("browse_key", projection.browse_key)


def _add_filters(shape: tantivy.Document, document: Document) -> None:
    for code in dict.fromkeys(document.taxonomy_codes):
        shape.add_text("taxonomy", code)
    for code in dict.fromkeys(document.taxonomy_tops):
        shape.add_text("top", code)
    for language in dict.fromkeys(document.languages):
        shape.add_text("language", language)
    shape.add_text("status", document.status)
    shape.add_integer("accepting", int(document.accepting))
    shape.add_integer("flagged", int(document.flagged))
    shape.add_integer("minimum_age", document.minimum_age or 0)
    maximum = OLDEST if document.maximum_age is None else document.maximum_age
    shape.add_integer("maximum_age", maximum)
    if document.verified is not None:
        shape.add_integer("verified", document.verified.toordinal())


def _add_points(shape: tantivy.Document, points: tuple[tuple[float, float], ...]) -> None:
    for cell in {cell for point in points for cell in geometry.cells(*point)} or {NO_POINT}:
        shape.add_integer("cell", cell)
    for names, point in zip(COLUMNS, points, strict=False):
        for name, degrees in zip(names, point, strict=True):
            shape.add_float(name, degrees)
    further = list(islice(points, len(COLUMNS), None))
    shape.add_integer("spread", len(further))
    if further:
        shape.add_text("points", json.dumps(further))
