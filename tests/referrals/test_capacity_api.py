"""Places: counted by whoever keeps the receiver, taken by acceptances, told to the directory."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from shared import clock
from tests.referrals.world import Body, Person, Simulation, World, checked, new_listing

EVENTS = """
select data from event where type = 'referrals.capacity.standing' and data ->> 'service_id' = $1
order by (data ->> 'version')::int
"""


@pytest.fixture
async def service(world: World) -> str:
    """A listing of its own for each test, of the provider's organization."""
    service, _ = await new_listing(world.stack, "Night Shelter")
    await world.stack.rows(
        "resources",
        "update service set organization_id = $1 where id = $2",
        world.listing_organization,
        service,
    )
    return service


def path(world: World, service: str) -> str:
    return f"/v1/receivers/{world.receiver_id}/capacity/{service}"


async def count(
    world: World, service: str, places: Any, read: int | None, status: int = 200, **by: Person
) -> Body:
    headers = {} if read is None else {"If-Match": f'"{read}"'}
    http = by.get("by", world.desk).http("referrals")
    answer = await http.put(path(world, service), json={"places": places}, headers=headers)
    return checked(answer, status)


async def test_without_a_count_anybody_is_accepted(world: World, service: str) -> None:
    uncounted = await world.worker.get(path(world, service))
    assert (uncounted["places"], uncounted["free"], uncounted["version"]) == (None, None, 0)
    await world.accepted(service_id=service)
    assert (await world.worker.get(path(world, service)))["taken"] is None


async def test_acceptances_take_places_and_ends_free_them(world: World, service: str) -> None:
    counted = await count(world, service, 1, 0)
    assert (counted["places"], counted["taken"], counted["free"]) == (1, 0, 1)
    first, second = await world.accepted(service_id=service), await world.sent(service_id=service)
    full = await world.desk.act(second, "accept", status=409)
    assert full["type"] == "/problems/capacity-full"
    now = await world.worker.get(path(world, service))
    assert (now["taken"], now["free"], now["as_of"]) == (1, 0, counted["as_of"])
    await world.desk.act(first, "report_served", await world.given())
    await world.desk.act(second, "accept")
    (listed,) = [
        row
        for row in (await world.worker.get(path(world, "").rstrip("/"), limit=200))["items"]
        if row["service_id"] == service
    ]
    assert listed == await world.worker.get(path(world, service))


async def test_fewer_places_than_are_taken_means_full(world: World, service: str) -> None:
    await count(world, service, 2, 0)
    held = await world.accepted(service_id=service)
    await world.accepted(service_id=service)
    fewer = await count(world, service, 1, 3)
    assert (fewer["places"], fewer["taken"], fewer["free"]) == (1, 2, 0)
    waiting = await world.sent(service_id=service)
    await world.desk.act(waiting, "accept", status=409)
    await world.desk.act(held, "report_served", await world.given())
    await world.desk.act(waiting, "accept", status=409)  # one of one is still taken
    await count(world, service, 2, 5)
    await world.desk.act(waiting, "accept")


async def test_a_count_is_of_what_was_seen(world: World, service: str) -> None:
    await count(world, service, 5, None, 428)
    await count(world, service, 5, 3, 412)
    await count(world, service, 5, 0)
    await count(world, service, 6, 0, 412)
    await world.accepted(service_id=service)
    await count(world, service, 6, 1, 412)  # somebody was accepted since
    assert (await count(world, service, 6, 2))["version"] == 3


@pytest.mark.parametrize("places", [-1, 2**31, 1.5, "3", None, True])
async def test_places_are_a_count(world: World, service: str, places: Any) -> None:
    await count(world, service, places, 0, 422)


async def test_only_whoever_keeps_the_receiver_counts(world: World, service: str) -> None:
    provider_admin = Person(uuid4(), "admin", world.provider, world.stack)
    rival = Person(uuid4(), "admin", uuid4(), world.stack)
    for other in (world.worker, rival, world.people["admin"]):
        await count(world, service, 1, 0, 404, by=other)
    await count(world, service, 1, 0, 403, by=world.people["program_manager"])
    await count(world, service, 1, 0, by=provider_admin)
    await rival.get(path(world, service), 403)
    stranger = Person(uuid4(), "case_manager", uuid4(), world.stack)
    assert (await stranger.get(path(world, service)))["places"] == 1
    no_such = f"/v1/receivers/{uuid4()}/capacity/{service}"
    await world.worker.get(no_such, 404)


async def test_a_link_receivers_places_are_counted_by_its_senders_worker(world: World) -> None:
    service, _ = await new_listing(world.stack, "Corner Kitchen")
    new = {"kind": "link", "name": "Corner Kitchen", "service_ids": [service]}
    receiver = await world.worker.post("/v1/receivers", new, 201)
    where = f"/v1/receivers/{receiver['id']}/capacity/{service}"
    answer = await world.worker.http("referrals").put(
        where, json={"places": 3}, headers={"If-Match": '"0"'}
    )
    assert checked(answer, 200)["free"] == 3
    await Person(uuid4(), "case_manager", uuid4(), world.stack).get(where, 404)


async def test_the_directory_is_told_of_every_count_and_place(world: World, service: str) -> None:
    simulation = Simulation(clock.now() + timedelta(minutes=5))
    with simulation.running():
        counted = await count(world, service, 2, 0)
        held = await world.accepted(service_id=service)
        await world.desk.act(held, "report_served", await world.given())
        simulation.now += timedelta(minutes=5)
        again = await count(world, service, 0, 3)
    assert again["as_of"] > counted["as_of"]
    rows = await world.stack.rows("referrals", EVENTS, service)
    assert len(rows) == 4
    await world.stack.settle("resources")
    (seen,) = await world.stack.rows(
        "resources", "select places, taken, version from capacity where service_id = $1", service
    )
    assert (seen["places"], seen["taken"], seen["version"]) == (0, 0, 4)
