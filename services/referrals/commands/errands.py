"""Who may run an errand about a referral: judged on the locked row, before the state it is in."""

from uuid import UUID

from sqlalchemy import Connection

from services.referrals import access
from services.referrals.commands.moving import Actor
from services.referrals.lifecycle.errands import Errand, taken_as
from services.referrals.lifecycle.transitions import Party
from services.referrals.queries import referrals
from shared.auth import Principal
from shared.db import Record
from shared.errors import ActionNotAllowed, Forbidden


def judged(
    connection: Connection, caller: Principal, referral_id: UUID, errand: Errand
) -> tuple[Record, Actor]:
    """The locked row, and in which capacity the caller acts."""
    row = referrals.lock(connection, caller, referral_id)
    party = taken_as(errand, access.parties(caller, row))
    if party is None:
        raise Forbidden(f"You may not {errand.name} this referral.")
    if row["status"] not in errand.statuses:
        raise ActionNotAllowed(
            f"{errand.name} is not possible while it is {row['status']}.",
            status_now=row["status"],
            allowed=access.offered(caller, row),
        )
    written_down = errand.receivers_own and party is not Party.RECEIVER
    return row, Actor(party, caller.subject, Party.RECEIVER if written_down else None)
