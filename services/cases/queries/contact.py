"""How a client may be reached: the safe-contact policy, asked about what is on record."""

from uuid import UUID

from sqlalchemy import Connection, Uuid, bindparam, select

from services.cases.errors import ABSENT
from services.cases.models import CLIENT, ORGANIZATION
from services.cases.queries import clients
from services.cases.safe_contact import Channel, Policy, decide, policy_of, shown_hours, ways
from shared import audit, clock
from shared.auth import Principal
from shared.db import Record, enter, fetch, fetch_one
from shared.errors import NotFound

CLIENT_ROW = select(CLIENT).where(CLIENT.c.id == bindparam("p_client", type_=Uuid))
ZONE = select(ORGANIZATION.c.timezone)


def policy_for(connection: Connection, client: Record) -> Policy:
    """Of a client's row; the zone of the organization that holds it stands in for theirs."""
    organization = fetch_one(connection, ZONE)
    return policy_of(client, organization["timezone"] if organization else None)


def channels_of(connection: Connection, client_id: UUID) -> list[Channel]:
    """As the safe-contact policy reads them."""
    return [
        Channel(
            kind=row["kind"],
            value=clients.value_of(connection, row),
            safe=row["safe"],
            at_home=row["at_home"],
            confidential=row["value"] is None,
            texts=row["texts"],
            shared=row["shared"],
        )
        for row in fetch(connection, clients.CHANNELS, p_client=client_id)
    ]


def contact_decision(
    connection: Connection, organization_id: UUID, client_id: UUID, purpose: str
) -> Record:
    """How the client may be asked, for a service in the name of the organization."""
    enter(connection, organization_id)
    client = fetch_one(connection, CLIENT_ROW, p_client=client_id)
    if client is None:
        raise NotFound(ABSENT)
    policy, channels = policy_for(connection, client), channels_of(connection, client_id)
    audit.record(connection, "decide_contact", [client_id], basis=purpose)
    return decide(policy, channels, clock.now()).model_dump()


def how_to_contact(
    connection: Connection, caller: Principal, client_id: UUID, purpose: str
) -> Record:
    """The same, for somebody who sees the client: every way there is, and the hours."""
    client = clients.seen(connection, caller, client_id)
    policy, channels = policy_for(connection, client), channels_of(connection, client_id)
    audit.record(connection, "how_to_contact", [client_id], basis=purpose)
    return {
        **decide(policy, channels, clock.now()).model_dump(),
        "hours": shown_hours(policy.hours),
        "ways": [
            {"channel": way, "address": channel.value, "shared": channel.shared}
            for way, channel in ways(policy, channels)
        ],
    }
