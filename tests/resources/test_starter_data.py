"""The starter directory is whole: its keys resolve, its codes exist, and nobody real is in it."""

import csv
import json
import re
from collections import Counter
from datetime import date, time
from itertools import combinations
from math import asin, cos, radians, sin, sqrt
from pathlib import Path
from zoneinfo import available_timezones

import pytest

STARTER = Path(__file__).parents[2] / "services" / "resources" / "starter"
Row = dict[str, str]

CATEGORIES = {
    "housing",
    "homelessness",
    "food",
    "utilities",
    "money",
    "work",
    "education",
    "transport",
    "health_care",
    "mental_health",
    "substance_use",
    "disability",
    "safety",
    "childcare",
    "family",
    "legal",
    "immigration",
    "documents",
    "social_connection",
    "digital_access",
    "language",
    "goods",
    "benefits",
    "caregiving",
    "end_of_life",
}
FOREIGN_KEYS = {
    "organization_id": "organizations",
    "parent_organization_id": "organizations",
    "service_id": "services",
    "location_id": "locations",
    "service_at_location_id": "service_at_location",
    "taxonomy_id": "taxonomies",
    "taxonomy_term_id": "taxonomy_terms",
    "parent_id": "taxonomy_terms",
    "unit_id": "units",
}
REQUIRED = {
    "accessibility": {"id"},
    "addresses": {
        *("id", "address_1", "city", "state_province", "postal_code", "country", "address_type")
    },
    "attributes": {"id", "link_id", "taxonomy_term_id", "link_type", "link_entity"},
    "contacts": {"id"},
    "cost_options": {"id", "service_id"},
    "languages": {"id", "name", "code"},
    "locations": {"id", "location_type", "latitude", "longitude", "timezone"},
    "organization_identifiers": {"id", "organization_id", "identifier_type", "identifier"},
    "organizations": {"id", "name", "description"},
    "phones": {"id", "number"},
    "required_documents": {"id", "service_id", "document"},
    "schedules": {"id"},
    "service_areas": {"id", "service_id", "name"},
    "service_at_location": {"id", "service_id", "location_id"},
    "service_capacity": {"id", "service_id", "unit_id", "available", "updated"},
    "services": {"id", "organization_id", "name", "description", "status", "assured_date"},
    "taxonomies": {"id", "name", "description"},
    "taxonomy_terms": {"id", "code", "name", "description", "name_es", "synonyms", "synonyms_es"},
    "units": {"id", "name"},
    "url": {"id", "url"},
}
ENUMS = {
    ("services", "status"): {"active", "inactive", "defunct", "temporarily closed"},
    ("locations", "location_type"): {"physical", "postal", "virtual"},
    ("locations", "confidential"): {"", "true"},
    ("addresses", "address_type"): {"physical", "postal", "virtual"},
    ("addresses", "country"): {"US"},
    ("attributes", "link_entity"): {"service"},
    ("attributes", "link_type"): {"taxonomy"},
    ("phones", "type"): {"voice", "text"},
    ("schedules", "freq"): {"", "WEEKLY", "MONTHLY"},
    ("schedules", "wkst"): {"", "MO"},
}
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
BYDAY = {
    "": re.compile(""),
    "WEEKLY": re.compile(r"(MO|TU|WE|TH|FR|SA|SU)(,(MO|TU|WE|TH|FR|SA|SU))*"),
    "MONTHLY": re.compile(r"[1-4](MO|TU|WE|TH|FR|SA|SU)"),
}


def read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


@pytest.fixture(scope="module")
def tables() -> dict[str, list[Row]]:
    return {path.stem: read(path) for path in sorted(STARTER.glob("*.csv"))}


@pytest.fixture(scope="module")
def services_by_term(tables: dict[str, list[Row]]) -> dict[str, set[str]]:
    codes = {term["id"]: term["code"] for term in tables["taxonomy_terms"]}
    found: dict[str, set[str]] = {}
    for attribute in tables["attributes"]:
        code = codes[attribute["taxonomy_term_id"]]
        found.setdefault(code, set()).add(attribute["link_id"])
    return found


def test_every_table_is_there_with_its_required_values(tables: dict[str, list[Row]]) -> None:
    assert set(tables) == set(REQUIRED)
    empty = [
        (name, row["id"], column)
        for name, columns in REQUIRED.items()
        for row in tables[name]
        for column in columns
        if not row[column]
    ]
    assert empty == []


def test_ids_are_unique_slugs(tables: dict[str, list[Row]]) -> None:
    for name, rows in tables.items():
        ids = [row["id"] for row in rows]
        assert [slug for slug, count in Counter(ids).items() if count > 1] == [], name
        assert [slug for slug in ids if not SLUG.fullmatch(slug)] == [], name


