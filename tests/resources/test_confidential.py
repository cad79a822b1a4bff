"""Where a confidential location is stands nowhere in the clear, and every look at it is on record."""

from pathlib import Path
from typing import Any

import pytest

from services.resources.imports.run import Summary
from tests.resources.conftest import Directory, write_package

CANARIES = ("17 Canary Close", "Canaryville", "99017", "41.60707", "-93.10707", "bus 17 to Canary")
TABLES = {
    "services": [{"id": "s", "name": "Safe House", "status": "active"}],
    "locations": [
        {
            "id": "l",
            "name": "A safe place",
            "latitude": "41.60707",
            "longitude": "-93.10707",
            "transportation": "bus 17 to Canary",
            "external_identifier": "99017",
            "confidential": "true",
            "timezone": "America/Chicago",
        }
    ],
    "service_at_location": [{"id": "x", "service_id": "s", "location_id": "l"}],
    "addresses": [
        {
            "id": "a",
            "location_id": "l",
            "address_1": "17 Canary Close",
            "city": "Canaryville",
            "state_province": "IA",
            "postal_code": "99017",
            "country": "US",
            "address_type": "physical",
            "note": "99017",
        }
    ],
}


@pytest.fixture
async def hidden(directory: Directory, tmp_path_factory: pytest.TempPathFactory) -> Summary:
    """The directory as these tables say, whatever a test before has changed."""
    package = write_package(tmp_path_factory.mktemp("hidden"), **TABLES)
    summary = await directory.load(package, name="hidden")
    await directory.index()
    return summary


async def location(directory: Directory) -> str:
    return str(await directory.value("select id from location where source_row_id = 'l'"))


async def test_nothing_in_the_database_tells(directory: Directory, hidden: Summary) -> None:
    assert (hidden.read, hidden.refused) == (4, 0)
    tables = await directory.rows("select tablename from pg_tables where schemaname = 'public'")
    for table in tables:
        for row in await directory.rows(f'select * from "{table["tablename"]}"'):
            assert not [canary for canary in CANARIES if canary in str(row)], table


async def test_nothing_in_the_index_or_the_report_tells(
    directory: Directory, hidden: Summary
) -> None:
    for path in directory.folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not [canary for canary in CANARIES if canary.encode() in content], path


async def test_no_answer_tells(directory: Directory, hidden: Summary) -> None:
    service = await directory.value("select id from service where name = 'Safe House'")
    placed = await directory.value("select id from service_at_location")
    async with directory.client() as api:
        near = {"latitude": 41.607, "longitude": -93.107}
        searches: list[Any] = [
            {"text": "Safe House"},
            {"near": near, "radius_km": 1, "sort": "distance"},
            {"near": near, "text": "safe"},
        ]
        answers = [await api.post("/v1/services/search", json=body) for body in searches]
        for path in (
            f"/v1/services/{service}",
            f"/v1/services/{service}/availability",
            "/hsds/services?full=true",
            "/hsds/organizations?full_service=true",
            f"/hsds/service_at_locations/{placed}",
        ):
            answers.append(await api.get(path))
    for answer in answers:
        assert answer.status_code == 200
        assert not [canary for canary in CANARIES if canary in answer.text]
    assert {item["distance_km"] for each in answers[:3] for item in each.json()["items"]} == {None}
    place = answers[3].json()["places"][0]
    assert (place["confidential"], place["address"], place["latitude"]) == (True, None, None)


async def test_who_may_know_is_told_and_put_on_record(
    directory: Directory, hidden: Summary
) -> None:
    here = await location(directory)
    seen = await directory.value("select coalesce(max(seq), 0) from audit")
    async with directory.client("case_manager") as api:
        place = (await api.get(f"/v1/locations/{here}/confidential-place")).json()
        missing = await api.get(
            "/v1/locations/6f1d7c4a-0000-4000-8000-000000000000/confidential-place"
        )
    assert (place["latitude"], place["transportation"]) == (41.60707, "bus 17 to Canary")
    assert place["addresses"][0]["address_1"] == "17 Canary Close"
    assert missing.status_code == 404
    looks = await directory.rows(
        "select ids::text, outcome, subject is not null who from audit "
        "where action = 'confidential_place.read' and seq > $1 order by seq",
        seen,
    )
    assert looks == [
        {"ids": f"{{{here}}}", "outcome": "ok", "who": True},
        {"ids": "{}", "outcome": "none", "who": True},
    ]


@pytest.mark.parametrize(("role", "status"), [(None, 401), ("integrator", 403), ("receiver", 403)])
async def test_others_are_not_told(
    directory: Directory, hidden: Summary, role: str | None, status: int
) -> None:
    async with directory.client(role) as api:
        answer = await api.get(f"/v1/locations/{await location(directory)}/confidential-place")
    assert answer.status_code == status
    assert not [canary for canary in CANARIES if canary in answer.text]


async def test_again_it_changes_nothing_and_a_move_is_one_change(
    directory: Directory, hidden: Summary, tmp_path: Path
) -> None:
    place = "select sealed from confidential_place where id::text = $1"
    here = await location(directory)
    sealed = await directory.value(place, here)
    again = await directory.load(write_package(tmp_path / "a", **TABLES), name="hidden")
    assert (again.unchanged, again.created + again.updated) == (4, 0)
    assert await directory.value(place, here) == sealed
    moved = TABLES | {"addresses": [TABLES["addresses"][0] | {"address_1": "18 Canary Close"}]}
    summary = await directory.load(write_package(tmp_path / "b", **moved), name="hidden")
    assert (summary.updated, summary.services.updated) == (1, 1)


async def test_a_place_that_becomes_confidential_is_forgotten(
    directory: Directory, tmp_path: Path
) -> None:
    known = TABLES | {"locations": [TABLES["locations"][0] | {"confidential": "", "id": "l2"}]}
    known |= {
        "services": [{"id": "s2", "name": "Once Open", "status": "active"}],
        "service_at_location": [{"id": "x2", "service_id": "s2", "location_id": "l2"}],
        "addresses": [TABLES["addresses"][0] | {"location_id": "l2"}],
    }
    await directory.load(write_package(tmp_path / "a", **known), name="later")
    addresses = "select count(*) from address"
    assert await directory.value(addresses) == 1
    known["locations"] = [TABLES["locations"][0] | {"id": "l2"}]
    await directory.load(write_package(tmp_path / "b", **known), name="later")
    assert await directory.value(addresses) == 0
    clear = "select count(*) from location where latitude is not null"
    assert await directory.value(clear) == 0
