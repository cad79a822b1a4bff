"""Real listings: every cell is accounted for, and a package read again changes nothing.

The walk below reads the CSV files and the database by itself: it shares no code with the importer.
"""

import csv
import random
import re
import shutil
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from services.resources.imports.run import Summary
from tests.conftest import founders_data
from tests.resources.conftest import Directory, read_report

TABLES = {
    "accessibility_for_disabilities": "accessibility",
    "contacts": "contact",
    "eligibility": "service",
    "languages": "language",
    "locations": "location",
    "organizations": "organization",
    "phones": "phone",
    "physical_addresses": "address",
    "regular_schedules": "schedule",
    "services": "service",
    "services_at_location": "service_at_location",
    "services_taxonomy": "attribute",
    "taxonomy": "taxonomy_term",
}
WITHOUT_IDS = {"languages", "regular_schedules"}
Cells = dict[str, str]


@pytest.fixture(scope="module")
def miami() -> Path:
    return founders_data("data/hsds-1.1-miami")


@pytest.fixture(scope="module")
async def first(directory: Directory, miami: Path) -> Summary:
    return await directory.load(miami)


def read_rows(path: Path) -> Iterator[tuple[int, Cells]]:
    with path.open(newline="", encoding="utf-8") as file:
        yield from enumerate(csv.DictReader(file), start=2)


def save_rows(path: Path, rows: list[Cells]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), quoting=csv.QUOTE_ALL)
        writer.writeheader()
        writer.writerows(rows)


def test_the_facts_of_this_package(first: Summary) -> None:
    assert first.read == 80_908
    assert first.refused == first.problems["belongs_to_nothing"] == 2_244
    assert first.created == first.read - first.refused
    assert first.services.created == 4_089
    assert first.problems["dangling_reference"] == 447 + 3_015  # of services, of locations


async def test_schedules_without_ids_are_kept(directory: Directory, first: Summary) -> None:
    assert await directory.value("select count(*) from schedule") == 11_350
    hours = "select count(*) from schedule where opens_at = '09:00' and byday = 'MO'"
    assert await directory.value(hours) > 500


async def test_services_without_their_organization_are_kept(
    directory: Directory, first: Summary
) -> None:
    alone = "select count(*) from service where organization_id is null"
    assert await directory.value(alone) == 447
    reported = [
        p
        for p in read_report(first)
        if (p["file"], p["column"]) == ("services.csv", "organization_id")
    ]
    assert len(reported) == 447
    assumed = "select count(*) from service where status = 'active' and status_assumed"
    assert await directory.value(assumed) == 4_089


async def test_every_cell_is_in_the_directory_or_named(
    directory: Directory, miami: Path, first: Summary
) -> None:
    named = {(p["file"], p["row"], p["column"]) for p in read_report(first)}
    kept = await kept_texts(directory)
    lost = [
        (name, number, column, cell[:60])
        for name in TABLES
        for number, row in read_rows(miami / f"{name}.csv")
        for column, cell in row.items()
        if cell.strip()
        and (f"{name}.csv", str(number), column) not in named
        and not is_kept(name, row, column, cell.strip(), kept)
    ]
    assert lost == []


Kept = dict[tuple[str, str], list[set[str]]]


async def kept_texts(directory: Directory) -> Kept:
    """By table and id at the source (of the row; where it has none, of its service): all texts."""
    rows = {
        table: await directory.rows(f'select * from "{table}"')
        for table in {*TABLES.values(), "taxonomy"}
    }
    at_source: dict[Any, str] = {
        row["id"]: row["source_row_id"] or str(row.get("name"))
        for each in rows.values()
        for row in each
    }
    kept: Kept = defaultdict(list)
    for table, each in rows.items():
        for row in each:
            texts = {text for value in row.values() for text in texts_of(value, at_source)}
            owner = row["source_row_id"]
            if table in ("language", "schedule"):
                owner = at_source[row["service_id"]]
            kept[table, owner].append(texts)
    return kept


def texts_of(value: Any, at_source: dict[Any, str]) -> Iterator[str]:
    if isinstance(value, UUID):
        yield str(at_source.get(value))
    elif isinstance(value, float):
        yield repr(value)
    elif isinstance(value, str) and value.startswith("{"):
        yield from re.findall(r'": "((?:[^"\\]|\\.)*)"', value)
    elif value is not None:
        yield str(value)


def is_kept(name: str, row: Cells, column: str, cell: str, kept: Kept) -> bool:
    key = row["service_id"] if name in WITHOUT_IDS else row["id"]
    forms = set(forms_of(column, cell))
    return any(forms & texts for texts in kept[TABLES[name], key])


def forms_of(column: str, cell: str) -> Iterator[str]:
    """The cell, and what the import is documented to make of it."""
    yield cell
    if column == "weekday":
        yield cell[:2].upper()
    if column in ("opens_at", "closes_at"):
        found = re.fullmatch(r"(\d{1,2}):?(\d\d)?\s*(am|pm)", cell)
        if found:
            hour = int(found[1]) % 12 + 12 * (found[3] == "pm")
            yield f"{hour:02}:{found[2] or '00'}:00"
    if column in ("latitude", "longitude"):
        yield repr(float(cell))


async def test_shuffled_and_saved_again_it_changes_nothing(
    directory: Directory, miami: Path, first: Summary, tmp_path: Path
) -> None:
    before = await state(directory)
    chance = random.Random(7)
    for name in TABLES:
        rows = [row for _, row in read_rows(miami / f"{name}.csv")]
        chance.shuffle(rows)
        save_rows(tmp_path / f"{name}.csv", rows)
    again = await directory.load(tmp_path)
    assert again.source == first.source
    assert (again.created, again.updated, again.deleted) == (0, 0, 0)
    assert (again.unchanged, again.services.unchanged) == (first.created, 4_089)
    assert await state(directory) == before


async def test_one_cell_edited_is_one_change(
    directory: Directory, miami: Path, first: Summary, tmp_path: Path
) -> None:
    for name in TABLES:
        shutil.copyfile(miami / f"{name}.csv", tmp_path / f"{name}.csv")
    rows = [row for _, row in read_rows(miami / "services.csv")]
    rows[1234]["description"] += " Edited."
    save_rows(tmp_path / "services.csv", rows)
    events = await directory.value("select count(*) from event")
    summary = await directory.load(tmp_path)
    assert (summary.created, summary.updated, summary.deleted) == (0, 1, 0)
    assert (summary.services.updated, summary.services.unchanged) == (1, 4_088)
    assert await directory.value("select count(*) from event") == events + 1


async def state(directory: Directory) -> list[dict[str, Any]]:
    """When each service changed last, and where the event log ends."""
    modified = "select id::text, last_modified::text from service"
    log = "select 'log', max(seq)::text || ' ' || max(xid::text::bigint) from event"
    return await directory.rows(f"{modified} union all {log} order by 1")
