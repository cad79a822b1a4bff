"""How many places a receiver has for its services, as of when that was last counted."""

from uuid import UUID

from sqlalchemy import Connection, bindparam, select

from services.referrals.models import capacity
from services.referrals.queries.receivers import get_receiver
from shared.db import Record, fetch, fetch_one
from shared.pagination import FIRST_ID, Keyset, Paging

BY_SERVICE = Keyset(("service_id",), (FIRST_ID,))
OF_RECEIVER = select(capacity).where(capacity.c.receiver_id == bindparam("p_receiver"))
LIST = (
    OF_RECEIVER.where(capacity.c.service_id > bindparam("after_service_id"))
    .order_by(capacity.c.service_id)
    .limit(bindparam("page_limit"))
)
ONE = OF_RECEIVER.where(capacity.c.service_id == bindparam("p_service"))


def list_places(connection: Connection, receiver_id: UUID, paging: Paging) -> Record:
    get_receiver(connection, receiver_id)
    rows = fetch(connection, LIST, p_receiver=receiver_id, **paging.parameters(BY_SERVICE))
    return paging.page(BY_SERVICE, [counted(row) for row in rows])


def get_places(connection: Connection, receiver_id: UUID, service_id: UUID) -> Record:
    """Version 0: nobody counts them."""
    get_receiver(connection, receiver_id)
    row = fetch_one(connection, ONE, p_receiver=receiver_id, p_service=service_id)
    return counted(row) if row else _uncounted(receiver_id, service_id)


def counted(row: Record) -> Record:
    return {**row, "free": max(row["places"] - row["taken"], 0)}


def _uncounted(receiver_id: UUID, service_id: UUID) -> Record:
    nothing = dict.fromkeys(("places", "taken", "free", "as_of"))
    return {**nothing, "receiver_id": receiver_id, "service_id": service_id, "version": 0}
