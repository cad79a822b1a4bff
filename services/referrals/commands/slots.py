"""Places that a receiver has for a service: taken with an acceptance, released on every way out."""

from uuid import UUID

from sqlalchemy import Connection, bindparam, select, update

from services.referrals.errors import CapacityFull
from services.referrals.lifecycle.transitions import HOLDS_A_PLACE, Act
from services.referrals.models import capacity
from shared.db import Record, fetch_one, within
from shared.events import log
from shared.events.contracts import CapacityStanding
from shared.schemas.referrals import ReferralStatus

KEPT = select(capacity).where(
    capacity.c.receiver_id == bindparam("p_receiver"),
    capacity.c.service_id == bindparam("p_service"),
)
MINE = select(capacity.c.organization).where(capacity.c.id == bindparam("p_id"))
_changed = {"version": capacity.c.version + 1}
TAKE = (
    update(capacity)
    .where(capacity.c.id == bindparam("p_id"), capacity.c.taken < capacity.c.places)
    .values(taken=capacity.c.taken + 1, **_changed)
    .returning(*capacity.c)
)
RELEASE = (
    update(capacity)
    .where(capacity.c.id == bindparam("p_id"))
    .values(taken=capacity.c.taken - 1, **_changed)
    .returning(*capacity.c)
)


def place_after(
    connection: Connection, row: Record, after: ReferralStatus, act: Act
) -> dict[str, UUID | None]:
    """The place that the locked referral holds when `act` has led to `after`; none where none is kept.

    Raises CapacityFull when it needs one and there is none left.
    """
    holds, needs = row["capacity_id"], after in HOLDS_A_PLACE
    if holds is not None and not needs:
        _release(connection, holds)
        return {"capacity_id": None}
    if holds is None and needs and act in (Act.ACCEPT, Act.RESUME):
        return {"capacity_id": _take(connection, row)}
    return {}


def _take(connection: Connection, row: Record) -> UUID | None:
    kept = fetch_one(connection, KEPT, p_receiver=row["receiver_id"], p_service=row["service_id"])
    if kept is None:
        return None
    with within(connection, kept["organization"]):
        taken = fetch_one(connection, TAKE, p_id=kept["id"])
        if taken is None:
            raise CapacityFull("All places are taken.", places=kept["places"])
        publish(connection, taken)
    place: UUID = kept["id"]
    return place


def _release(connection: Connection, capacity_id: UUID) -> None:
    kept = fetch_one(connection, MINE, p_id=capacity_id)
    assert kept is not None
    with within(connection, kept["organization"]):
        released = fetch_one(connection, RELEASE, p_id=capacity_id)
        assert released is not None
        publish(connection, released)


def publish(connection: Connection, row: Record) -> None:
    """Tell the directory how many places there are now."""
    standing = CapacityStanding(capacity_id=row["id"], **row)
    log.publish(connection, row["organization"], standing)
