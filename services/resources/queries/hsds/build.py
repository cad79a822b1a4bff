"""How an HSDS object is built as JSON: its columns, then what is nested in it.

A row with several links (a phone of a service, at a location) appears once: under its contact, else
its service, else the service's giving at a location, else the location, else the organization.
"""

from collections.abc import Callable
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from sqlalchemy import ColumnElement, FromClause, Table, and_, func, literal, or_, select
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by

from services.resources import models
from services.resources.queries.json import json_object

Row = FromClause
"""An alias of a listing table, standing for one row."""
Build = Callable[[Row], ColumnElement[Any]]

NEAREST_FIRST = (
    "phone_id",
    "contact_id",
    "service_id",
    "service_at_location_id",
    "location_id",
    "organization_id",
)
NEVER_NULL = {
    "organization": ("description",),
    "program": ("description",),
    "taxonomy": ("description",),
    "taxonomy_term": ("description",),
    "address": ("address_1", "city", "state_province", "postal_code", "country"),
}
"""HSDS requires these texts; where a source left them out they are empty."""
SHOWN_LINKS = {"service": ("organization_id", "program_id"), "taxonomy_term": ("parent_id",)}


def fields(table: Table, row: Row) -> dict[str, Any]:
    """The row's own columns; what it links to is told by where it is nested."""
    shown = SHOWN_LINKS.get(table.name, ())
    filled = NEVER_NULL.get(table.name, ())
    return {
        column.name: func.coalesce(row.c[column.name], "")
        if column.name in filled
        else row.c[column.name]
        for column in models.hsds_columns(table)
        if not column.foreign_keys or column.name in shown
    }


def build(table: Table, row: Row, **nested: Any) -> ColumnElement[Any]:
    return json_object(fields(table, row) | described(table, row) | nested)


def described(table: Table, row: Row) -> dict[str, Any]:
    """What any object can have: terms, and what its source says it changed."""
    if table.name in UNDESCRIBED:
        return {}
    return {
        "attributes": many(models.attribute, attribute, link_to(table, row)),
        "metadata": many(models.change_record, change_record, change_of(table, row)),
    }


UNDESCRIBED = {"attribute", "metadata", "taxonomy", "taxonomy_term"}


def link_to(table: Table, row: Row) -> Callable[[Row], ColumnElement[bool]]:
    return lambda link: and_(link.c.link_id == row.c.id, link.c.link_entity == table.name)


def change_of(table: Table, row: Row) -> Callable[[Row], ColumnElement[bool]]:
    return lambda change: and_(
        change.c.resource_id == row.c.id, change.c.resource_type == table.name
    )


def many(
    table: Table, build_row: Build, where: Callable[[Row], ColumnElement[bool]]
) -> ColumnElement[Any]:
    """A list of nested objects; null, and so left out, when there are none."""
    row = table.alias()
    listed = func.jsonb_agg(aggregate_order_by(build_row(row), row.c.id), type_=JSONB)
    return select(listed).where(where(row)).scalar_subquery()


def linked(
    table: Table, build_row: Build, link: str, parent: Row, *conditions: Callable[[Row], Any]
) -> ColumnElement[Any]:
    """The rows of `table` that are `parent`'s by the link `link`, and by none that goes before it."""
    before = NEAREST_FIRST[: NEAREST_FIRST.index(link)]

    def where(row: Row) -> ColumnElement[bool]:
        nearer = [row.c[name].is_(None) for name in before if name in row.c]
        return and_(row.c[link] == parent.c.id, *nearer, *(each(row) for each in conditions))

    return many(table, build_row, where)


def single(table: Table, build_row: Build, id: Any) -> ColumnElement[Any]:
    row = table.alias()
    return select(build_row(row)).where(row.c.id == id).scalar_subquery()


def plain(table: Table) -> Build:
    return lambda row: build(table, row)


# --- the objects ---------------------------------------------------------------------------------


def taxonomy_term(row: Row) -> ColumnElement[Any]:
    detail = single(models.taxonomy, plain(models.taxonomy), row.c.taxonomy_id)
    return build(models.taxonomy_term, row, taxonomy_detail=detail)


def attribute(row: Row) -> ColumnElement[Any]:
    term = single(models.taxonomy_term, taxonomy_term, row.c.taxonomy_term_id)
    pairs = {name: row.c[name] for name in ("id", "link_type", "value", "label")}
    return json_object(pairs | {"taxonomy_term": term})


def change_record(row: Row) -> ColumnElement[Any]:
    return build(models.change_record, row)


def phone(row: Row) -> ColumnElement[Any]:
    languages = linked(models.language, plain(models.language), "phone_id", row)
    return build(models.phone, row, languages=languages)


def numbered(row: Row) -> ColumnElement[bool]:
    return row.c.number.is_not(None)


def phones(link: str, parent: Row) -> ColumnElement[Any]:
    return linked(models.phone, phone, link, parent, numbered)


def contact(row: Row) -> ColumnElement[Any]:
    return build(models.contact, row, phones=phones("contact_id", row))


def located(row: Row) -> ColumnElement[bool]:
    """An address that says something."""
    parts = ("address_1", "address_2", "city", "state_province", "postal_code")
    return or_(*(row.c[part].is_not(None) for part in parts))


def accessible(row: Row) -> ColumnElement[bool]:
    return or_(*(row.c[part].is_not(None) for part in ("description", "details", "url")))


