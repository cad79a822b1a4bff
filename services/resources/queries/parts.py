"""What several reads say of a service, as columns: one statement answers, whatever the page size."""

from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Select, Text, Uuid, and_, func, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from services.resources import models
from services.resources.queries.json import json_object

SERVICE = models.service
AT, PLACE = models.service_at_location, models.location


def array_of(statement: Select[Any], type: Any = Uuid) -> Any:
    """The one column of a statement as an array; empty when there are no rows."""
    return func.array(statement.correlate(SERVICE).scalar_subquery(), type_=ARRAY(type))


# Arrays, not IN: a list of ids is looked up in an index, a subquery under OR is scanned for.
LOCATIONS = array_of(select(AT.c.location_id).where(AT.c.service_id == SERVICE.c.id))
"""Where the service of the enclosing row is given."""

AT_LOCATIONS = array_of(select(AT.c.id).where(AT.c.service_id == SERVICE.c.id))


def of_service(table: Any) -> ColumnElement[bool]:
    """Rows about the service itself, its giving somewhere, or the place where it is given."""
    own = [table.c[name] for name in ("service_id", "service_at_location_id") if name in table.c]
    bare = [column.is_(None) for column in own]
    links = [table.c.service_id == SERVICE.c.id]
    if "service_at_location_id" in table.c:
        links.append(table.c.service_at_location_id == func.any(AT_LOCATIONS))
    if "location_id" in table.c:
        links.append(and_(table.c.location_id == func.any(LOCATIONS), *bare))
    return or_(*links)


def json_rows(*fields: Any, where: ColumnElement[bool], order: Any, source: Any = None) -> Any:
    """Rows of a correlated select as a JSON list of objects."""
    row = json_object(dict(fields))
    listed = select(
        func.coalesce(func.jsonb_agg(aggregate_order_by(row, *order)), func.jsonb_build_array())
    ).where(where)
    if source is not None:
        listed = listed.select_from(source)
    return listed.correlate(SERVICE).scalar_subquery()


TERM_IDS = array_of(
    select(models.attribute.c.taxonomy_term_id)
    .where(
        models.attribute.c.link_id == SERVICE.c.id,
        models.attribute.c.link_entity == SERVICE.name,
    )
    .distinct()
)

PHONES = array_of(select(models.phone.c.id).where(models.phone.c.service_id == SERVICE.c.id))
SPOKEN = array_of(
    select(func.concat_ws(" ", models.language.c.code, models.language.c.name))
    .where(or_(of_service(models.language), models.language.c.phone_id == func.any(PHONES)))
    .distinct(),
    Text,
)
"""Code and name of each language, as the source has them."""

FULL = (
    select(func.bool_and(models.service_capacity.c.available <= 0))
    .where(models.service_capacity.c.service_id == SERVICE.c.id)
    .correlate(SERVICE)
    .scalar_subquery()
)
"""Whether it says how much it can take, and that it can take no more."""

KEPT = models.capacity
CAPACITY = (
    select(
        json_object(
            {
                "places": func.sum(KEPT.c.places),
                "taken": func.sum(KEPT.c.taken),
                "as_of": func.max(KEPT.c.as_of),
            }
        )
    )
    .where(KEPT.c.service_id == SERVICE.c.id)
    .having(func.count() > 0)
    .correlate(SERVICE)
    .scalar_subquery()
)
"""Places as its receivers keep them in referrals, all together; null where none does."""
