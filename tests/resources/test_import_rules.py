"""What becomes of rows that are not as they should be, in packages made for it."""

import zipfile
from pathlib import Path

import pytest

from services.resources.imports import run
from services.resources.imports.package import BadPackage
from tests.resources.conftest import Directory, read_report, write_package

ORGANIZATIONS = [{"id": "o1", "name": "Helpers"}]
SERVICES = [
    {"id": "s1", "organization_id": "o1", "name": "Pantry", "status": "active"},
    {"id": "s2", "organization_id": "gone", "name": "Lunch", "status": ""},
]


async def test_references_that_lead_nowhere(directory: Directory, tmp_path: Path) -> None:
    package = write_package(
        tmp_path,
        organizations=ORGANIZATIONS,
        services=SERVICES,
        phones=[
            {"id": "p1", "service_id": "s1", "number": "1"},
            {"id": "p2", "service_id": "nowhere", "number": "2"},
            {"id": "p3", "service_id": "", "number": "3"},
        ],
    )
    summary = await directory.load(package, name="references")
    assert (summary.read, summary.created, summary.refused) == (6, 4, 2)
    assert {(p["file"], p["row"], p["column"], p["code"]) for p in read_report(summary)} == {
        ("services.csv", "3", "organization_id", "dangling_reference"),
        ("phones.csv", "3", "id", "dangling_required_reference"),
        ("phones.csv", "3", "service_id", "dangling_required_reference"),
        ("phones.csv", "3", "number", "dangling_required_reference"),
        ("phones.csv", "4", "id", "belongs_to_nothing"),
        ("phones.csv", "4", "number", "belongs_to_nothing"),
    }
    lunch = "select status, status_assumed, organization_id from service where name = 'Lunch'"
    assert await directory.rows(lunch) == [
        {"status": "active", "status_assumed": True, "organization_id": None}
    ]


async def test_unreadable_cells_are_kept_beside(directory: Directory, tmp_path: Path) -> None:
    services = [
        {
            "id": "s1",
            "name": "Pantry\x00",
            "status": "open?",
            "minimum_age": "teen",
            "url": "pantry.example.org",
            "colour": "green",
        }
    ]
    summary = await directory.load(write_package(tmp_path, services=services), name="cells")
    codes = {p["column"]: p["code"] for p in read_report(summary)}
    assert codes == {
        "colour": "unknown_column",
        "name": "control_character",
        "status": "unknown_value",
        "minimum_age": "not_a_number",
        "url": "scheme_added",
    }
    row = (
        await directory.rows("select * from service where name = 'Pantry' and extra ? 'colour'")
    )[0]
    assert '"minimum_age": "teen"' in row["extra"]
    assert (row["url"], row["minimum_age"]) == ("http://pantry.example.org", None)


async def test_rows_of_one_id_are_one_row_whatever_their_order(
    directory: Directory, tmp_path: Path
) -> None:
    terms = [
        {"id": "J", "name": "Environment", "vocabulary": "V"},
        {"id": "J", "name": "Ecology", "vocabulary": "V", "taxonomy_facet": "Service"},
    ]
    services = [{"id": "s1", "name": "Cleanup"}]
    first = await directory.load(
        write_package(tmp_path / "a", services=services, taxonomy=terms), name="twins"
    )
    assert (first.created, first.problems["conflicting_duplicate"]) == (3, 1)
    names = "select name, extra->>'taxonomy_facet' f from taxonomy_term where taxonomy = 'V'"
    assert await directory.rows(names) == [{"name": "Ecology", "f": "Service"}]
    again = await directory.load(
        write_package(tmp_path / "b", services=services, taxonomy=terms[::-1]), name="twins"
    )
    assert (again.unchanged, again.created + again.updated + again.deleted) == (3, 0)


async def test_eligibility_joins_its_service(directory: Directory, tmp_path: Path) -> None:
    package = write_package(
        tmp_path,
        services=[{"id": "e1", "name": "Camp"}],
        eligibility=[
            {"id": "1", "service_id": "e1", "eligibility": "Girls"},
            {"id": "2", "service_id": "e1", "eligibility": "Aged 5-17"},
            {"id": "3", "service_id": "none", "eligibility": "Nobody"},
            {"id": "4", "service_id": "", "eligibility": "Anybody"},
        ],
        regular_schedules=[
            {"service_id": "e1", "weekday": "1", "opens_at": "9am", "closes_at": "5pm"}
        ],
    )
    summary = await directory.load(package, name="eligibility")
    assert (summary.read, summary.created, summary.refused) == (6, 4, 2)
    camp = await directory.rows("select eligibility_description from service where name = 'Camp'")
    assert camp == [{"eligibility_description": "Aged 5-17\nGirls"}]
    hours = "select byday, freq, opens_at::text, closes_at::text from schedule"
    assert (await directory.rows(hours))[0] == {
        "byday": "MO",
        "freq": "WEEKLY",
        "opens_at": "09:00:00",
        "closes_at": "17:00:00",
    }


