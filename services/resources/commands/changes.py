"""Telling the index and the integrators that a listing reads differently now."""

from uuid import UUID

from sqlalchemy import Connection, bindparam, select

from services.resources.models import service
from shared.db import fetch_one
from shared.events.contracts import ServiceUpserted
from shared.events.log import publish

LISTED = select(service.c.id).where(service.c.id == bindparam("service_id"))


def tell_change(connection: Connection, service_id: UUID) -> bool:
    """False, and nothing told, where the directory has no such service."""
    if fetch_one(connection, LISTED, service_id=service_id) is None:
        return False
    publish(connection, None, ServiceUpserted(service_id=service_id))
    return True