def test_foreign_keys_resolve(tables: dict[str, list[Row]]) -> None:
    ids = {name: {row["id"] for row in rows} for name, rows in tables.items()}
    links = [
        (name, row["id"], column, row[column], target)
        for name, rows in tables.items()
        for row in rows
        for column, target in FOREIGN_KEYS.items()
        if row.get(column)
    ]
    links += [
        ("attributes", r["id"], "link_id", r["link_id"], "services") for r in tables["attributes"]
    ]
    assert [link for link in links if link[3] not in ids[link[4]]] == []


def test_child_rows_have_one_owner(tables: dict[str, list[Row]]) -> None:
    owners = ("organization_id", "service_id", "location_id", "service_at_location_id")
    for name in ("phones", "schedules", "languages", "service_areas", "url"):
        assert all(sum(bool(row.get(key)) for key in owners) == 1 for row in tables[name]), name


def test_codes_are_those_of_the_specification(tables: dict[str, list[Row]]) -> None:
    for (name, column), allowed in ENUMS.items():
        assert {row[column] for row in tables[name]} <= allowed, (name, column)


def test_cells_are_clean(tables: dict[str, list[Row]]) -> None:
    cells = [cell for rows in tables.values() for row in rows for cell in row.values()]
    assert [
        cell for cell in cells if cell != cell.strip() or "\n" in cell or "\ufffd" in cell
    ] == []
    assert all(b"\r" not in path.read_bytes() for path in STARTER.glob("*.csv"))


def test_there_is_enough_to_search(tables: dict[str, list[Row]]) -> None:
    assert len(tables["services"]) >= 320
    assert len(tables["organizations"]) >= 110
    assert len(tables["locations"]) >= 150
    assert Counter(s["status"] for s in tables["services"])["active"] >= 350
    assert sum(location["confidential"] == "true" for location in tables["locations"]) >= 6
    placed = {row["service_id"] for row in tables["service_at_location"]}
    assert sum(service["id"] not in placed for service in tables["services"]) >= 8
    assert {language["code"] for language in tables["languages"]} >= {
        "en",
        "es",
        "so",
        "ar",
        "vi",
        "kar",
    }
    assert sum(path.stat().st_size for path in STARTER.iterdir()) < 1_200_000


def test_descriptions_are_written_not_stamped(tables: dict[str, list[Row]]) -> None:
    descriptions = [service["description"] for service in tables["services"]]
    assert len(set(descriptions)) == len(descriptions)
    sentences = [text for text in descriptions if len(re.findall(r"[.!?](?= |$)", text)) < 2]
    assert sentences == []


def test_the_taxonomy_is_25_needs_with_their_kinds(tables: dict[str, list[Row]]) -> None:
    terms = {term["id"]: term for term in tables["taxonomy_terms"]}
    assert {term["code"] for term in terms.values() if not term["parent_id"]} == CATEGORIES
    kinds = [term for term in terms.values() if term["parent_id"]]
    parents = Counter(terms[kind["parent_id"]]["code"] for kind in kinds)
    assert set(parents) == CATEGORIES
    assert all(3 <= count <= 7 for count in parents.values())
    assert all(kind["code"].startswith(f"{terms[kind['parent_id']]['code']}.") for kind in kinds)


def test_every_kind_of_help_is_offered(
    tables: dict[str, list[Row]], services_by_term: dict[str, set[str]]
) -> None:
    kinds = {term["code"] for term in tables["taxonomy_terms"] if term["parent_id"]}
    assert set(services_by_term) == kinds
    needs = {code.split(".")[0] for code in services_by_term}
    assert needs == CATEGORIES
    classified = set().union(*services_by_term.values())
    assert classified == {service["id"] for service in tables["services"]}


def test_gravity_codes_exist(tables: dict[str, list[Row]]) -> None:
    gravity = json.loads((STARTER / "gravity_sdoh_categories.json").read_text("utf-8"))
    known = {concept["code"] for concept in gravity["concepts"]}
    used = {term["gravity_code"] for term in tables["taxonomy_terms"]} - {""}
    assert used
    assert used <= known


def test_schedules_can_be_read(tables: dict[str, list[Row]]) -> None:
    for row in tables["schedules"]:
        assert BYDAY[row["freq"]].fullmatch(row["byday"]), row
        assert bool(row["freq"]) == bool(row["opens_at"]) == bool(row["closes_at"]), row
        if row["freq"]:
            date.fromisoformat(row["dtstart"])
            assert time.fromisoformat(row["opens_at"]) != time.fromisoformat(row["closes_at"])
        else:
            assert row["attending_type"] == "By appointment"
        if row["valid_from"]:
            assert date.fromisoformat(row["valid_from"]) < date.fromisoformat(row["valid_to"])


