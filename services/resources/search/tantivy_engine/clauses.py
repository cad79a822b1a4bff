"""A query in tantivy's terms."""

import tantivy
from tantivy import FieldType, Occur
from tantivy import Query as Clause

from services.resources.search import geometry
from services.resources.search.query import Query
from services.resources.search.ranking import (
    BODY_TIE,
    EXACT_ALTERNATE,
    EXACT_NAME,
    FLAGGED_SHARE,
    HEAD_TIE,
    NAME,
    OLDEST,
    SYNONYM,
    TERMS,
)
from services.resources.search.reading import Alternative, Group, Reading
from services.resources.search.tantivy_engine.schema import LISTING, NO_POINT


def clause(
    schema: tantivy.Schema, query: Query, reading: Reading | None, needed: int, *, doubt: bool
) -> Clause:
    """Everything but the exact circle. `doubt`: what is flagged scores less."""
    if reading is None:
        wanted = Clause.const_score_query(Clause.term_query(schema, "kind", LISTING, "basic"), 1.0)
    else:
        wanted = _text(schema, reading, needed)
    if doubt:
        wanted = _flagged_less(schema, wanted)
    filters = [Clause.const_score_query(found, 0.0) for found in _filters(schema, query)]
    clauses = [(Occur.Must, found) for found in (wanted, *filters)]
    if query.exclude_ids:
        excluded = [str(each) for each in query.exclude_ids]
        clauses.append((Occur.MustNot, Clause.term_set_query(schema, "id", excluded)))
    return Clause.boolean_query(clauses)


def _flagged_less(schema: tantivy.Schema, wanted: Clause) -> Clause:
    """The same matches; those that may be wrong with a share of their score."""
    flagged = Clause.const_score_query(Clause.term_query(schema, "flagged", 1, "basic"), 0.0)
    sound = Clause.boolean_query([(Occur.Must, wanted), (Occur.MustNot, flagged)])
    doubtful = Clause.boolean_query([(Occur.Must, wanted), (Occur.Must, flagged)])
    ways = (sound, Clause.boost_query(doubtful, FLAGGED_SHARE))
    return Clause.boolean_query([(Occur.Should, way) for way in ways])


def _text(schema: tantivy.Schema, reading: Reading, needed: int) -> Clause:
    ways = [
        Clause.const_score_query(Clause.term_query(schema, field, key, "basic"), score)
        for key, exact in zip(reading.exact, EXACT_NAME, strict=False)
        for field, score in (("exact", exact), ("exact_alternate", EXACT_ALTERNATE))
    ]
    if reading.groups:
        groups = [(Occur.Should, _group(schema, group)) for group in reading.groups]
        ways.append(Clause.boolean_query(groups, minimum_number_should_match=needed))
    if not ways:
        return Clause.empty_query()
    return Clause.boolean_query([(Occur.Should, way) for way in ways])


def _group(schema: tantivy.Schema, group: Group) -> Clause:
    body = [_alternative(schema, "body", way) for way in group]
    head = [
        Clause.boost_query(_alternative(schema, field, way), boost)
        for way in group
        for field, boost in (("name", NAME), ("terms", TERMS))
    ]
    return Clause.boolean_query(
        [
            (Occur.Must, Clause.disjunction_max_query(body, BODY_TIE)),
            (Occur.Should, Clause.disjunction_max_query(head, HEAD_TIE)),
        ]
    )


def _alternative(schema: tantivy.Schema, field: str, way: Alternative) -> Clause:
    terms = [Clause.term_query(schema, field, token, "freq") for token in way.tokens]
    if len(terms) == 1:
        found = terms[0]
    elif way.literal:
        found = Clause.boolean_query([(Occur.Must, term) for term in terms])
    else:
        found = Clause.phrase_query(schema, field, list(way.tokens))
    return found if way.literal else Clause.boost_query(found, SYNONYM)


def _filters(schema: tantivy.Schema, query: Query) -> list[Clause]:
    sets = {
        "taxonomy": query.taxonomy_codes,
        "language": query.languages,
        "status": query.statuses,
        "cell": _cells(query),
    }
    found = [Clause.term_set_query(schema, name, list(of)) for name, of in sets.items() if of]
    if query.accepting is not None:
        found.append(Clause.term_query(schema, "accepting", int(query.accepting), "basic"))
    ranges = []
    if query.age is not None:
        ranges += [("minimum_age", 0, query.age), ("maximum_age", query.age, OLDEST)]
    if query.verified_since is not None:
        ranges.append(("verified", query.verified_since.toordinal(), 10_000_000))
    return found + [
        Clause.range_query(schema, name, FieldType.Integer, low, high, use_inverted_index=True)
        for name, low, high in ranges
    ]


def _cells(query: Query) -> list[int]:
    if query.near is None or query.radius_km is None:
        return []
    cells = geometry.cover(query.near, query.radius_km)
    if cells is None:
        return []
    return [*cells, NO_POINT] if query.include_unlocated else cells
