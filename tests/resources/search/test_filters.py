import math
from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.resources.search import Document, Index, Page, Query, Sort
from tests.resources.search.conftest import Make, identity

Place = tuple[float, float]

PLACES = st.one_of(
    st.tuples(st.floats(25, 26), st.floats(-81, -80)),
    st.tuples(st.floats(-90, 90), st.floats(-180, 180)),
    st.sampled_from([(90.0, 0.0), (-90.0, 10.0), (0.0, 180.0), (0.0, -180.0), (60.0, 179.95)]),
)
CODES, LANGUAGES, STATUSES = ("housing", "food", "legal"), ("en", "es", "ht"), ("active", "closed")


def some(of: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(of), unique=True, max_size=len(of)).map(tuple)


@st.composite
def documents(draw: Callable[..., Any]) -> list[Document]:
    return [
        Document(
            id=identity(number),
            name=draw(st.sampled_from(["Food bank", "Legal aid", "Food and legal"])),
            taxonomy_codes=(codes := draw(some(CODES))),
            taxonomy_tops=codes,
            languages=draw(some(LANGUAGES)),
            status=draw(st.sampled_from(STATUSES)),
            points=tuple(draw(st.lists(PLACES, max_size=6))),
            minimum_age=draw(st.none() | st.integers(0, 30)),
            maximum_age=draw(st.none() | st.integers(30, 100)),
            accepting=draw(st.booleans()),
            flagged=draw(st.booleans()),
            verified=draw(st.none() | st.dates(date(2020, 1, 1), date(2030, 1, 1))),
        )
        for number in range(draw(st.integers(0, 25)))
    ]


QUERIES = st.fixed_dictionaries(
    {
        "text": st.sampled_from([None, "food", "legal"]),
        "taxonomy_codes": some(CODES),
        "languages": some(LANGUAGES),
        "statuses": some(STATUSES),
        "age": st.none() | st.integers(0, 110),
        "accepting": st.sampled_from([None, True, False]),
        "verified_since": st.none() | st.dates(date(2019, 1, 1), date(2031, 1, 1)),
        "exclude_ids": st.lists(st.integers(0, 30).map(identity), max_size=4).map(tuple),
    }
)


def kilometres(one: Place, other: Place) -> float:
    """By the angle between two vectors: another formula than the engine's."""

    def vector(place: Place) -> tuple[float, float, float]:
        latitude, longitude = map(math.radians, place)
        across = math.cos(latitude)
        return across * math.cos(longitude), across * math.sin(longitude), math.sin(latitude)

    a, b = vector(one), vector(other)
    cross = (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])
    dot = sum(x * y for x, y in zip(a, b, strict=True))
    return 6371.0088 * math.atan2(math.hypot(*cross), dot)


def nearest(document: Document, place: Place) -> float | None:
    return min((kilometres(place, point) for point in document.points), default=None)


def wanted(document: Document, query: Query) -> bool:
    """The filters, as plainly as they can be said."""
    return (
        (query.text is None or query.text in document.name.lower())
        and all(
            not asked or bool(set(asked) & set(has))
            for asked, has in (
                (query.taxonomy_codes, document.taxonomy_codes),
                (query.languages, document.languages),
                (query.statuses, (document.status,)),
            )
        )
        and (
            query.age is None
            or (document.minimum_age or 0)
            <= query.age
            <= (150 if document.maximum_age is None else document.maximum_age)
        )
        and query.accepting in (None, document.accepting)
        and document.id not in query.exclude_ids
        and (
            query.verified_since is None
            or (document.verified is not None and document.verified >= query.verified_since)
        )
    )


def agrees(index: Index, query: Query, expected: list[Document]) -> Page:
    """Total, members and facets are those of the expected documents; the page with all hits."""
    page = index.search(query)
    assert page.total == len(expected)
    assert {hit.id for hit in page.hits} == {document.id for document in expected}
    counted = {
        "taxonomy": Counter(code for document in expected for code in document.taxonomy_tops),
        "languages": Counter(code for document in expected for code in document.languages),
        "status": Counter(document.status for document in expected),
    }
    assert page.facets == counted
    return page


thorough = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@thorough
@given(documents(), st.lists(QUERIES, min_size=1, max_size=8))
def test_filters_and_facets_agree_with_brute_force(
    make: Make, listed: list[Document], asked: list[dict[str, Any]]
) -> None:
    index = make(*listed)
    for parameters in asked:
        query = Query(**parameters, limit=100, facets=True)
        agrees(index, query, [document for document in listed if wanted(document, query)])


@thorough
@given(
    documents(),
    PLACES,
    st.none() | st.floats(0.01, 21_000),
    st.booleans(),
    st.sampled_from(["relevance", "distance", "name"]),
    QUERIES,
)
def test_circles_agree_with_brute_force(
    make: Make,
    listed: list[Document],
    near: Place,
    radius: float | None,
    unlocated: bool,
    sort: Sort,
    parameters: dict[str, Any],
) -> None:
    query = Query(
        **parameters,
        near=near,
        radius_km=radius,
        include_unlocated=unlocated,
        sort=sort,
        limit=100,
        facets=True,
    )
    away = {document.id: nearest(document, near) for document in listed}
    for km in away.values():
        if km is not None and radius is not None and abs(km - radius) < 1e-3:
            return  # on the line: a metre either way is rounding

    def inside(document: Document) -> bool:
        km = away[document.id]
        return unlocated if km is None else radius is None or km <= radius

    expected = [document for document in listed if inside(document) and wanted(document, query)]
    page = agrees(make(*listed), query, expected)
    for hit in page.hits:
        assert hit.distance_km == pytest.approx(away[hit.id], abs=1e-3)
    if sort == "distance":
        shown = [math.inf if hit.distance_km is None else hit.distance_km for hit in page.hits]
        assert shown == sorted(shown), "services without a point come last"


def test_pages_of_a_distance_search_join_up(make: Make) -> None:
    listed = [
        Document(id=identity(n), name="Food bank", points=((25 + n % 5 / 100, -80),))
        for n in range(30)
    ] + [Document(id=identity(n), name="Food line") for n in range(30, 35)]
    index = make(*listed)
    everything = Query(text="food", near=(25, -80), sort="distance", include_unlocated=True)
    parameters = {**vars(everything), "limit": 4}
    joined = [
        hit.id
        for offset in range(0, 40, 4)
        for hit in index.search(Query(**{**parameters, "offset": offset})).hits
    ]
    assert joined == [
        document.id
        for document in sorted(
            listed, key=lambda d: (d.points[0][0] if d.points else math.inf, d.id)
        )
    ]


def test_relevance_fades_with_distance(make: Make) -> None:
    near, far = (
        Document(id=identity(n), name="Food bank", points=((25 + n, -80),)) for n in range(2)
    )
    hotline = Document(id=identity(2), name="Food bank")
    index = make(far, hotline, near)
    query = Query(text="food bank", near=(25, -80), include_unlocated=True)
    assert [hit.id for hit in index.search(query).hits] == [near.id, hotline.id, far.id]


def test_a_distance_needs_a_place() -> None:
    with pytest.raises(ValueError, match="near"):
        Query(radius_km=5)
    with pytest.raises(ValueError, match="near"):
        Query(sort="distance")
