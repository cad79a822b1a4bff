"""Services as /v1 shows them: one statement, whatever the number asked for."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, Connection, Uuid, bindparam, func, select

from services.resources import models
from services.resources.opening_hours import Schedule, opening
from services.resources.queries.flags import FLAGS
from services.resources.queries.hsds import full_service
from services.resources.queries.parts import (
    AT,
    CAPACITY,
    FULL,
    PLACE,
    SERVICE,
    SPOKEN,
    TERM_IDS,
    json_rows,
    of_service,
)
from services.resources.queries.projection import spoken
from services.resources.standing import refusals
from services.resources.zones import zone_of_address
from shared.db import Record, fetch, fetch_one
from shared.errors import NotFound

ADDRESS, TERM, SCHEDULE, PHONE = (
    models.address,
    models.taxonomy_term,
    models.schedule,
    models.phone,
)
FIRST_ADDRESS = (
    select(ADDRESS)
    .where(ADDRESS.c.location_id == PLACE.c.id)
    .order_by(ADDRESS.c.address_type != "physical", ADDRESS.c.id)
    .limit(1)
    .lateral("first_address")
)
PLACES = json_rows(
    ("location_id", PLACE.c.id),
    ("name", PLACE.c.name),
    ("confidential", PLACE.c.confidential),
    (
        "address",
        func.nullif(
            func.concat_ws(", ", *(FIRST_ADDRESS.c[c] for c in ("address_1", "address_2"))), ""
        ),
    ),
    ("city", FIRST_ADDRESS.c.city),
    ("state_province", FIRST_ADDRESS.c.state_province),
    ("postal_code", FIRST_ADDRESS.c.postal_code),
    ("country", FIRST_ADDRESS.c.country),
    ("timezone", PLACE.c.timezone),
    ("latitude", PLACE.c.latitude),
    ("longitude", PLACE.c.longitude),
    source=AT.join(PLACE, PLACE.c.id == AT.c.location_id).outerjoin(
        FIRST_ADDRESS, ~PLACE.c.confidential
    ),
    where=AT.c.service_id == SERVICE.c.id,
    order=[AT.c.id],
)
PHONES = json_rows(
    *((name, PHONE.c[name]) for name in ("number", "extension", "type", "description")),
    where=of_service(PHONE) & PHONE.c.number.is_not(None),
    order=[PHONE.c.service_id.is_(None), PHONE.c.id],
)
LABELS = json_rows(
    ("code", func.coalesce(TERM.c.code, func.cast(TERM.c.id, models.taxonomy_term.c.code.type))),
    ("name", TERM.c.name),
    ("name_es", TERM.c.name_es),
    where=TERM.c.id == func.any(TERM_IDS),
    order=[TERM.c.code, TERM.c.id],
)
RECURRENCE = (
    "freq",
    "byday",
    "bymonthday",
    "byweekno",
    "byyearday",
    "interval",
    "count",
    "dtstart",
    "until",
    "valid_from",
    "valid_to",
    "opens_at",
    "closes_at",
)
AT_HERE = AT.alias("at_here")
SCHEDULES = json_rows(
    *((name, SCHEDULE.c[name]) for name in RECURRENCE),
    ("location_id", func.coalesce(SCHEDULE.c.location_id, AT_HERE.c.location_id)),
    ("own", SCHEDULE.c.service_id.is_not(None) | SCHEDULE.c.service_at_location_id.is_not(None)),
    source=SCHEDULE.outerjoin(AT_HERE, AT_HERE.c.id == SCHEDULE.c.service_at_location_id),
    where=of_service(SCHEDULE),
    order=[SCHEDULE.c.id],
)

CARD = (
    select(
        SERVICE.c.id,
        SERVICE.c.name,
        SERVICE.c.alternate_name,
        SERVICE.c.organization_id,
        models.organization.c.name.label("organization_name"),
        SERVICE.c.status,
        SERVICE.c.status_assumed,
        SERVICE.c.description,
        SERVICE.c.eligibility_description.label("eligibility"),
        SERVICE.c.minimum_age,
        SERVICE.c.maximum_age,
        func.coalesce(SERVICE.c.fees_description, SERVICE.c.fees).label("fees"),
        SERVICE.c.application_process,
        SERVICE.c.url,
        SERVICE.c.assured_date.label("assured_on"),
        SERVICE.c.last_modified,
        LABELS.label("terms"),
        SPOKEN.label("spoken"),
        PHONES.label("phones"),
        PLACES.label("places"),
        SCHEDULES.label("schedules"),
        FULL.label("full"),
        CAPACITY.label("capacity"),
        FLAGS.label("flags"),
        models.source.c.name.label("source"),
        models.source.c.timezone.label("source_timezone"),
        SERVICE.c.source_row_id.label("source_id"),
    )
    .join(models.source, models.source.c.id == SERVICE.c.source_id)
    .outerjoin(models.organization, models.organization.c.id == SERVICE.c.organization_id)
)
CARDS = CARD.where(SERVICE.c.id == func.any(bindparam("ids", type_=ARRAY(Uuid))))
BY_SOURCE = select(SERVICE.c.id).where(
    SERVICE.c.source_row_id == bindparam("source_id"),
    SERVICE.c.source_id
    == select(models.source.c.id)
    .where(models.source.c.name == bindparam("source"))
    .scalar_subquery(),
)


def cards(
    connection: Connection, ids: Sequence[UUID], at: datetime, zone: str | None
) -> dict[UUID, Record]:
    """Cards by id; a service that is gone since it was indexed is not among them."""
    rows = fetch(connection, CARDS, ids=list(ids))
    return {row["id"]: card(row, at, zone) for row in rows}


def listing(connection: Connection, service_id: UUID, at: datetime, zone: str | None) -> Record:
    found = cards(connection, [service_id], at, zone).get(service_id)
    if found is None:
        raise NotFound(f"There is no service {service_id}.")
    return found


def listing_in_full(
    connection: Connection, service_id: UUID, at: datetime, zone: str | None
) -> Record:
    return {
        **listing(connection, service_id, at, zone),
        "hsds": full_service(connection, service_id),
    }


def listing_by_source(
    connection: Connection, source: str, source_id: str, at: datetime, zone: str | None
) -> Record:
    row = fetch_one(connection, BY_SOURCE, source=source, source_id=source_id)
    if row is None:
        raise NotFound("This source has no such service.")
    return listing_in_full(connection, row["id"], at, zone)


def card(row: Record, at: datetime, default_zone: str | None) -> Record:
    """A row with what follows from it: languages, whether it takes anyone, whether it is open."""
    reasons = refusals(row["status"], row["full"])
    hours = opening(schedules(row, default_zone), at)
    return {
        **row,
        "languages": list(spoken(row["spoken"])),
        "accepts_referrals": not reasons,
        "reasons": reasons,
        "open_now": hours.open_now,
        "closes_at": hours.closes_at,
        "next_opening": hours.next_opening,
    }


def zone_of_place(place: Record) -> str | None:
    """The zone the source gives; else the one that the address leaves no doubt about."""
    address = (place["state_province"], place["postal_code"], place["country"])
    return place["timezone"] or zone_of_address(*address)


def schedules(row: Record, default_zone: str | None) -> list[Schedule]:
    """Its own hours, where it has any; else those of the places where it is given."""
    zones = {place["location_id"]: zone_of_place(place) for place in row["places"]}
    usual = next(filter(None, zones.values()), row["source_timezone"] or default_zone)
    own = [each for each in row["schedules"] if each["own"]] or row["schedules"]
    return [Schedule.of({**each, "zone": zones.get(each["location_id"])}, usual) for each in own]
