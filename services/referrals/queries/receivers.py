"""Who answers for a service: tenants of this system, and those a sender reaches by mail or phone."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Uuid, any_, bindparam, case, or_, select, tuple_

from services.referrals.models import receiver
from shared.auth import Principal
from shared.db import Record, fetch, fetch_one
from shared.errors import NotFound
from shared.pagination import OLDEST_FIRST, Paging

SERVICE = bindparam("p_service", type_=Uuid)
LISTED_BY = bindparam("p_listed_by", type_=Uuid)
ANSWERS = or_(
    any_(receiver.c.service_ids) == SERVICE, any_(receiver.c.organization_ids) == LISTED_BY
)
# A tenant before a link, who answers for the very service before who answers for its organization.
NEAREST = case(
    (receiver.c.kind == "tenant", case((any_(receiver.c.service_ids) == SERVICE, 0), else_=1)),
    (any_(receiver.c.service_ids) == SERVICE, 2),
    else_=3,
)
FIND = (
    select(receiver)
    .where(receiver.c.active, ANSWERS)
    .order_by(NEAREST, receiver.c.created_at, receiver.c.id)
    .limit(1)
)
ONE = select(receiver).where(receiver.c.id == bindparam("p_id"))
OWN = ONE.where(receiver.c.organization == bindparam("p_organization")).with_for_update()
LIST = (
    select(receiver)
    .where(
        receiver.c.active,
        or_(SERVICE.is_(None), any_(receiver.c.service_ids) == SERVICE),
        tuple_(receiver.c.created_at, receiver.c.id)
        > tuple_(bindparam("after_created_at"), bindparam("after_id")),
    )
    .order_by(receiver.c.created_at, receiver.c.id)
    .limit(bindparam("page_limit"))
)


def get_receiver(connection: Connection, receiver_id: UUID) -> Record:
    row = fetch_one(connection, ONE, p_id=receiver_id)
    if row is None:
        raise NotFound("There is no such receiver.")
    return row


def lock_own(connection: Connection, caller: Principal, receiver_id: UUID) -> Record:
    """One that the caller's organization keeps, held until the transaction ends."""
    row = fetch_one(connection, OWN, p_id=receiver_id, p_organization=caller.tenant)
    if row is None:
        raise NotFound("There is no such receiver.")
    return row


def answering(
    connection: Connection, service_id: UUID, listing_organization: UUID | None
) -> Record | None:
    """Who answers for the service, if anybody known does."""
    return fetch_one(connection, FIND, p_service=service_id, p_listed_by=listing_organization)


def list_receivers(connection: Connection, paging: Paging, service_id: UUID | None) -> Record:
    parameters: dict[str, Any] = paging.parameters(OLDEST_FIRST)
    rows = fetch(connection, LIST, p_service=service_id, **parameters)
    return paging.page(OLDEST_FIRST, rows)
