"""Where a confidential location is, for those who may know."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, select

from services.resources.models import confidential_place
from shared.audit import audited
from shared.db import Record, fetch_one
from shared.errors import NotFound
from shared.sealing import open_sealed

PLACE = audited(
    select(confidential_place).where(confidential_place.c.id == bindparam("location_id")),
    "confidential_place.read",
)


def open_place(connection: Connection, location_id: UUID) -> Record | None:
    """None where there is none: the miss is on record too, so the caller raises after the commit."""
    row = fetch_one(connection, PLACE, location_id=location_id)
    if row is None:
        return None
    table = confidential_place.name
    place: dict[str, Any] = open_sealed(connection, row["sealed"], table, "sealed", row["id"])
    return {"location_id": location_id, **place}


def required(place: Record | None) -> Record:
    if place is None:
        raise NotFound("There is no confidential place with this id.")
    return place
