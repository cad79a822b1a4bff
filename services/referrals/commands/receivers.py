"""Registering and changing who answers for a service."""

from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ARRAY, Connection, Uuid, bindparam, insert, or_, select, text, update

from services.referrals.errors import AlreadyClaimed
from services.referrals.models import receiver
from services.referrals.queries import receivers
from services.referrals.schemas.receivers import NewReceiver, ReceiverChange
from shared import audit, clock
from shared.auth import Principal
from shared.db import Record, execute, fetch_one
from shared.errors import Forbidden, Invalid
from shared.etag import check_version
from shared.schemas.listings import ListingStanding

INSERT = insert(receiver)
UPDATE = update(receiver).where(receiver.c.id == bindparam("p_id"))
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
NEEDS = {"tenant": frozenset({"receivers:write"}), "link": frozenset({"referrals:write"})}


def register(
    connection: Connection, caller: Principal, new: NewReceiver, listings: list[ListingStanding]
) -> Record:
    """A tenant is registered by its own admin, a link-only receiver by a sender's worker.

    `listings` are those of `service_ids`, where the directory was asked.
    """
    check_scope(caller, new.kind, NEEDS)
    row = {
        **new.model_dump(exclude={"hours"}),
        **(_contact(new, listings[0]) if new.from_listing else {}),
        "hours": new.hours and new.hours.model_dump(mode="json"),
        "id": uuid4(),
        "organization": caller.tenant,
        "active": True,
        "version": 1,
        "created_at": clock.now(),
    }
    _unclaimed(connection, row, listings)
    connection.execute(INSERT, row)
    audit.record(connection, "receiver.register", [row["id"]])
    return row


def change(
    connection: Connection,
    caller: Principal,
    receiver_id: UUID,
    changes: ReceiverChange,
    read: int,
    listings: list[ListingStanding],
) -> Record:
    """By whoever may register one of its kind. Deactivated it takes nothing new; what it has goes on."""
    row = kept_by(connection, caller, receiver_id, NEEDS)
    check_version(row["version"], read)
    values: dict[str, Any] = changes.model_dump(exclude_unset=True, exclude={"hours"})
    if "hours" in changes.model_fields_set:
        values["hours"] = changes.hours and changes.hours.model_dump(mode="json")
    changed = {**row, **values, "version": read + 1}
    if changed["kind"] == "tenant" and changed["hours"] is not None:
        raise Invalid("/hours", "A tenant's hours are its calendar.")
    if not changed["service_ids"] and not changed["organization_ids"]:
        raise Invalid("/service_ids", "Name an organization or a service that it answers for.")
    if changed["active"]:
        _unclaimed(connection, changed, listings)
    execute(connection, UPDATE, {"p_id": row["id"], **values, "version": changed["version"]})
    audit.record(connection, "receiver.change", [row["id"]])
    return changed


def kept_by(
    connection: Connection,
    caller: Principal,
    receiver_id: UUID,
    needs: dict[str, frozenset[str]],
) -> Record:
    """The caller's own receiver, held until the transaction ends. `needs`: one of these scopes, by kind."""
    row = receivers.lock_own(connection, caller, receiver_id)
    check_scope(caller, row["kind"], needs)
    return row


def check_scope(caller: Principal, kind: str, needs: dict[str, frozenset[str]]) -> None:
    if not needs[kind] & caller.scopes:
        raise Forbidden(f"A {kind} receiver needs the scope {' or '.join(sorted(needs[kind]))}.")


def _unclaimed(connection: Connection, row: Record, listings: list[ListingStanding]) -> None:
    """Refuse to stand in the place of a tenant that answers for the service or its organization."""
    if row["kind"] != "tenant":
        return
    connection.execute(CLAIMS_IN_TURN)
    listed_by = [listing.organization_id for listing in listings if listing.organization_id]
    asked = {"p_services": row["service_ids"], "p_listed": [*row["organization_ids"], *listed_by]}
    if fetch_one(connection, CLAIMED, p_claimant=row["organization"], **asked):
        raise AlreadyClaimed("Another organization answers for one of these already.")


def _contact(new: NewReceiver, listing: ListingStanding) -> Record:
    """Who the directory says answers for it; what the caller knows better goes first."""
    return {
        "name": (listing.organization_name or listing.name)[:200],
        "email": new.email or (listing.email and listing.email[:200]),
        "phone": new.phone or (listing.phone and listing.phone[:200]),
    }
