"""Registering who answers for a service, and when an organization works."""

from uuid import uuid4

from sqlalchemy import ARRAY, Connection, Uuid, bindparam, insert, or_, select, text, update
from sqlalchemy.dialects import postgresql

from services.referrals.errors import AlreadyClaimed
from services.referrals.models import calendar, receiver
from services.referrals.schemas.receivers import NewCalendar, NewReceiver
from shared import audit, clock
from shared.auth import Principal
from shared.db import Record, fetch_one
from shared.errors import Forbidden
from shared.etag import Stale
from shared.schemas.listings import ListingStanding

INSERT = insert(receiver)
FIRST_CALENDAR = postgresql.insert(calendar).on_conflict_do_nothing().returning(*calendar.c)
SET_CALENDAR = (
    update(calendar)
    .where(calendar.c.organization == bindparam("p_of"), calendar.c.version == bindparam("p_read"))
    .returning(*calendar.c)
)
CLAIMS_IN_TURN = text("select pg_advisory_xact_lock(hashtext('receiver claims'))")
CLAIMED = select(receiver.c.id).where(
    receiver.c.kind == "tenant",
    receiver.c.active,
    receiver.c.organization != bindparam("p_claimant"),
    or_(
        receiver.c.service_ids.bool_op("&&")(bindparam("p_services", type_=ARRAY(Uuid))),
        receiver.c.organization_ids.bool_op("&&")(bindparam("p_listed", type_=ARRAY(Uuid))),
    ),
)
NEEDS = {"tenant": "receivers:write", "link": "referrals:write"}


def register(
    connection: Connection, caller: Principal, new: NewReceiver, listings: list[ListingStanding]
) -> Record:
    """A tenant is registered by its own admin, a link-only receiver by a sender's worker.

    `listings` are those of `service_ids`, where the directory was asked.
    """
    if NEEDS[new.kind] not in caller.scopes:
        raise Forbidden(f"A {new.kind} receiver needs the scope {NEEDS[new.kind]}.")
    if new.kind == "tenant":
        _unclaimed(connection, caller, new, listings)
    row = {
        **new.model_dump(),
        **(_contact(new, listings[0]) if new.from_listing else {}),
        "id": uuid4(),
        "organization": caller.tenant,
        "active": True,
        "version": 1,
        "created_at": clock.now(),
    }
    connection.execute(INSERT, row)
    audit.record(connection, "receiver.register", [row["id"]])
    return row


def _unclaimed(
    connection: Connection, caller: Principal, new: NewReceiver, listings: list[ListingStanding]
) -> None:
    """Refuse to stand in the place of a tenant that answers for the service or its organization."""
    connection.execute(CLAIMS_IN_TURN)
    listed_by = [listing.organization_id for listing in listings if listing.organization_id]
    asked = {"p_services": new.service_ids, "p_listed": [*new.organization_ids, *listed_by]}
    if fetch_one(connection, CLAIMED, p_claimant=caller.tenant, **asked):
        raise AlreadyClaimed("Another organization answers for one of these already.")


def _contact(new: NewReceiver, listing: ListingStanding) -> Record:
    """Who the directory says answers for it; what the caller knows better goes first."""
    return {
        "name": (listing.organization_name or listing.name)[:200],
        "email": new.email or (listing.email and listing.email[:200]),
        "phone": new.phone or (listing.phone and listing.phone[:200]),
    }


def set_calendar(connection: Connection, caller: Principal, new: NewCalendar, read: int) -> Record:
    """`read` is the version the caller saw, 0 where none was set."""
    hours = {**new.model_dump(), "version": read + 1, "weekdays": sorted(set(new.weekdays))}
    if read:
        saved = fetch_one(connection, SET_CALENDAR, p_of=caller.tenant, p_read=read, **hours)
    else:
        saved = fetch_one(connection, FIRST_CALENDAR, organization=caller.tenant, **hours)
    if saved is None:
        raise Stale("The calendar was changed since it was read.")
    audit.record(connection, "calendar.set", [caller.tenant])
    return saved
