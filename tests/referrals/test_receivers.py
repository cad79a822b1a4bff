"""Receivers that change: by whom, what of, and what that does to what is sent to them; their contacts."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.referrals.world import Body, Person, World, checked, new_listing


@pytest.fixture(scope="module")
def provider_admin(world: World) -> Person:
    return Person(uuid4(), "admin", world.provider, world.stack)


async def link(world: World, **fields: Any) -> Body:
    service, _ = await new_listing(world.stack, "Corner Kitchen")
    new = {"kind": "link", "name": "Corner Kitchen", "service_ids": [service], **fields}
    return await world.worker.post("/v1/receivers", new, 201)


async def patch(person: Person, path: str, body: Body, read: int | None) -> httpx.Response:
    headers = {} if read is None else {"If-Match": f'"{read}"'}
    return await person.http("referrals").patch(path, json=body, headers=headers)


async def change(person: Person, receiver: Body, status: int = 200, **changes: Any) -> Body:
    path = f"/v1/receivers/{receiver['id']}"
    return checked(await patch(person, path, changes, receiver["version"]), status)


async def test_only_what_is_sent_changes(world: World) -> None:
    receiver = await link(world, email="desk@kitchen.example", phone="+15550001")
    changed = await change(world.worker, receiver, email=None, name="The Kitchen")
    assert changed == {**receiver, "email": None, "name": "The Kitchen", "version": 2}
    assert await world.worker.get(f"/v1/receivers/{receiver['id']}") == changed


async def test_whoever_read_an_older_one_reads_again(world: World) -> None:
    receiver = await link(world)
    await change(world.worker, receiver, name="The Kitchen")
    assert (await change(world.worker, receiver, 412, name="My Kitchen"))["version"] == 2
    path = f"/v1/receivers/{receiver['id']}"
    assert (await patch(world.worker, path, {"name": "My Kitchen"}, None)).status_code == 428


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": None},
        {"email": "nobody"},
        {"service_ids": []},
        {"active": "no"},
        {"kind": "tenant"},
        {"hours": {"timezone": "UTC", "opens": "09:00", "closes": "17:00", "weekdays": []}},
    ],
)
async def test_what_makes_no_sense_is_refused(world: World, wrong: Body) -> None:
    await change(world.worker, await link(world), 422, **wrong)


async def test_hours_are_a_link_receivers_own_and_a_tenants_calendar(
    world: World, provider_admin: Person
) -> None:
    hours = {"timezone": "UTC", "opens": "09:00", "closes": "12:00", "weekdays": [1]}
    changed = await change(world.worker, await link(world), hours=hours)
    assert (changed["hours"]["closes"], changed["hours"]["weekdays"]) == ("12:00:00", [1])
    assert (await change(world.worker, changed, hours=None))["hours"] is None
    tenant = await world.worker.get(f"/v1/receivers/{world.receiver_id}")
    await change(provider_admin, tenant, 422, hours=hours)


async def test_a_tenant_is_changed_by_its_own_admin_alone(
    world: World, provider_admin: Person
) -> None:
    tenant = await world.worker.get(f"/v1/receivers/{world.receiver_id}")
    stranger = Person(uuid4(), "admin", uuid4(), world.stack)
    await change(stranger, tenant, 404, name="Mine now")
    await change(world.worker, tenant, 404, name="Mine now")
    await change(world.desk, tenant, 403, name="The desk's")
    await change(world.people["admin"], await link(world), 403, name="An admin's")
    changed = await change(provider_admin, tenant, email="desk@harbour.example")
    assert changed["email"] == "desk@harbour.example"


async def test_a_claim_is_not_stolen_by_a_change(world: World) -> None:
    rival = Person(uuid4(), "admin", uuid4(), world.stack)
    other_service, _ = await new_listing(world.stack, "Elsewhere")
    new = {"kind": "tenant", "name": "Rival", "service_ids": [other_service]}
    tenant = await rival.post("/v1/receivers", new, 201)
    for claim in (
        {"organization_ids": [world.listing_organization]},
        {"service_ids": [world.service_id]},
    ):
        refused = await change(rival, tenant, 409, **claim)
        assert refused["type"] == "/problems/already-claimed"
    # Given up for a while, and somebody else answers since: it is not taken back.
    given_up = await change(rival, tenant, active=False)
    second = Person(uuid4(), "admin", uuid4(), world.stack)
    await second.post("/v1/receivers", {**new, "name": "Second"}, 201)
    await change(rival, given_up, 409, active=True)


async def test_a_receiver_that_is_not_active_gets_nothing_new(world: World) -> None:
    receiver = await link(world)
    service = receiver["service_ids"][0]
    need = await world.need(consent=False)
    await world.consent(need, recipient_id=receiver["id"], recipient_name="Corner Kitchen")
    drafted = await world.draft(need, service_id=service)
    assert drafted["receiver_id"] == receiver["id"]
    inactive = await change(world.worker, receiver, active=False)
    assert not inactive["active"]
    refused = await world.worker.act(drafted, "send", status=409)
    assert refused["type"] == "/problems/receiver-unknown"
    unknown = await world.draft(await world.need(), service_id=service)
    assert unknown["receiver_id"] is None
    listed = await world.worker.get("/v1/receivers", service_id=service)
    assert listed["items"] == []
    await change(world.worker, inactive, active=True)
    assert (await world.worker.act(drafted, "send"))["status"] == "sent"


async def test_contacts_are_kept_by_whoever_keeps_the_receiver(
    world: World, provider_admin: Person
) -> None:
    receiver = await link(world)
    path = f"/v1/receivers/{receiver['id']}/contacts"
    new = {"name": "Mornings", "phone": "+15550001", "purpose": "urgent"}
    added = await world.worker.post(path, new, 201, key="once")
    assert await world.worker.post(path, new, 201, key="once") == added
    other = await world.worker.post(path, {**new, "name": "Evenings"}, 201)
    changed = await patch(world.worker, f"{path}/{other['id']}", {"active": False}, 1)
    assert checked(changed, 200)["version"] == 2
    stale = await patch(world.worker, f"{path}/{other['id']}", {"active": True}, 1)
    assert stale.status_code == 412
    listed = (await world.worker.get(path))["items"]
    assert [(one["name"], one["active"]) for one in listed] == [
        ("Mornings", True),
        ("Evenings", False),
    ]
    silent = await patch(world.worker, f"{path}/{added['id']}", {"phone": None}, 1)
    assert silent.status_code == 422
    await world.worker.post(path, {"name": "Nobody"}, 422)
    for stranger in (provider_admin, Person(uuid4(), "case_manager", uuid4(), world.stack)):
        answer = await patch(stranger, f"{path}/{added['id']}", {"name": "Mine"}, 1)
        assert answer.status_code == 404
    await Person(uuid4(), "case_manager", uuid4(), world.stack).get(path, 404)


async def test_a_contact_belongs_to_its_own_receiver(world: World) -> None:
    one, other = await link(world), await link(world)
    new = {"name": "Desk", "email": "desk@kitchen.example"}
    contact = await world.worker.post(f"/v1/receivers/{one['id']}/contacts", new, 201)
    wrong = f"/v1/receivers/{other['id']}/contacts/{contact['id']}"
    assert (await patch(world.worker, wrong, {"name": "Other"}, 1)).status_code == 404


async def test_a_tenants_contacts_are_there_for_every_sender(
    world: World, provider_admin: Person
) -> None:
    path = f"/v1/receivers/{world.receiver_id}/contacts"
    await world.worker.post(path, {"name": "Desk", "phone": "1"}, 404)
    shown = await provider_admin.post(path, {"name": "Desk", "phone": "+15550001"}, 201)
    gone = await provider_admin.post(path, {"name": "Gone", "phone": "+15550002"}, 201)
    await patch(provider_admin, f"{path}/{gone['id']}", {"active": False}, 1)
    stranger = Person(uuid4(), "case_manager", uuid4(), world.stack)
    for reader in (world.worker, stranger):
        assert [one["id"] for one in (await reader.get(path))["items"]] == [shown["id"]]
    assert [one["id"] for one in (await world.desk.get(path))["items"]] == [
        shown["id"],
        gone["id"],
    ]


async def test_two_changes_at_once_are_one_change(world: World) -> None:
    receiver = await link(world)
    path = f"/v1/receivers/{receiver['id']}"
    answers = await asyncio.gather(
        *(patch(world.worker, path, {"name": f"Kitchen {n}"}, 1) for n in range(4))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412]
