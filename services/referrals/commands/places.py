"""Saying how many places there are: the directory is told, and nobody is accepted beyond them."""

from uuid import UUID, uuid4

from sqlalchemy import Connection, bindparam, update
from sqlalchemy.dialects.postgresql import insert

from services.referrals.commands import slots
from services.referrals.commands.receivers import kept_by
from services.referrals.models import capacity
from services.referrals.queries.places import counted
from shared import audit, clock
from shared.auth import Principal
from shared.db import Record, fetch_one
from shared.etag import Stale

NEEDS = {
    "tenant": frozenset({"receivers:write", "referrals:receive"}),
    "link": frozenset({"referrals:write"}),
}
FIRST = insert(capacity).on_conflict_do_nothing().returning(*capacity.c)
SET = (
    update(capacity)
    .where(
        capacity.c.receiver_id == bindparam("p_receiver"),
        capacity.c.service_id == bindparam("p_service"),
        capacity.c.version == bindparam("p_read"),
    )
    .returning(*capacity.c)
)


def set_places(
    connection: Connection,
    caller: Principal,
    receiver_id: UUID,
    service_id: UUID,
    places: int,
    read: int,
) -> Record:
    """Count from now on. `read` is the version seen: an acceptance meanwhile makes it stale.

    Who was accepted before places were counted holds none.
    """
    kept_by(connection, caller, receiver_id, NEEDS)
    values = {"places": places, "as_of": clock.now(), "version": read + 1}
    if read:
        seen = {"p_receiver": receiver_id, "p_service": service_id, "p_read": read}
        saved = fetch_one(connection, SET, **seen, **values)
    else:
        new = {"id": uuid4(), "receiver_id": receiver_id, "service_id": service_id, "taken": 0}
        saved = fetch_one(connection, FIRST, organization=caller.tenant, **new, **values)
    if saved is None:
        raise Stale("The places were taken, left or counted anew since they were read.")
    slots.publish(connection, saved)
    audit.record(connection, "capacity.set", [receiver_id, service_id])
    return counted(saved)