def test_every_service_says_when_whom_and_how(tables: dict[str, list[Row]]) -> None:
    at = {row["id"]: row["service_id"] for row in tables["service_at_location"]}
    scheduled = {
        row["service_id"] or at[row["service_at_location_id"]] for row in tables["schedules"]
    }
    every = {service["id"] for service in tables["services"]}
    assert scheduled == every
    assert {row["service_id"] for row in tables["languages"]} == every
    assert {row["service_id"] for row in tables["service_areas"]} == every
    assert {row["service_id"] for row in tables["phones"]} - {""} == every
    for service in tables["services"]:
        assert service["eligibility_description"], service["id"]
        assert service["application_process"], service["id"]
        low, high = service["minimum_age"] or "0", service["maximum_age"] or "120"
        assert int(low) <= int(high), service["id"]
        assured = date.fromisoformat(service["assured_date"])
        assert date(2025, 9, 20) <= assured <= date(2026, 11, 20), service["id"]


def test_nobody_real_can_be_reached(tables: dict[str, list[Row]]) -> None:
    assert all(re.fullmatch(r"\d{3}-555-01\d\d", row["number"]) for row in tables["phones"])
    assert all(row["postal_code"].startswith("529") for row in tables["addresses"])
    text = "\n".join(path.read_text("utf-8") for path in STARTER.glob("*.csv"))
    hosts = re.findall(r"(?:@|https?://)([^\s,/\"]+)", text)
    assert hosts
    assert [host for host in hosts if not host.endswith(".example.org")] == []
    assert re.findall(r"\(\d{3}\)|\b\d{3}[- .]\d{4}\b", re.sub(r"\d{3}-555-01\d\d", "", text)) == []


def kilometres(one: Row, other: Row) -> float:
    (lat1, lon1), (lat2, lon2) = (
        (radians(float(place["latitude"])), radians(float(place["longitude"])))
        for place in (one, other)
    )
    chord = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 12742 * asin(sqrt(chord))


def test_locations_lie_in_one_county(tables: dict[str, list[Row]]) -> None:
    middle = {"latitude": "41.6", "longitude": "-93.1"}
    assert all(kilometres(location, middle) < 45 for location in tables["locations"])
    assert {location["timezone"] for location in tables["locations"]} <= available_timezones()
    physical = [a["location_id"] for a in tables["addresses"] if a["address_type"] == "physical"]
    assert sorted(physical) == sorted(location["id"] for location in tables["locations"])


def clusters(tables: dict[str, list[Row]], services: set[str], size: int, radius: float) -> bool:
    """Whether `size` organizations offer one of `services` within `radius` km of one another."""
    public = {row["id"]: row for row in tables["locations"] if not row["confidential"]}
    open_now = {row["id"] for row in tables["services"] if row["status"] == "active"}
    places = {
        row["location_id"]
        for row in tables["service_at_location"]
        if row["service_id"] in services & open_now and row["location_id"] in public
    }
    return any(
        len({public[place]["organization_id"] for place in group}) == size
        and all(kilometres(public[a], public[b]) < radius for a, b in combinations(group, 2))
        for group in combinations(sorted(places), size)
    )


@pytest.mark.parametrize(
    ("codes", "services", "neighbours"),
    [
        (("housing.rent", "housing.eviction"), 5, 3),
        (("food.pantry",), 6, 2),
        (("work.training",), 4, 2),
        (("mental_health.counseling",), 4, 3),
        (("legal.civil", "legal.tenant"), 3, 3),
    ],
)
def test_when_one_declines_another_is_near(
    tables: dict[str, list[Row]],
    services_by_term: dict[str, set[str]],
    codes: tuple[str, ...],
    services: int,
    neighbours: int,
) -> None:
    offering = set().union(*(services_by_term[code] for code in codes))
    assert len(offering) >= services
    assert clusters(tables, offering, neighbours, 10)


def test_two_counselors_speak_spanish(
    tables: dict[str, list[Row]], services_by_term: dict[str, set[str]]
) -> None:
    spanish = {row["service_id"] for row in tables["languages"] if row["code"] == "es"}
    assert len(spanish & services_by_term["mental_health.counseling"]) >= 2


def test_a_confidential_location_is_named_by_nothing_else(tables: dict[str, list[Row]]) -> None:
    hidden = {row["id"] for row in tables["locations"] if row["confidential"]}
    streets = {a["address_1"] for a in tables["addresses"] if a["location_id"] in hidden}
    text = "\n".join(cell for s in tables["services"] for cell in s.values())
    assert [street for street in streets if street in text] == []
    assert not any(row["transportation"] for row in tables["locations"] if row["id"] in hidden)
    assert all(slug.endswith("-private") for slug in hidden), "the id must not tell the town"
