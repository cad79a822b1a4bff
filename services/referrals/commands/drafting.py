"""Beginning a referral: one need, one service, one receiver; nothing is disclosed yet."""

from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, insert

from services.referrals import access
from services.referrals.commands import clocks, recording
from services.referrals.commands.acting import on_record
from services.referrals.commands.relations import CASE_OVER, NEED_WANTS, keep_referable
from services.referrals.errors import NeedNotOpen
from services.referrals.lifecycle.transitions import Act, Party
from services.referrals.models import referral
from services.referrals.queries import receivers, referrals
from services.referrals.schemas.referrals import NewReferral
from shared import clock
from shared.auth import Principal
from shared.db import Record
from shared.errors import Forbidden, Invalid
from shared.schemas.disclosures import ReferableNeed
from shared.schemas.listings import ListingStanding
from shared.schemas.referrals import LoopResult, ReferralStatus
from shared.sealing import seal

INSERT = insert(referral)
SERVICE_NAME = 500
"""As much of a listing's name as is kept."""
MAY_DRAFT = frozenset({Party.WORKER, Party.ENTRY_WORKER})


def draft(
    connection: Connection,
    caller: Principal,
    new: NewReferral,
    need: ReferableNeed,
    listing: ListingStanding,
) -> Record:
    """A draft for a need that cases showed to this caller, to a listing the directory knows."""
    row_id = begin(connection, caller, new, need, listing)
    return on_record(connection, caller, row_id, Act.DRAFT)


def begin(
    connection: Connection,
    caller: Principal,
    new: NewReferral,
    need: ReferableNeed,
    listing: ListingStanding,
    group_id: UUID | None = None,
) -> UUID:
    """The same, as a part of more, which writes the audit. Its id."""
    _still_wanted(need.need_status, need.case_status)
    standing = keep_referable(connection, caller.tenant, need)
    _still_wanted(standing["status"], standing["of_case"])
    row = _new_row(connection, caller, new, need, listing, group_id)
    connection.execute(INSERT, row)
    _may_draft(connection, caller, row["id"])
    before = recording.NOTHING_BEFORE
    party = Party.AUTHOR
    recording.record(connection, row, Act.DRAFT, before=before, party=party, who=caller.subject)
    clocks.wind(connection, row, Act.DRAFT, party)
    recording.publish(connection, row)
    row_id: UUID = row["id"]
    return row_id


def _still_wanted(need_status: str, case_status: str) -> None:
    if need_status not in NEED_WANTS:
        raise NeedNotOpen("The need is not open.", need_status=need_status)
    if case_status in CASE_OVER:
        raise NeedNotOpen("The case is over.", need_status=need_status, case_status=case_status)


def _may_draft(connection: Connection, caller: Principal, referral_id: UUID) -> None:
    seen = referrals.lock(connection, caller, referral_id)
    if not access.parties(caller, seen) & MAY_DRAFT:
        raise Forbidden("You may read this case, and not write in it.")


def _new_row(
    connection: Connection,
    caller: Principal,
    new: NewReferral,
    need: ReferableNeed,
    listing: ListingStanding,
    group_id: UUID | None,
) -> dict[str, Any]:
    row_id = uuid4()
    chain = _chain(connection, caller, new.previous_referral_id, need.client_id)
    receiver = _receiver(connection, new, listing)
    tenant = receiver is not None and receiver["kind"] == "tenant"
    message = new.message and seal(connection, new.message, "referral", "message", row_id)
    return {
        **dict.fromkeys(referral.c.keys()),
        "id": row_id,
        "organization": caller.tenant,
        "receiver_id": receiver and receiver["id"],
        "receiver_name": receiver and receiver["name"],
        "receiver_organization": receiver["organization"] if receiver and tenant else None,
        "case_id": need.case_id,
        "client_id": need.client_id,
        "need_id": need.need_id,
        "step_id": new.step_id,
        "service_id": new.service_id,
        "service_name": listing.name[:SERVICE_NAME],
        "category": need.category,
        "urgency": new.urgency,
        "hand_off": new.hand_off,
        "area": new.area,
        "classes": sorted(set(new.classes)),
        "message": message,
        "status": ReferralStatus.DRAFT,
        "loop": LoopResult.OPEN,
        "version": 1,
        "author": caller.subject,
        "previous_referral_id": new.previous_referral_id,
        "chain_id": chain or group_id or row_id,
        "group_id": group_id,
        "created_at": clock.now(),
        "asked_count": 0,
        "imported": False,
        "paused_seconds": 0,
    }


def _receiver(connection: Connection, new: NewReferral, listing: ListingStanding) -> Record | None:
    """The one that was named, or whoever answers for the service."""
    if new.receiver_id is not None:
        return receivers.get_receiver(connection, new.receiver_id)
    return receivers.answering(connection, new.service_id, listing.organization_id)


def _chain(
    connection: Connection, caller: Principal, previous: UUID | None, client: UUID
) -> UUID | None:
    if previous is None:
        return None
    row = referrals.lock(connection, caller, previous)
    if row["client_id"] != client:
        raise Invalid("/previous_referral_id", "It was for another client.")
    chain: UUID = row["chain_id"]
    return chain
