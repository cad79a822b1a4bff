"""The OpenSearch engine on a real node: the same answers as tantivy's, and its own life cycle."""

import random
from collections.abc import Iterator
from uuid import uuid4

import pytest

from services.resources.search import Document, Index, IndexBusy, Query, opensearch_engine, text
from services.resources.search.opensearch_engine.index import Index as Cluster
from tests.resources.search.conftest import identity

PANTRY = Document(id=identity(1), name="Pantry", status="active")
CLINIC = Document(id=identity(2), name="Clinic", status="active")


@pytest.fixture
def address(opensearch: str) -> str:
    return f"{opensearch}/{uuid4().hex}"


@pytest.fixture(scope="module")
def cluster(opensearch: str, miami_documents: list[Document]) -> Index:
    return opensearch_engine.build(f"{opensearch}/miami", miami_documents, cursor="0")


def questions(documents: list[Document], count: int) -> Iterator[Query]:
    """Queries of every shape, over the words that real listings use."""
    chance = random.Random(20261121)
    vocabulary = sorted(
        {word for document in documents for word in text.words(document.description or "")}
    )
    places = [document.points[0] for document in documents if document.points]
    codes = sorted({code for document in documents for code in document.taxonomy_codes})
    ids = [document.id for document in documents]
    languages = sorted({one for document in documents for one in document.languages})
    fixed = ["help with rent before landlord evicts my family", "ayuda con la renta", "the", "***"]

    def asked() -> str | None:
        words = [chance.choice(vocabulary) for _ in range(chance.choice((1, 1, 2, 3, 5)))]
        slipped = words[0][:2] + words[0][3:]
        name = chance.choice(documents).name
        few = " ".join(chance.sample(name.split(), min(2, len(name.split()))))
        return chance.choice([None, " ".join(words), slipped, name, few, chance.choice(fixed)])

    for _ in range(count):
        near = chance.choice([None, chance.choice(places)])
        yield Query(
            text=asked(),
            taxonomy_codes=tuple(chance.sample(codes, chance.choice((0, 0, 0, 40)))),
            languages=tuple(chance.sample(languages, chance.choice((0, 0, 2)))),
            age=chance.choice([None, 40]),
            exclude_ids=tuple(chance.sample(ids, chance.choice((0, 0, 100)))),
            near=near,
            radius_km=near and chance.choice([None, 1.0, 10.0, 100.0]),
            include_unlocated=chance.choice([True, False]),
            sort=chance.choice(["relevance", "name", "distance" if near else "name"]),
            limit=50,
            offset=chance.choice([0, 0, 20]),
            facets=True,
        )


def test_both_engines_give_the_same_answers(
    miami: Index, cluster: Index, miami_documents: list[Document]
) -> None:
    for query in questions(miami_documents, 1_000):
        ours, theirs = miami.search(query), cluster.search(query)
        assert (theirs.total, theirs.corrected) == (ours.total, ours.corrected), query
        assert theirs.facets == ours.facets, query
        if query.sort == "relevance":
            continue
        assert [hit.id for hit in theirs.hits] == [hit.id for hit in ours.hits], query
        for one, other in zip(ours.hits, theirs.hits, strict=True):
            assert one.distance_km == pytest.approx(other.distance_km), query


def test_both_engines_rank_alike(
    miami: Index, cluster: Index, miami_documents: list[Document]
) -> None:
    shared = wanted = 0
    for query in questions(miami_documents, 1_000):
        if query.sort == "relevance" and query.offset == 0:
            ours = [hit.id for hit in miami.search(query).hits[:10]]
            theirs = [hit.id for hit in cluster.search(query).hits[:10]]
            shared += len(set(ours) & set(theirs))
            wanted += len(ours)
    assert shared / wanted > 0.98


def test_both_engines_doubt_the_same_listings_as_much(miami: Index, cluster: Index) -> None:
    """Scores differ by the engines' constants: a listing's share of the best one's does not."""
    compared = 0
    for query in (
        Query(limit=100),
        Query(near=(25.77, -80.19), radius_km=30.0, limit=100),
        Query(near=(25.77, -80.19), include_unlocated=True, limit=100),
    ):
        ours, theirs = (index.search(query).hits for index in (miami, cluster))
        assert [hit.id for hit in ours] == [hit.id for hit in theirs]
        for one, other in zip(ours, theirs, strict=True):
            assert one.score / ours[0].score == pytest.approx(other.score / theirs[0].score)
            compared += 1
    assert compared == 300


def test_both_engines_suggest_alike(miami: Index, cluster: Index) -> None:
    for prefix in ("foo", "legal a", "child", "NIÑ", "s", "x y z", ""):
        assert cluster.suggest(prefix, 10) == miami.suggest(prefix, 10)
        assert cluster.suggest(prefix, 5, ["closed"]) == []


def test_there_is_no_index_before_one_is_built(address: str) -> None:
    assert opensearch_engine.open_index(address) is None


def test_changes_and_deletions_are_counted(address: str) -> None:
    index = opensearch_engine.build(address, [PANTRY, CLINIC], cursor="a")
    reader = opensearch_engine.open_index(address)
    assert reader is not None
    assert reader.generation == index.generation
    index.apply([Document(id=PANTRY.id, name="Food bank", status="closed")], cursor="b")
    index.apply([], [CLINIC.id, identity(99)], cursor="c")
    assert (index.search(Query()).total, index.cursor) == (1, "c")
    assert index.search(Query(text="clinic")).total == 0
    assert index.search(Query(text="bank", facets=True)).facets["status"] == {"closed": 1}
    before = reader.generation
    reader.refresh()
    assert (reader.cursor, reader.generation) == ("c", index.generation)
    assert reader.generation != before


def test_a_build_is_swapped_in_and_a_failed_one_leaves_nothing(address: str) -> None:
    reader = opensearch_engine.build(address, [PANTRY], cursor="1")

    def broken() -> Iterator[Document]:
        yield CLINIC
        raise ConnectionError("the database went away")

    with pytest.raises(ConnectionError):
        opensearch_engine.build(address, broken(), cursor="2")
    reader.refresh()
    assert reader.cursor == "1"
    for cursor in ("3", "4"):
        opensearch_engine.build(address, [PANTRY, CLINIC], cursor=cursor)
    reader.refresh()
    assert (reader.search(Query()).total, reader.cursor) == (2, "4")


def test_a_second_writer_is_told_so(address: str) -> None:
    index = opensearch_engine.build(address, [PANTRY], cursor="1")
    other = opensearch_engine.open_index(address)
    assert isinstance(other, Cluster)

    def meanwhile() -> Iterator[Document]:
        index.apply([CLINIC], cursor="2")
        yield CLINIC

    with pytest.raises(IndexBusy):
        other.apply(meanwhile(), cursor="3")
    other.refresh()
    assert other.cursor == "2"
