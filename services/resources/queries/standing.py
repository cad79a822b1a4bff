"""Whether a listing takes referrals now, whom, and who answers for it."""

from datetime import UTC, datetime, time
from uuid import UUID

from sqlalchemy import ARRAY, Connection, Text, Uuid, bindparam, func, select

from services.resources import models
from services.resources.queries.listings import listing
from services.resources.queries.parts import SERVICE, of_service
from services.resources.queries.taxonomy import PARENT, TERM, code_of
from shared.db import Record, fetch_one

SERVICE_ID, ATTRIBUTE = bindparam("service_id", type_=Uuid), models.attribute
OWN = (
    select(TERM.c.id, TERM.c.parent_id, code_of(TERM).label("code"))
    .join(ATTRIBUTE, ATTRIBUTE.c.taxonomy_term_id == TERM.c.id)
    .where(ATTRIBUTE.c.link_id == SERVICE_ID, ATTRIBUTE.c.link_entity == SERVICE.name)
    .cte("line", recursive=True)
)
# `union` leaves out what was met before: a circle ends where it closes.
LINE = OWN.union(
    select(PARENT.c.id, PARENT.c.parent_id, code_of(PARENT)).join(
        OWN, OWN.c.parent_id == PARENT.c.id
    )
)
CONTACT = models.contact
REST = (
    select(
        func.coalesce(
            SERVICE.c.email,
            select(CONTACT.c.email)
            .where(of_service(CONTACT), CONTACT.c.email.is_not(None))
            .order_by(CONTACT.c.service_id.is_(None), CONTACT.c.id)
            .limit(1)
            .correlate(SERVICE)
            .scalar_subquery(),
            models.organization.c.email,
        ).label("email"),
        select(models.phone.c.number)
        .where(models.phone.c.organization_id == SERVICE.c.organization_id)
        .order_by(models.phone.c.id)
        .limit(1)
        .correlate(SERVICE)
        .scalar_subquery()
        .label("organization_phone"),
        func.array(
            select(LINE.c.code).distinct().order_by(LINE.c.code).scalar_subquery(),
            type_=ARRAY(Text),
        ).label("categories"),
    )
    .outerjoin_from(
        SERVICE, models.organization, models.organization.c.id == SERVICE.c.organization_id
    )
    .where(SERVICE.c.id == SERVICE_ID)
)


def listing_standing(
    connection: Connection, service_id: UUID, at: datetime, zone: str | None
) -> Record:
    card = listing(connection, service_id, at, zone)
    rest = fetch_one(connection, REST, service_id=service_id)
    assert rest is not None
    phones = [phone["number"] for phone in card["phones"]]
    assured = card["assured_on"]
    return {
        **{name: card[name] for name in SHARED},
        "service_id": service_id,
        "email": rest["email"],
        "phone": next(iter(phones), rest["organization_phone"]),
        "categories": rest["categories"],
        "places": [place for place in card["places"] if not place["confidential"]],
        "verified_at": assured and datetime.combine(assured, time(0), UTC),
    }


SHARED = (
    "name",
    "status",
    "accepts_referrals",
    "reasons",
    "organization_id",
    "organization_name",
    "open_now",
    "next_opening",
    "languages",
    "eligibility",
    "minimum_age",
    "maximum_age",
    "capacity",
    "flags",
)