async def test_what_a_root_no_longer_has_is_gone(directory: Directory, tmp_path: Path) -> None:
    phones = [{"id": f"p{n}", "service_id": "k1", "number": str(n)} for n in range(3)]
    services = [{"id": "k1", "name": "Keeper"}, {"id": "k2", "name": "Other"}]
    await directory.load(write_package(tmp_path / "a", services=services, phones=phones), name="k")
    fewer = write_package(tmp_path / "b", services=services[:1], phones=phones[:2])
    summary = await directory.load(fewer, name="k")
    assert (summary.deleted, summary.unchanged) == (1, 3)
    assert (summary.services.updated, summary.services.deleted) == (1, 0)
    whole = await directory.load(fewer, name="k", full=True)
    assert (whole.deleted, whole.services.deleted) == (1, 1)
    gone = "select count(*) from event where type = 'resources.service.deleted'"
    assert await directory.value(gone) == 1


async def test_a_change_anywhere_is_a_change_of_the_service(
    directory: Directory, tmp_path: Path
) -> None:
    tables = {
        "organizations": [{"id": "o1", "name": "Old name"}],
        "services": [{"id": "c1", "name": "Clinic", "organization_id": "o1"}],
        "locations": [{"id": "l1", "name": "Here", "latitude": "1", "longitude": "2"}],
        "service_at_location": [{"id": "x1", "service_id": "c1", "location_id": "l1"}],
        "taxonomies": [{"id": "t", "name": "T", "description": "d"}],
        "taxonomy_terms": [{"id": "t1", "name": "health", "taxonomy_id": "t"}],
        "attributes": [
            {"id": "a1", "link_id": "c1", "link_entity": "service", "taxonomy_term_id": "t1"}
        ],
    }
    await directory.load(write_package(tmp_path / "0", **tables), name="changes")
    for number, (table, column) in enumerate(
        [
            ("organizations", "name"),
            ("services", "description"),
            ("locations", "name"),
            ("service_at_location", "description"),
            ("taxonomy_terms", "name"),
            ("attributes", "label"),
        ]
    ):
        tables[table] = [{**tables[table][0], column: f"changed {number}"}]
        before = await directory.value("select count(*) from event")
        modified = await directory.value("select last_modified from service where name = 'Clinic'")
        path = write_package(tmp_path / f"{number + 1}", **tables)
        summary = await directory.load(path, name="changes")
        changed = (summary.created, summary.updated, summary.deleted)
        assert (table, changed) == (table, (0, 1, 0))
        assert await directory.value("select count(*) from event") == before + 1
        now = await directory.value("select last_modified from service where name = 'Clinic'")
        assert now > modified


async def test_a_source_is_recognised_by_its_services(directory: Directory, tmp_path: Path) -> None:
    services = [{"id": str(n), "name": f"Known {n}"} for n in range(10)]
    first = await directory.load(write_package(tmp_path / "County Export", services=services))
    assert first.source == "county-export"
    moved = services[:8] + [{"id": str(n), "name": f"New {n}"} for n in range(20, 24)]
    again = await directory.load(write_package(tmp_path / "elsewhere", services=moved))
    assert (again.source, again.services.unchanged, again.services.created) == (
        "county-export",
        8,
        4,
    )
    strangers = [{"id": str(n), "name": f"Another {n}"} for n in range(10)]
    other = await directory.load(
        write_package(tmp_path / "b" / "County Export", services=strangers)
    )
    assert (other.source, other.services.created) == ("county-export-2", 10)


async def test_zips_are_read_and_bombs_are_not(directory: Directory, tmp_path: Path) -> None:
    folder = write_package(tmp_path / "z", services=[{"id": "z1", "name": "Zipped"}])
    small = tmp_path / "small.zip"
    with zipfile.ZipFile(small, "w") as archive:
        archive.write(folder / "services.csv", "deep/services.csv")
    assert (await directory.load(small)).created == 1
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("services.csv", "id,name\n" + " " * 5_000_000)
    for bad in (bomb, tmp_path / "absent", folder / "services.csv"):
        with pytest.raises(BadPackage):
            await directory.load(bad)


async def test_unknown_files_surplus_cells_and_twin_columns_are_named(
    directory: Directory, tmp_path: Path
) -> None:
    folder = write_package(tmp_path, pets=[{"id": "1", "name": "Rex"}])
    text = "id,name,name,\nu1,First,Second,x,surplus\n"
    (folder / "services.csv").write_text(text, encoding="utf-8")
    summary = await directory.load(folder, name="unknown")
    named = {(p["file"], p["row"], p["column"], p["code"]) for p in read_report(summary)}
    assert {
        ("pets.csv", "2", "id", "unknown_file"),
        ("pets.csv", "2", "name", "unknown_file"),
        ("services.csv", "2", "+1", "too_many_cells"),
        ("services.csv", "1", "name+2", "unknown_column"),
    } <= named
    extra = await directory.value("select extra->>'name+2' from service where name = 'First'")
    assert (extra, summary.refused) == ("Second", 1)


async def test_a_chunk_that_fails_leaves_nothing_half_done(
    directory: Directory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "CHUNK_ROWS", 10)
    services = [{"id": f"f{n}", "name": f"Far {n}"} for n in range(35)]
    package = write_package(tmp_path, services=services)

    def stop(what: str, done: int, total: int) -> None:
        if what == "saving" and done >= 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await directory.load(package, name="far", progress=stop)
    far = "select count(*) from service where name like 'Far %'"
    assert await directory.value(far) == 20
    summary = await directory.load(package, name="far")
    assert (summary.services.unchanged, summary.services.created) == (20, 15)
