"""Sending: planned, disclosed by cases, then frozen and sent under the lock.

The neighbours are asked between `plan` and `send`, without a connection. A crash between leaves a
disclosure that the repeated request gets again.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, bindparam, func, insert, or_, select

from services.referrals.commands.acting import capacity, judged, on_record
from services.referrals.commands.moving import Details, move
from services.referrals.commands.reminding import remind
from services.referrals.errors import (
    DuplicateReferral,
    ListingClosed,
    NotYet,
    ReceiverUnknown,
    Superseded,
)
from services.referrals.lifecycle.clocks import Clock
from services.referrals.lifecycle.transitions import Act, Party, follow
from services.referrals.models import packet, referral, referral_group
from services.referrals.queries import receivers, referrals
from services.referrals.queries.calendars import calendar_for
from shared import clock
from shared.auth import Principal
from shared.db import Record, fetch, fetch_one
from shared.schemas.disclosures import Disclosure, DisclosureRequest
from shared.schemas.listings import ListingStanding
from shared.schemas.referrals import LIVE, ReferralStatus
from shared.sealing import open_sealed, seal

FREEZE = insert(packet)
LOCK_CLIENT = select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("p_client"), 0)))


def _same(name: str) -> ColumnElement[bool]:
    return referral.c[name] == bindparam(f"p_{name}")


DUPLICATES = select(referral.c.id).where(
    _same("client_id"),
    or_(_same("category"), _same("service_id")),
    referral.c.chain_id != bindparam("p_chain_id"),
    referral.c.status.in_([*LIVE]),
)
# Shared: who accepts for the group waits for this sending, or this sending finds the slot taken.
SLOT = (
    select(referral_group.c.winner_id)
    .where(referral_group.c.id == bindparam("p_group"))
    .with_for_update(read=True)
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What the neighbours are asked before a referral is sent."""

    service_id: UUID
    disclosure: DisclosureRequest


def plan(
    connection: Connection, caller: Principal, referral_id: UUID, action: Act, details: Details
) -> Plan | None:
    """What to ask; None when its status forbids it, which `send` then says."""
    row = referrals.lock(connection, caller, referral_id)
    capacity(caller, row, action)
    if follow(ReferralStatus(row["status"]), action) is None:
        return None
    _slot_is_free(connection, row)
    wanted = disclosure_of(connection, row)
    _no_duplicate(connection, row, details)
    return Plan(row["service_id"], wanted)


def disclosure_of(connection: Connection, row: Record) -> DisclosureRequest:
    """What cases is asked to tell the receiver of this referral."""
    if row["receiver_id"] is None:
        raise ReceiverUnknown("Register a receiver for this service, or name one.")
    receiver = receivers.get_receiver(connection, row["receiver_id"])
    if not receiver["active"]:
        raise ReceiverUnknown("Its receiver takes no referrals any more.")
    return told_to(receiver, row)


def told_to(receiver: Record, row: Record) -> DisclosureRequest:
    """`row` is a referral, or what will be one."""
    tenant = receiver["kind"] == "tenant"
    return DisclosureRequest(
        referral_id=row["id"],
        organization_id=row["organization"],
        need_id=row["need_id"],
        recipient_id=receiver["id"],
        recipient_name=receiver["name"],
        recipient_organization_id=receiver["organization"] if tenant else None,
        classes=row["classes"],
    )


def check_listing(listing: ListingStanding) -> None:
    if not listing.accepts_referrals:
        raise ListingClosed("The service takes no referrals now.", reasons=listing.reasons)


def send(
    connection: Connection,
    caller: Principal,
    referral_id: UUID,
    action: Act,
    details: Details,
    disclosure: Disclosure | None,
) -> Record:
    """Freeze the packet and send, if all still holds."""
    row, actor = judged(connection, caller, referral_id, action)
    if disclosure is None:
        raise NotYet("It changed while it was being sent: try again.", code="changed_meanwhile")
    connection.execute(LOCK_CLIENT, {"p_client": str(row["client_id"])})
    _slot_is_free(connection, row)
    _no_duplicate(connection, row, details)
    freeze(connection, row, disclosure)
    sent = move(connection, row, action, actor, details, disclosure_id=disclosure.id)
    _tell_on_call(connection, sent)
    return on_record(connection, caller, referral_id, action)


def _tell_on_call(connection: Connection, row: Record) -> None:
    """An urgent referral to a receiver that is closed now is somebody's business tonight."""
    if row["urgency"] != "urgent":
        return
    if not calendar_for(connection, row, Clock.ANSWER).is_open(clock.now()):
        remind(connection, row, Party.ON_CALL, "receiver_closed")


def _slot_is_free(connection: Connection, row: Record) -> None:
    if row["group_id"] is None:
        return
    slot = fetch_one(connection, SLOT, p_group=row["group_id"])
    if slot is not None and slot["winner_id"] is not None:
        raise Superseded("Another of its group has been accepted.")


def _no_duplicate(connection: Connection, row: Record, details: Details) -> None:
    if details.duplicate_reason is not None:
        return
    names = ("client_id", "category", "service_id", "chain_id")
    found = fetch(connection, DUPLICATES, **{f"p_{name}": row[name] for name in names})
    if found:
        ids = [str(duplicate["id"]) for duplicate in found]
        raise DuplicateReferral("Give a reason to send it all the same.", duplicates=ids)


def message_of(connection: Connection, row: Record) -> str | None:
    """The sender's own words to the receiver."""
    if row["message"] is None:
        return None
    opened: str = open_sealed(connection, row["message"], "referral", "message", row["id"])
    return opened


def freeze(connection: Connection, row: Record, disclosure: Disclosure) -> None:
    """Keep what cases handed over as the packet of this referral."""
    message = message_of(connection, row)
    content = {**disclosure.packet.model_dump(mode="json"), "message": message}
    frozen = {
        "referral_id": row["id"],
        "organization": row["organization"],
        "receiver_organization": row["receiver_organization"],
        "disclosure_id": disclosure.id,
        "content": seal(connection, content, "packet", "content", row["id"]),
        "frozen_at": clock.now(),
    }
    connection.execute(FREEZE, frozen)
