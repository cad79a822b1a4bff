"""A worker sends a referral's link anew, or to another: the links before it are dead from then on."""

from uuid import UUID

from sqlalchemy import Connection

from services.referrals import access
from services.referrals.commands import receiver_links, recording
from services.referrals.commands.acting import on_record
from services.referrals.commands.receiver_links import ANSWERABLE
from services.referrals.errors import ReceiverUnknown
from services.referrals.lifecycle.transitions import Party
from services.referrals.queries import receivers, referrals
from services.referrals.schemas.respond import NewInvitation
from shared.auth import Principal
from shared.db import Record
from shared.errors import ActionNotAllowed, Forbidden

INVITE = "invite"


def invite(
    connection: Connection, caller: Principal, referral_id: UUID, to: NewInvitation
) -> Record:
    """The mail goes out soon. Where to is on record for the sender's side, encrypted."""
    row = referrals.lock(connection, caller, referral_id)
    party = _capacity(caller, row)
    _answered_by_link(caller, row)
    name, address = _recipient(connection, row, to)
    receiver_links.address_to(connection, row, address, name)
    sent_to = " ".join(filter(None, (name, f"<{address}>")))
    by: Record = {"party": party, "who": caller.subject, "note": sent_to}
    recording.record(connection, row, INVITE, before=row["status"], **by)
    return on_record(connection, caller, referral_id, INVITE)


def _capacity(caller: Principal, row: Record) -> Party:
    mine = access.parties(caller, row)
    for party in (Party.WORKER, Party.ENTRY_WORKER):
        if party in mine:
            return party
    raise Forbidden("You may not send this referral's link.")


def _answered_by_link(caller: Principal, row: Record) -> None:
    if not receiver_links.reached_by_link(row):
        detail = "The receiver answers in its own inbox."
    elif row["status"] not in ANSWERABLE:
        detail = f"Nothing is to be answered while it is {row['status']}."
    else:
        return
    allowed = access.offered(caller, row)
    raise ActionNotAllowed(detail, status_now=row["status"], allowed=allowed)


def _recipient(connection: Connection, row: Record, to: NewInvitation) -> tuple[str | None, str]:
    if to.contact_id is not None:
        someone = receiver_links.contact(connection, row["receiver_id"], to.contact_id)
        return someone["name"], someone["email"]
    if to.email is not None:
        return to.name, to.email
    email = receivers.get_receiver(connection, row["receiver_id"])["email"]
    if email is None:
        raise ReceiverUnknown("No e-mail address of the receiver is known.")
    return None, email
