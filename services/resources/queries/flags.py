"""What referrals found wrong with a listing. A flag stands until something newer is known."""

from sqlalchemy import (
    Connection,
    DateTime,
    Text,
    Uuid,
    bindparam,
    cast,
    func,
    or_,
    select,
    true,
    tuple_,
)

from services.resources.models import flag_clearance, listing_flag, organization
from services.resources.queries.parts import SERVICE, array_of
from shared.db import Record, fetch
from shared.pagination import LAST_ID, LAST_TIME, Keyset, Paging

FLAG, CLEARANCE = listing_flag, flag_clearance
CLEARED_AT = (
    select(func.max(CLEARANCE.c.at))
    .where(CLEARANCE.c.service_id == FLAG.c.service_id, CLEARANCE.c.reason == FLAG.c.reason)
    .correlate(FLAG)
    .scalar_subquery()
)
# The source's assurance is a day: one of the flag's own day may be older than the flag.
ASSURED_AT = func.timezone("UTC", cast(SERVICE.c.assured_date, DateTime))
STANDS = FLAG.c.at > func.greatest(SERVICE.c.last_modified, ASSURED_AT, CLEARED_AT)

FLAGS = array_of(
    select(FLAG.c.reason)
    .where(FLAG.c.service_id == SERVICE.c.id, STANDS)
    .distinct()
    .order_by(FLAG.c.reason),
    Text,
)
"""Codes of what stands against the service of the enclosing row."""

OF_SERVICE = select(FLAGS.label("flags")).where(SERVICE.c.id == bindparam("service_id"))

REASON = bindparam("reason", type_=Text)
FLAGGED = (
    select(
        SERVICE.c.id.label("service_id"),
        SERVICE.c.name,
        organization.c.name.label("organization_name"),
        FLAG.c.reason,
        func.count().label("referrals"),
        func.min(FLAG.c.at).label("first_at"),
        func.max(FLAG.c.at).label("last_at"),
    )
    .join_from(FLAG, SERVICE, SERVICE.c.id == FLAG.c.service_id)
    .outerjoin(organization, organization.c.id == SERVICE.c.organization_id)
    .where(STANDS, or_(REASON.is_(None), FLAG.c.reason == REASON))
    .group_by(SERVICE.c.id, organization.c.name, FLAG.c.reason)
    .subquery("flagged")
)
LAST_CLEARED = (
    select(CLEARANCE.c.at, CLEARANCE.c.note)
    .where(CLEARANCE.c.service_id == FLAGGED.c.service_id, CLEARANCE.c.reason == FLAGGED.c.reason)
    .order_by(CLEARANCE.c.at.desc(), CLEARANCE.c.id)
    .limit(1)
    .lateral("last_cleared")
)
LATEST_FIRST = Keyset(("last_at", "service_id", "reason"), (LAST_TIME, LAST_ID, "~"))
POSITION = (FLAGGED.c.last_at, FLAGGED.c.service_id, FLAGGED.c.reason)
QUEUE = (
    select(
        FLAGGED,
        LAST_CLEARED.c.at.label("last_cleared_at"),
        LAST_CLEARED.c.note.label("last_cleared_note"),
    )
    .outerjoin(LAST_CLEARED, true())
    .where(
        tuple_(*POSITION)
        < tuple_(
            bindparam("after_last_at", type_=DateTime(timezone=True)),
            bindparam("after_service_id", type_=Uuid),
            bindparam("after_reason", type_=Text),
        )
    )
    .order_by(*(column.desc() for column in POSITION))
    .limit(bindparam("page_limit"))
)


def list_flags(connection: Connection, paging: Paging, reason: str | None) -> Record:
    rows = fetch(connection, QUEUE, reason=reason, **paging.parameters(LATEST_FIRST))
    return paging.page(LATEST_FIRST, [{**row, "actions": actions(row)} for row in rows])


def actions(row: Record) -> list[Record]:
    return [{"name": "clear", "href": f"/v1/services/{row['service_id']}/flags/clear"}]
