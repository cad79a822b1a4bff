"""Whom to ask for at a receiver."""

from uuid import UUID

from sqlalchemy import Connection, bindparam, or_, select, tuple_

from services.referrals.models import receiver_contact
from services.referrals.queries.receivers import get_receiver
from shared.auth import Principal
from shared.db import Record, fetch, fetch_one
from shared.errors import NotFound
from shared.pagination import OLDEST_FIRST, Paging

_of = receiver_contact.c
LIST = (
    select(receiver_contact)
    .where(
        _of.receiver_id == bindparam("p_receiver"),
        or_(_of.active, _of.organization == bindparam("p_organization")),
        tuple_(_of.created_at, _of.id)
        > tuple_(bindparam("after_created_at"), bindparam("after_id")),
    )
    .order_by(_of.created_at, _of.id)
    .limit(bindparam("page_limit"))
)
LOCK = (
    select(receiver_contact)
    .where(_of.id == bindparam("p_id"), _of.receiver_id == bindparam("p_receiver"))
    .with_for_update()
)


def list_contacts(
    connection: Connection, caller: Principal, receiver_id: UUID, paging: Paging
) -> Record:
    """Those that are active; whoever keeps the receiver sees the others too."""
    get_receiver(connection, receiver_id)
    rows = fetch(
        connection,
        LIST,
        p_receiver=receiver_id,
        p_organization=caller.tenant,
        **paging.parameters(OLDEST_FIRST),
    )
    return paging.page(OLDEST_FIRST, rows)


def lock(connection: Connection, receiver_id: UUID, contact_id: UUID) -> Record:
    row = fetch_one(connection, LOCK, p_id=contact_id, p_receiver=receiver_id)
    if row is None:
        raise NotFound("There is no such contact.")
    return row
