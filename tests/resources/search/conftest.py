"""Indexes of a few services, and of the founders' real listings."""

import csv
import os
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import NAMESPACE_URL, UUID, uuid5

import pytest

from services.resources.search import Document, Index, build
from tests.resources.search.opensearch import node

SHARED = Path(os.environ.get("CARELOOP_SHARED", Path(__file__).parents[3] / ".." / "shared"))
MIAMI = SHARED / "data" / "hsds-1.1-miami"

Make = Callable[..., Index]


def identity(number: int) -> UUID:
    return uuid5(NAMESPACE_URL, str(number))


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (MIAMI / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _miami() -> Iterator[Document]:
    organizations = {row["id"]: row["name"] for row in _rows("organizations")}
    taxonomy = {row["id"]: row for row in _rows("taxonomy")}
    terms = defaultdict(list)
    for row in _rows("services_taxonomy"):
        if row["taxonomy_id"] in taxonomy:
            terms[row["service_id"]].append(taxonomy[row["taxonomy_id"]])
    languages = defaultdict(set)
    for row in _rows("languages"):
        languages[row["service_id"]].add(row["language"])
    places = {row["id"]: (row["latitude"], row["longitude"]) for row in _rows("locations")}
    points = defaultdict(list)
    for row in _rows("services_at_location"):
        latitude, longitude = places[row["location_id"]]
        if latitude and longitude:
            points[row["service_id"]].append((float(latitude), float(longitude)))
    for number, row in enumerate(_rows("services")):
        yield Document(
            id=uuid5(NAMESPACE_URL, row["id"]),
            name=row["name"],
            alternate_name=row["alternate_name"],
            organization_name=organizations.get(row["organization_id"]),
            description=row["description"],
            terms=tuple(term["name"] for term in terms[row["id"]]),
            taxonomy_codes=tuple(term["id"] for term in terms[row["id"]]),
            taxonomy_tops=tuple({term["parent_id"] or term["id"] for term in terms[row["id"]]}),
            languages=tuple(languages[row["id"]]),
            points=tuple(points[row["id"]]),
            flagged=number % 7 == 0,
        )


@pytest.fixture(scope="session")
def miami_documents() -> list[Document]:
    if not MIAMI.exists():
        if os.environ.get("CARELOOP_TEST_EVERYTHING") == "1":
            pytest.fail("the Miami listings are absent")
        pytest.skip("the Miami listings are not beside this repository")
    return list(_miami())


@pytest.fixture(scope="session")
def miami(miami_documents: list[Document], tmp_path_factory: pytest.TempPathFactory) -> Index:
    return build(tmp_path_factory.mktemp("miami"), miami_documents, cursor="0")


@pytest.fixture(scope="session")
def opensearch() -> Iterator[str]:
    """The URL of a real node."""
    try:
        with node.running() as url:
            yield url
    except node.Unavailable as reason:
        if os.environ.get("CARELOOP_TEST_EVERYTHING") == "1":
            pytest.fail(str(reason))
        pytest.skip(str(reason))


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """An index of these documents."""

    def make(*documents: Document, cursor: str = "0") -> Index:
        return build(tmp_path / "index", documents, cursor)

    return make
