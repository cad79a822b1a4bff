"""What a person does to a referral: see it, be allowed, move it, on record."""

from uuid import UUID

from sqlalchemy import Connection

from services.referrals import access
from services.referrals.commands.guards import check
from services.referrals.commands.moving import Actor, Details, move
from services.referrals.lifecycle.transitions import Act, Party, follow
from services.referrals.queries import referrals
from shared import audit
from shared.auth import Principal
from shared.db import Record
from shared.errors import ActionNotAllowed, Forbidden
from shared.schemas.referrals import ReferralStatus


def act(
    connection: Connection,
    caller: Principal,
    referral_id: UUID,
    action: Act,
    details: Details,
) -> Record:
    """Take `action` on a referral that the caller sees; the referral as it stands then."""
    row, actor = judged(connection, caller, referral_id, action)
    check(connection, row, action, details)
    move(connection, row, action, actor, details)
    return on_record(connection, caller, referral_id, action)


def judged(
    connection: Connection, caller: Principal, referral_id: UUID, action: Act
) -> tuple[Record, Actor]:
    """The locked row, and in which capacity the caller acts: who may, before what state it is in."""
    row = referrals.lock(connection, caller, referral_id)
    party = capacity(caller, row, action)
    if follow(ReferralStatus(row["status"]), action) is None:
        raise refused(caller, row, action)
    return row, Actor(party, caller.subject, access.marked_for(action, party))


def capacity(caller: Principal, row: Record, action: Act) -> Party:
    """In which capacity the caller may take `action` on this row at all."""
    author = row["author"] == caller.subject
    party = access.acts_as(access.parties(caller, row), action, author)
    if party is None:
        raise Forbidden(f"You may not {action} this referral.")
    return party


def refused(caller: Principal, row: Record, action: str) -> ActionNotAllowed:
    allowed = access.offered(caller, row)
    detail = f"{action} is not possible while it is {row['status']}."
    return ActionNotAllowed(detail, status_now=row["status"], allowed=allowed)


def on_record(connection: Connection, caller: Principal, referral_id: UUID, action: str) -> Record:
    audit.record(connection, f"referral.{action}", [referral_id])
    return referrals.after_change(connection, caller, referral_id)
