"""What the directory does when referrals tells of a listing's places, or that it may be wrong."""

from uuid import UUID

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from services.resources.commands.changes import tell_change
from services.resources.models import capacity, listing_flag
from shared.db import execute
from shared.events.contracts import CapacityStanding, ListingFlagged

_told = insert(capacity)
KEEP_NEWEST = _told.on_conflict_do_update(
    index_elements=[capacity.c.id],
    set_={column.name: _told.excluded[column.name] for column in capacity.c if column.name != "id"},
    where=capacity.c.version < _told.excluded.version,
)
FLAG = insert(listing_flag).on_conflict_do_nothing()


def on_capacity_standing(
    connection: Connection, _: UUID | None, standing: CapacityStanding
) -> None:
    """Keep the newest count of this receiver's places."""
    told = standing.model_dump()
    if execute(connection, KEEP_NEWEST, {"id": told.pop("capacity_id"), **told}):
        tell_change(connection, standing.service_id)


def on_listing_flagged(connection: Connection, _: UUID | None, flagged: ListingFlagged) -> None:
    """Write down what this referral found wrong with the listing."""
    if execute(connection, FLAG, flagged.model_dump()):
        tell_change(connection, flagged.service_id)
