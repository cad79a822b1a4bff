"""An editor looked into what was flagged."""

from uuid import UUID, uuid4

from sqlalchemy import Connection, insert

from services.resources.commands.changes import tell_change
from services.resources.models import flag_clearance
from services.resources.queries.flags import OF_SERVICE
from services.resources.schemas.flags import FlagClearance
from shared import audit, clock
from shared.auth import Principal
from shared.db import Record, execute, fetch_one
from shared.errors import NotFound

CLEAR = insert(flag_clearance)


def clear_flags(
    connection: Connection, caller: Principal, service_id: UUID, clearance: FlagClearance
) -> Record:
    """All flags of one kind, as of now: what is reported later counts again."""
    if not tell_change(connection, service_id):
        raise NotFound(f"There is no service {service_id}.")
    row = {
        **clearance.model_dump(),
        "id": uuid4(),
        "service_id": service_id,
        "at": clock.now(),
        "cleared_by": caller.subject,
    }
    execute(connection, CLEAR, row)
    audit.record(connection, "flags.clear", [service_id], basis=clearance.reason)
    left = fetch_one(connection, OF_SERVICE, service_id=service_id)
    assert left is not None
    return {"service_id": service_id, **left}
