"""The receiver's own inquiry about the client it was sent: begun in its own records, by the packet."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from services.referrals.commands import recording
from services.referrals.commands.acting import on_record
from services.referrals.commands.errands import judged
from services.referrals.commands.moving import UPDATE
from services.referrals.errors import PacketIncomplete
from services.referrals.lifecycle.errands import OPEN_INQUIRY
from services.referrals.lifecycle.transitions import Party
from services.referrals.queries import packets, referrals
from shared.auth import Principal
from shared.db import Record, execute
from shared.schemas.disclosures import DataClass, NewInquiry


def find(connection: Connection, caller: Principal, referral_id: UUID) -> Record | None:
    """The packet, still sealed, whose disclosure must stand; None when it was opened before."""
    row, _ = judged(connection, caller, referral_id, OPEN_INQUIRY)
    if row["inquiry_id"] is not None:
        return None
    if DataClass.IDENTITY not in row["classes"]:
        raise PacketIncomplete("It does not say who it is.", missing=[DataClass.IDENTITY])
    return packets.unopened(connection, row)


def opened_before(connection: Connection, caller: Principal, referral_id: UUID) -> Record:
    return on_record(connection, caller, referral_id, OPEN_INQUIRY.name)


def new_inquiry(connection: Connection, caller: Principal, referral_id: UUID) -> NewInquiry:
    """What the receiver's own records are told. On record as an opening of the packet."""
    row, _ = judged(connection, caller, referral_id, OPEN_INQUIRY)
    found = packets.unopened(connection, row)
    classes = packets.opened(connection, found, basis="inquiry")["classes"]
    identity, contact = classes[DataClass.IDENTITY], classes.get(DataClass.CONTACT, {})
    return NewInquiry(
        organization_id=caller.tenant,
        source="referral",
        source_id=referral_id,
        given_name=identity["given_name"],
        family_name=identity["family_name"],
        birth_date=identity["birth_date"],
        language=identity["language"],
        email=_first(contact, "email"),
        phone=_first(contact, "phone"),
        category=row["category"],
    )


def keep(
    connection: Connection,
    caller: Principal,
    referral_id: UUID,
    case_id: UUID,
    note: str | None,
) -> Record:
    """What the inquiry is to the receiver; whatever became of the referral meanwhile, it was begun."""
    row = referrals.lock(connection, caller, referral_id)
    if row["inquiry_id"] is None:
        execute(connection, UPDATE, {"p_id": referral_id, "inquiry_id": case_id})
        recording.record(
            connection,
            row,
            OPEN_INQUIRY.name,
            before=row["status"],
            party=Party.RECEIVER,
            who=caller.subject,
            note=note,
        )
    return referrals.after_change(connection, caller, referral_id)


def _first(contact: dict[str, Any], kind: str) -> str | None:
    """The packet holds safe channels only, in the client's order."""
    return next(iter(contact.get(kind, [])), None)