def reached(link: str, parent: Row) -> dict[str, ColumnElement[Any]]:
    """How to reach what `parent` is."""
    return {
        "contacts": linked(models.contact, contact, link, parent),
        "phones": phones(link, parent),
    }


def schedules(link: str, parent: Row) -> ColumnElement[Any]:
    return linked(models.schedule, plain(models.schedule), link, parent)


def location(row: Row) -> ColumnElement[Any]:
    key = "location_id"
    return build(
        models.location,
        row,
        addresses=linked(models.address, plain(models.address), key, row, located),
        accessibility=linked(
            models.accessibility, plain(models.accessibility), key, row, accessible
        ),
        languages=linked(models.language, plain(models.language), key, row),
        schedules=schedules(key, row),
        **reached(key, row),
    )


def service_at_location(row: Row, *, with_service: Build | None = None) -> ColumnElement[Any]:
    key = "service_at_location_id"
    nested = {
        "location": single(models.location, location, row.c.location_id),
        "service_areas": linked(models.service_area, plain(models.service_area), key, row),
        "schedules": schedules(key, row),
        **reached(key, row),
    }
    if with_service is not None:
        nested["service"] = single(models.service, with_service, row.c.service_id)
    return build(models.service_at_location, row, **nested)


def organization(row: Row) -> ColumnElement[Any]:
    key = "organization_id"
    return build(
        models.organization,
        row,
        additional_websites=linked(models.url, plain(models.url), key, row),
        funding=linked(models.funding, plain(models.funding), key, row),
        organization_identifiers=linked(
            models.organization_identifier, plain(models.organization_identifier), key, row
        ),
        programs=linked(models.program, plain(models.program), key, row),
        **reached(key, row),
    )


def organization_with_locations(row: Row) -> ColumnElement[Any]:
    places = linked(models.location, location, "organization_id", row)
    return organization(row).concat(json_object({"locations": places}))


def organization_with_services(row: Row) -> ColumnElement[Any]:
    services = linked(models.service, service, "organization_id", row)
    return organization_with_locations(row).concat(json_object({"services": services}))


def capacity(row: Row) -> ColumnElement[Any]:
    unit = single(models.unit, plain(models.unit), row.c.unit_id)
    return build(models.service_capacity, row, unit=unit)


PLACE = json_object(
    {"id": literal(str(uuid5(NAMESPACE_OID, "careloop:place"))), "name": literal("place")}
)


def places_kept(row: Row) -> ColumnElement[Any]:
    """What a receiver keeps in referrals, in HSDS's terms."""
    return json_object(
        {
            "id": row.c.id,
            "unit": PLACE,
            "available": func.greatest(row.c.places - row.c.taken, 0),
            "maximum": row.c.places,
            "updated": row.c.as_of,
        }
    )


def capacities(service: Row) -> ColumnElement[Any]:
    """What the source says, then what receivers keep; null, and so left out, when there are none."""
    of_source = linked(models.service_capacity, capacity, "service_id", service)
    kept = many(models.capacity, places_kept, lambda row: row.c.service_id == service.c.id)
    return func.coalesce(of_source.concat(kept), of_source, kept)


def of_service(row: Row) -> dict[str, ColumnElement[Any]]:
    """What is nested in a service, whoever shows it."""
    key = "service_id"
    lists = {
        "additional_urls": models.url,
        "service_areas": models.service_area,
        "languages": models.language,
        "funding": models.funding,
        "cost_options": models.cost_option,
        "required_documents": models.required_document,
    }
    return {
        **{name: linked(table, plain(table), key, row) for name, table in lists.items()},
        "capacities": capacities(row),
        "organization": single(models.organization, organization, row.c.organization_id),
        "program": single(models.program, plain(models.program), row.c.program_id),
        "last_modified": row.c.last_modified,
        "schedules": schedules(key, row),
        **reached(key, row),
    }


def service(row: Row) -> ColumnElement[Any]:
    """Everything of a service, with the places where it is given."""
    places = linked(models.service_at_location, service_at_location, "service_id", row)
    return build(models.service, row, service_at_locations=places, **of_service(row))


def service_alone(row: Row) -> ColumnElement[Any]:
    """A service as it is nested in one of its places."""
    return build(models.service, row, **of_service(row))


def placed_service(row: Row) -> ColumnElement[Any]:
    return service_at_location(row, with_service=service_alone)


# --- the short forms of lists --------------------------------------------------------------------


def short(table: Table, **nested: Callable[[Row], ColumnElement[Any]]) -> Build:
    """Its own columns, and one-to-one objects."""

    def build_row(row: Row) -> ColumnElement[Any]:
        pairs = fields(table, row) | {name: nest(row) for name, nest in nested.items()}
        return json_object(pairs)

    return build_row


short_organization = short(models.organization)
short_service = short(
    models.service,
    last_modified=lambda row: row.c.last_modified,
    organization=lambda row: single(models.organization, short_organization, row.c.organization_id),
    program=lambda row: single(models.program, short(models.program), row.c.program_id),
)
short_placed_service = short(
    models.service_at_location,
    location=lambda row: single(models.location, short(models.location), row.c.location_id),
    service=lambda row: single(models.service, short_service, row.c.service_id),
)


def minimal_service(row: Row) -> ColumnElement[Any]:
    names = ("id", "name", "status", "last_modified")
    return json_object({name: row.c[name] for name in names})
