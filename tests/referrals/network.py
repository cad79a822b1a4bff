"""More receivers than one: providers with accounts and their listings, made over HTTP."""

from dataclasses import dataclass
from uuid import uuid4

from tests.referrals.world import Body, Need, Person, World, new_listing


@dataclass
class Provider:
    """A tenant that answers for one listing of its own."""

    desk: Person
    receiver_id: str
    service_id: str


async def new_provider(world: World, name: str = "Elm Street Pantry") -> Provider:
    organization = uuid4()
    service, listed_by = await new_listing(world.stack, name)
    admin = Person(uuid4(), "admin", organization, world.stack)
    tenant = {"kind": "tenant", "name": name, "organization_ids": [listed_by]}
    receiver = await admin.post("/v1/receivers", tenant, 201)
    desk = Person(uuid4(), "receiver", organization, world.stack)
    return Provider(desk, receiver["id"], service)


async def consented(world: World, *providers: Provider, category: str = "food") -> Need:
    """A need whose client consents to each of the providers, and to the world's own."""
    need = await world.need(category)
    for provider in providers:
        await world.consent(
            need, recipient_id=provider.receiver_id, recipient_name="Another pantry"
        )
    return need


def offered(need: Need, *providers: Provider, **fields: object) -> Body:
    """The body of a group for these."""
    targets = [{"service_id": provider.service_id} for provider in providers]
    asked = {"need_id": need.id, "classes": ["identity", "contact"], "targets": targets}
    return {**asked, "send": True, **fields}
