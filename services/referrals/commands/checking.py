"""What is known here of a sending that has not been done: read, and on record that somebody looked."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import Connection

from services.referrals import access
from services.referrals.commands.acting import refused
from services.referrals.commands.sending import disclosure_of, message_of, told_to
from services.referrals.lifecycle.retrying import Bar
from services.referrals.lifecycle.transitions import Act, Party
from services.referrals.queries import attempts, receivers
from services.referrals.queries.referrals import ONE
from services.referrals.queries.visibility import visible_to
from shared import audit, clock
from shared.auth import Principal
from shared.db import Record, fetch_one
from shared.errors import Forbidden, NotFound
from shared.schemas.disclosures import DataClass, DisclosureRequest, ReferableNeed
from shared.schemas.listings import ListingStanding
from shared.schemas.referrals import ReferralStatus

WRITES = frozenset({Party.WORKER, Party.ENTRY_WORKER, Party.SUPERVISOR})
UNSENT = (ReferralStatus.DRAFT, ReferralStatus.PENDING_APPROVAL)
Listings = Mapping[UUID, ListingStanding | None]


@dataclass(frozen=True, slots=True)
class Known:
    """What this service and its receiver are to the client, as far as referrals knows."""

    service_id: UUID
    receiver: Record | None
    wanted: DisclosureRequest | None
    """What cases is asked, when there is somebody to tell."""
    duplicate: bool
    tried: Bar | None


def prospect(
    caller: Principal, need: ReferableNeed, classes: list[DataClass], receiver_id: UUID | None
) -> Record:
    """A referral that might be: the columns of one that a check looks at."""
    new = uuid4()
    return {
        **need.model_dump(include={"need_id", "client_id", "category"}),
        "id": new,
        "chain_id": new,
        "organization": caller.tenant,
        "receiver_id": receiver_id,
        "classes": classes,
    }


def begun(connection: Connection, caller: Principal, referral_id: UUID) -> Record:
    """A referral of the caller's own side in which they may write."""
    row = fetch_one(connection, ONE, p_id=referral_id, **visible_to(caller))
    if row is None or not row["as_sender"]:
        raise NotFound("There is no such referral.")
    may_write(caller, row)
    return row


def may_write(caller: Principal, row: Record) -> None:
    if not access.parties(caller, row) & WRITES:
        raise Forbidden("You may read this referral, and not write in it.")


def unsent(connection: Connection, caller: Principal, referral_id: UUID) -> Record:
    """The same, before it is sent: then it is too late to weigh it."""
    row = begun(connection, caller, referral_id)
    if row["status"] not in UNSENT:
        raise refused(caller, row, Act.SEND)
    return row


def look(
    connection: Connection, subject: Record, listings: Listings, receiver_id: UUID | None = None
) -> list[Known]:
    """Each service as it stands to the subject's client; on record, once for all."""
    bars = attempts.bars(connection, subject["client_id"], clock.now().date())
    live = attempts.live_elsewhere(connection, subject["client_id"], subject["chain_id"])
    audit.record(connection, "referral.preflight", [subject["need_id"]])
    found = []
    for service_id, listing in listings.items():
        receiver = _receiver(connection, service_id, listing, receiver_id)
        known = Known(
            service_id=service_id,
            receiver=receiver,
            wanted=None if receiver is None else told_to(receiver, subject),
            duplicate=any(_same(other, subject, service_id) for other in live),
            tried=bars.get(service_id),
        )
        found.append(known)
    return found


def preview(
    connection: Connection, caller: Principal, referral_id: UUID
) -> tuple[Record, DisclosureRequest]:
    """An unsent referral with its own message in clear, and what cases is asked for the rest."""
    row = unsent(connection, caller, referral_id)
    audit.record(connection, "referral.preview", [referral_id])
    return {**row, "message": message_of(connection, row)}, disclosure_of(connection, row)


def _receiver(
    connection: Connection, service_id: UUID, listing: ListingStanding | None, named: UUID | None
) -> Record | None:
    if named is None:
        listed_by = None if listing is None else listing.organization_id
        return receivers.answering(connection, service_id, listed_by)
    found = receivers.get_receiver(connection, named)
    return found if found["active"] else None


def _same(other: Record, subject: Record, service_id: UUID) -> bool:
    return bool(other["category"] == subject["category"] or other["service_id"] == service_id)
