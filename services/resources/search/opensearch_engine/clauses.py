"""A query in OpenSearch's terms: the same matches and order as tantivy's."""

import math
from typing import Any

from services.resources.search.query import Query
from services.resources.search.ranking import (
    BODY_TIE,
    EXACT_ALTERNATE,
    EXACT_NAME,
    FADE_KM,
    FLAGGED_SHARE,
    HEAD_TIE,
    NAME,
    SYNONYM,
    TERMS,
    UNLOCATED_SHARE,
)
from services.resources.search.reading import Alternative, Group, Reading

Clause = dict[str, Any]

LISTINGS: Clause = {"exists": {"field": "id"}}
LOCATED: Clause = {"exists": {"field": "points"}}
UNLOCATED: Clause = {"bool": {"must_not": LOCATED}}


def clause(query: Query, reading: Reading | None, needed: int) -> Clause:
    """What is wanted, within the filters, fading with distance where a place is given."""
    if reading is None:
        wanted: Clause = {"constant_score": {"filter": LISTINGS, "boost": 1.0}}
    else:
        wanted = _text(reading, needed)
    if query.sort == "relevance":
        flagged = {"term": {"flagged": True}}
        share = {"negative": flagged, "negative_boost": FLAGGED_SHARE}
        wanted = {"boosting": {"positive": wanted, **share}}
    excluded = {"ids": {"values": [str(each) for each in query.exclude_ids]}}
    found: Clause = {"bool": {"must": wanted, "filter": _filters(query), "must_not": excluded}}
    return found if query.near is None else _fading(found, query.near, query.radius_km or FADE_KM)


def order(query: Query, *, ranked: bool) -> list[Clause]:
    """Ties are broken by id."""
    if query.sort == "distance" and query.near is not None:
        latitude, longitude = query.near
        origin = {"points": {"lat": latitude, "lon": longitude}}
        return [{"_geo_distance": {**origin, "unit": "km"}}, {"id": "asc"}]
    if query.sort == "name":
        return [{"sort_key": "asc"}]
    if not (ranked or query.near):
        return [{"browse_key": "asc"}]
    return [{"_score": "desc"}, {"id": "asc"}]


def _text(reading: Reading, needed: int) -> Clause:
    ways: list[Clause] = [
        {"constant_score": {"filter": {"term": {field: key}}, "boost": score}}
        for key, exact in zip(reading.exact, EXACT_NAME, strict=False)
        for field, score in (("exact", exact), ("exact_alternate", EXACT_ALTERNATE))
    ]
    if reading.groups:
        groups = [_group(group) for group in reading.groups]
        ways.append({"bool": {"should": groups, "minimum_should_match": needed}})
    if not ways:
        return {"match_none": {}}
    return {"bool": {"should": ways, "minimum_should_match": 1}}


def _group(group: Group) -> Clause:
    body = [_alternative("body", way, 1.0) for way in group]
    head = [
        _alternative(field, way, boost)
        for way in group
        for field, boost in (("name", NAME), ("terms", TERMS))
    ]
    return {
        "bool": {
            "must": {"dis_max": {"queries": body, "tie_breaker": BODY_TIE}},
            "should": {"dis_max": {"queries": head, "tie_breaker": HEAD_TIE}},
        }
    }


def _alternative(field: str, way: Alternative, boost: float) -> Clause:
    weight = boost if way.literal else boost * SYNONYM
    if len(way.tokens) == 1:
        return {"term": {field: {"value": way.tokens[0], "boost": weight}}}
    if way.literal:
        terms = [{"term": {field: token}} for token in way.tokens]
        return {"bool": {"must": terms, "boost": weight}}
    return {"match_phrase": {field: {"query": " ".join(way.tokens), "boost": weight}}}


def _filters(query: Query) -> list[Clause]:
    sets = {
        "taxonomy": query.taxonomy_codes,
        "language": query.languages,
        "status": query.statuses,
    }
    found: list[Clause] = [{"terms": {name: list(of)}} for name, of in sets.items() if of]
    if query.accepting is not None:
        found.append({"term": {"accepting": query.accepting}})
    if query.age is not None:
        found.append({"range": {"minimum_age": {"lte": query.age}}})
        found.append({"range": {"maximum_age": {"gte": query.age}}})
    if query.verified_since is not None:
        found.append({"range": {"verified": {"gte": query.verified_since.toordinal()}}})
    if query.near is not None:
        ways = [_circle(query.near, query.radius_km)]
        ways += [UNLOCATED] if query.include_unlocated else []
        found.append({"bool": {"should": ways, "minimum_should_match": 1}})
    return found


def _circle(near: tuple[float, float], radius_km: float | None) -> Clause:
    if radius_km is None:
        return LOCATED
    latitude, longitude = near
    return {
        "geo_distance": {
            "distance": f"{radius_km}km",
            "points": {"lat": latitude, "lon": longitude},
        }
    }


def _fading(found: Clause, near: tuple[float, float], reach_km: float) -> Clause:
    """0.5 + 0.5 * exp(-distance / reach), as a function of the nearest point."""
    latitude, longitude = near
    curve = {
        "origin": {"lat": latitude, "lon": longitude},
        "scale": f"{reach_km}km",
        "decay": math.exp(-1),
    }
    return {
        "function_score": {
            "query": found,
            "functions": [
                {"filter": LOCATED, "exp": {"points": curve}, "weight": 0.5},
                {"filter": LOCATED, "weight": 0.5},
                {"filter": UNLOCATED, "weight": UNLOCATED_SHARE},
            ],
            "score_mode": "sum",
            "boost_mode": "multiply",
        }
    }
