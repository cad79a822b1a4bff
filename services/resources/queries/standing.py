"""Whether a listing takes referrals now, and who answers for it."""

from datetime import UTC, datetime, time
from uuid import UUID

from sqlalchemy import Connection, bindparam, func, select

from services.resources import models
from services.resources.queries.listings import listing
from services.resources.queries.parts import SERVICE, of_service
from shared.db import Record, fetch_one

CONTACT = models.contact
EMAIL = (
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
    )
    .outerjoin_from(
        SERVICE, models.organization, models.organization.c.id == SERVICE.c.organization_id
    )
    .where(SERVICE.c.id == bindparam("service_id"))
)


def listing_standing(
    connection: Connection, service_id: UUID, at: datetime, zone: str | None
) -> Record:
    card = listing(connection, service_id, at, zone)
    contact = fetch_one(connection, EMAIL, service_id=service_id)
    assert contact is not None
    phones = [phone["number"] for phone in card["phones"]]
    assured = card["assured_on"]
    return {
        **{name: card[name] for name in SHARED},
        "service_id": service_id,
        "email": contact["email"],
        "phone": next(iter(phones), contact["organization_phone"]),
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
)
