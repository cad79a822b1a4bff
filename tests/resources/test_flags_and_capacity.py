"""What referrals reports of a listing: told by its log, shown, ranked by, cleared."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.resources.imports.run import import_package
from shared import clock
from shared.events.contracts import CapacityStanding, Event, ListingFlagged
from shared.events.log import publish
from shared.schemas.listings import FoundListings, ListingStanding
from tests.resources.conftest import write_package
from tests.resources.test_hsds import faults
from tests.stack import Stack

ORGANIZATION = uuid4()
TAXONOMY = [{"id": "t", "name": "Needs"}]
TERMS = [
    {"id": "1", "code": "housing", "name": "Housing", "taxonomy_id": "t"},
    {"id": "2", "code": "housing.rent", "name": "Rent", "taxonomy_id": "t", "parent_id": "1"},
    {"id": "3", "code": "food", "name": "Food", "taxonomy_id": "t"},
]
LOCATIONS = [
    {"id": "hall", "location_type": "physical", "latitude": "41.6", "longitude": "-93.1"},
    {"id": "shelter", "location_type": "physical", "latitude": "41.7", "longitude": "-93.2"},
]
ADDRESSES = [
    {"id": f"a-{place}", "location_id": place, "address_1": "1 Main St", "city": city}
    | {"state_province": "IA", "postal_code": "50001", "country": "US", "address_type": "physical"}
    for place, city in (("hall", "Alder"), ("shelter", "Hidden"))
]


@dataclass
class Reports:
    """A small directory, and referrals that tells it things."""

    stack: Stack
    folder: Path
    api: httpx.AsyncClient
    editor: httpx.AsyncClient
    ids: dict[str, UUID]

    async def tell(self, *events: Event) -> None:
        db = self.stack.surroundings["referrals"].db.as_(organization=ORGANIZATION)
        for event in events:
            await db.run(publish, ORGANIZATION, event)
        await self.stack.settle("resources")

    async def flag(self, name: str, reason: str, at: datetime | None = None) -> ListingFlagged:
        event = flagged(self.ids[name], reason, at)
        await self.tell(event)
        return event

    async def load(self, folder: str, services: list[dict[str, str]]) -> None:
        package = write_package(self.folder / folder, services=services)
        db = self.stack.surroundings["resources"].db
        await import_package(db, package, reports=self.folder / "reports", name="small")
        await self.stack.settle("resources")

    async def add(self, name: str, **columns: str) -> None:
        """A listing of this test's own."""
        await self.load(name, [{"id": name, "name": name, **columns}])
        [row] = await self.stack.rows("resources", "select id from service where name = $1", name)
        self.ids[name] = row["id"]

    async def search(self, **body: Any) -> Any:
        answer = await self.api.post("/v1/services/search", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def found(self, **body: Any) -> list[str]:
        return [item["name"] for item in (await self.search(**body))["items"]]

    async def standing(self, name: str) -> ListingStanding:
        answer = await self.api.get(f"/v1/services/{self.ids[name]}/availability")
        assert answer.status_code == 200, answer.text
        return ListingStanding.model_validate(answer.json())

    async def flags(self, name: str) -> list[str]:
        return (await self.standing(name)).flags

    async def queue(self, **parameters: Any) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = []
        while True:
            answer = await self.editor.get("/v1/flags", params=parameters)
            assert answer.status_code == 200, answer.text
            page = answer.json()
            items += page["items"]
            if page["next"] is None:
                return items
            parameters["cursor"] = page["next"]

    async def clear(self, name: str, **body: Any) -> httpx.Response:
        return await self.editor.post(f"/v1/services/{self.ids[name]}/flags/clear", json=body)

    async def changes(self, name: str) -> int:
        """How often the directory told that the listing reads differently."""
        statement = "select count(*) as n from event where subject = $1"
        [row] = await self.stack.rows("resources", statement, self.ids[name])
        return int(row["n"])


def flagged(service_id: UUID, reason: str, at: datetime | None = None) -> ListingFlagged:
    told = at or clock.now()
    return ListingFlagged(service_id=service_id, reason=reason, referral_id=uuid4(), at=told)


def slots(service_id: UUID, places: int, taken: int, **told: Any) -> CapacityStanding:
    fields = {"capacity_id": uuid4(), "receiver_id": uuid4(), "version": 1, "as_of": clock.now()}
    return CapacityStanding(service_id=service_id, places=places, taken=taken, **(fields | told))


@pytest.fixture(scope="module")
async def reports(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Reports]:
    folder = tmp_path_factory.mktemp("reports")
    package = write_package(
        folder / "package",
        taxonomies=TAXONOMY,
        taxonomy_terms=TERMS,
        services=[
            {"id": "a", "name": "Rent help", "eligibility_description": "Renters"}
            | {"minimum_age": "18", "maximum_age": "", "status": "active"},
            {"id": "b", "name": "Soup kitchen", "status": "active"},
            {"id": "c", "name": "Full house", "status": "active"},
        ],
        attributes=[{"id": "x", "link_id": "a", "link_entity": "service", "taxonomy_term_id": "2"}],
        languages=[{"id": "l", "service_id": "a", "name": "Spanish"}],
        locations=LOCATIONS,
        addresses=ADDRESSES,
        service_at_location=[
            {"id": "h", "service_id": "a", "location_id": "hall"},
            {"id": "s", "service_id": "a", "location_id": "shelter"},
        ],
    )
    db = stack.surroundings["resources"].db
    await import_package(db, package, reports=folder / "reports", name="small")
    await stack.settle("resources")
    rows = await stack.rows("resources", "select id, name from service")
    ids = {row["name"]: row["id"] for row in rows}
    async with (
        stack.client("resources") as api,
        stack.client("resources", "directory_editor") as editor,
    ):
        yield Reports(stack, folder, api, editor, ids)


async def test_a_flag_is_shown_queued_and_costs_rank(reports: Reports) -> None:
    for name in ("Night shelter one", "Night shelter two"):
        await reports.add(name)
    first, second = await reports.found(text="night shelter")
    told = await reports.changes(first)
    at = clock.now()
    event = await reports.flag(first, "service_ended", at)
    assert await reports.found(text="night shelter") == [second, first]
    assert await reports.found(limit=100) == [*sorted(set(reports.ids) - {first}), first]
    assert await reports.found(sort="name", limit=100) == sorted(reports.ids)
    cards = {item["name"]: item for item in (await reports.search(limit=100))["items"]}
    assert (cards[first]["flags"], cards[second]["flags"]) == (["service_ended"], [])
    standing = await reports.standing(first)
    assert (standing.flags, standing.accepts_referrals) == (["service_ended"], True)
    [item] = await reports.queue(reason="service_ended")
    assert (item["name"], item["referrals"]) == (first, 1)
    assert datetime.fromisoformat(item["last_at"]) == at
    assert [action["name"] for action in item["actions"]] == ["clear"]
    assert str(event.referral_id) not in str([cards, item, standing])
    assert await reports.changes(first) == told + 1
    await reports.tell(event)
    assert await reports.changes(first) == told + 1, "a repeat is harmless"


async def test_an_editor_clears_one_kind_and_what_is_reported_later_counts(
    reports: Reports,
) -> None:
    name = "Quiet clinic"
    await reports.add(name)
    for reason in ("silent", "silent", "disconnected"):
        await reports.flag(name, reason)
    kinds = {i["reason"]: i["referrals"] for i in await reports.queue() if i["name"] == name}
    assert kinds == {"silent": 2, "disconnected": 1}
    before, told = clock.now(), await reports.changes(name)
    answer = await reports.clear(name, reason="silent", note="They have a new line")
    assert answer.json() == {"service_id": str(reports.ids[name]), "flags": ["disconnected"]}
    assert await reports.flags(name) == ["disconnected"]
    assert await reports.changes(name) == told + 1
    [row] = await reports.stack.rows(
        "resources", "select * from flag_clearance where service_id = $1", reports.ids[name]
    )
    [audited] = await reports.stack.rows(
        "resources", "select * from audit where $1 = any(ids)", reports.ids[name]
    )
    assert row["cleared_by"] == audited["subject"]
    assert (audited["action"], audited["basis"]) == ("flags.clear", "silent")
    await reports.flag(name, "silent", before)
    assert await reports.flags(name) == ["disconnected"], "it was found out after this"
    await reports.flag(name, "silent")
    assert await reports.flags(name) == ["disconnected", "silent"]
    [item] = [i for i in await reports.queue(reason="silent") if i["name"] == name]
    assert (item["referrals"], item["last_cleared_note"]) == (1, "They have a new line")


async def test_who_may_clear_and_what(reports: Reports) -> None:
    name = "Soup kitchen"
    path = f"/v1/services/{reports.ids[name]}/flags/clear"
    body = {"reason": "silent"}
    async with reports.stack.client("resources", "case_manager") as worker:
        assert (await worker.post(path, json=body)).status_code == 403
        assert (await worker.get("/v1/flags")).status_code == 403
    assert (await reports.api.get("/v1/flags")).status_code == 401
    nowhere = path.replace(str(reports.ids[name]), str(uuid4()))
    assert (await reports.editor.post(nowhere, json=body)).status_code == 404
    for wrong in ({}, {"reason": "Silent!"}, body | {"note": "x" * 201}, body | {"by": "me"}):
        assert (await reports.clear(name, **wrong)).status_code == 422
    headers = {"Idempotency-Key": "once"}
    told = await reports.changes(name)
    for _ in range(2):
        answer = await reports.editor.post(path, json=body, headers=headers)
        assert answer.status_code == 200
    assert await reports.changes(name) == told + 1


async def test_the_source_speaks_for_its_listing(reports: Reports) -> None:
    name = "Legal desk"
    await reports.add(name)
    await reports.flag(name, "service_ended")
    await reports.load("same", [{"id": name, "name": name}])
    assert await reports.flags(name) == ["service_ended"], "nothing new was said"
    await reports.load("changed", [{"id": name, "name": name, "description": "Still here"}])
    assert await reports.flags(name) == []
    assert name not in {item["name"] for item in await reports.queue()}


@pytest.mark.parametrize(("days", "stands"), [(-1, False), (0, True), (1, True)])
async def test_a_flag_older_than_the_assurance_does_not_stand(
    reports: Reports, days: int, stands: bool
) -> None:
    assured = clock.now().date() + timedelta(days=5)
    name = f"Assured {days}"
    await reports.add(name, assured_date=assured.isoformat())
    noon = datetime(assured.year, assured.month, assured.day, 12, tzinfo=UTC)
    await reports.flag(name, "disconnected", noon + timedelta(days=days))
    assert await reports.flags(name) == (["disconnected"] if stands else [])


async def test_the_queue_is_paged_newest_first(reports: Reports) -> None:
    names = [f"Queued {n}" for n in range(4)]
    for name in names:
        await reports.add(name)
    moment = clock.now()  # the same for all: the order is the ids'
    await reports.tell(
        *(flagged(reports.ids[name], reason, moment) for name in names for reason in ("q1", "q2")),
        flagged(reports.ids[names[2]], "q1", moment + timedelta(minutes=1)),
    )
    whole = [item for item in await reports.queue(limit=200) if item["reason"] in ("q1", "q2")]
    paged = [item for item in await reports.queue(limit=3) if item["reason"] in ("q1", "q2")]
    assert paged == whole
    assert len({(item["service_id"], item["reason"]) for item in whole}) == 8
    assert (whole[0]["name"], whole[0]["reason"], whole[0]["referrals"]) == (names[2], "q1", 2)
    assert len(await reports.queue(reason="q2", limit=3)) == 4


async def test_a_flag_of_a_listing_that_is_not_here_tells_nobody(reports: Reports) -> None:
    absent = uuid4()
    await reports.tell(flagged(absent, "silent"), slots(absent, 1, 0))
    statement = "select count(*) as n from event where subject = $1"
    assert (await reports.stack.rows("resources", statement, absent))[0]["n"] == 0
    assert str(absent) not in {item["service_id"] for item in await reports.queue()}
    assert (await reports.stack.rows("resources", "select * from parked_event")) == []


async def test_places_are_the_newest_of_each_receiver_together(reports: Reports) -> None:
    name = "Full house"
    service = reports.ids[name]
    assert (await reports.standing(name)).capacity is None
    one, other = slots(service, 10, 4), slots(service, 5, 5, as_of=clock.now())
    newer = one.model_copy(update={"version": 2, "taken": 6, "as_of": clock.now()})
    await reports.tell(newer, one, other)
    told = await reports.changes(name)
    await reports.tell(newer, one)
    assert await reports.changes(name) == told, "a repeat is harmless"
    kept = (await reports.standing(name)).capacity
    assert kept is not None
    assert (kept.places, kept.taken, kept.as_of) == (15, 11, newer.as_of)
    detail = (await reports.api.get(f"/v1/services/{service}")).json()
    assert detail["capacity"]["taken"] == 11
    capacities = {c["id"]: c for c in detail["hsds"]["capacities"]}
    assert capacities[str(newer.capacity_id)]["available"] == 4
    assert capacities[str(other.capacity_id)]["maximum"] == 5
    assert {c["unit"]["name"] for c in capacities.values()} == {"place"}


async def test_places_conform_to_hsds(reports: Reports) -> None:
    service = reports.ids["Soup kitchen"]
    await reports.tell(slots(service, 3, 4))
    found = (await reports.api.get(f"/hsds/services/{service}")).json()
    assert [capacity["available"] for capacity in found["capacities"]] == [0]
    assert faults("compiled/service", [found]) == []


async def test_a_standing_says_whom_the_listing_takes_and_where(reports: Reports) -> None:
    [shelter] = await reports.stack.rows(
        "resources",
        "update location set confidential = true where source_row_id = 'shelter' returning id",
    )
    standing = await reports.standing("Rent help")
    assert standing.categories == ["housing", "housing.rent"]
    assert (standing.languages, standing.eligibility) == (["es"], "Renters")
    assert (standing.minimum_age, standing.maximum_age) == (18, None)
    [place] = standing.places
    assert (place.city, place.latitude, place.longitude) == ("Alder", 41.6, -93.1)
    answer = await reports.api.get(f"/v1/services/{reports.ids['Rent help']}/availability")
    assert "Hidden" not in answer.text
    assert str(shelter["id"]) not in answer.text
    circle = "update taxonomy_term set parent_id = $1 where code = 'housing' returning id"
    [below] = await reports.stack.rows(
        "resources", "select id from taxonomy_term where code = 'housing.rent'"
    )
    await reports.stack.rows("resources", circle, below["id"])
    assert (await reports.standing("Rent help")).categories == ["housing", "housing.rent"]


async def test_what_is_found_is_what_referrals_reads(reports: Reports) -> None:
    near = {"latitude": 41.6, "longitude": -93.1}
    answer = await reports.search(taxonomy_codes=["housing"], near=near)
    found = FoundListings.model_validate(answer)
    assert (found.total, found.items[0].name) == (1, "Rent help")
    for parsed, item in zip(found.items, answer["items"], strict=True):
        shown = parsed.model_dump(mode="json")
        assert shown == {field: item[field] for field in shown}
    tried = [str(reports.ids["Rent help"])]
    assert (await reports.search(taxonomy_codes=["housing"], exclude_ids=tried))["total"] == 0
    for wrong in ([str(uuid4())] * 101, ["x"]):
        answered = await reports.api.post("/v1/services/search", json={"exclude_ids": wrong})
        assert answered.status_code == 422
