"""The receiver's waiting list: who moves up, or down."""

from uuid import UUID

from sqlalchemy import Connection

from services.referrals.commands import recording
from services.referrals.commands.acting import on_record
from services.referrals.commands.errands import judged
from services.referrals.commands.moving import UPDATE
from services.referrals.lifecycle.errands import POSITION
from shared.auth import Principal
from shared.db import Record, execute


def set_position(
    connection: Connection, caller: Principal, referral_id: UUID, position: int | None
) -> Record:
    """Its review date and its clock stay as they are."""
    row, actor = judged(connection, caller, referral_id, POSITION)
    execute(connection, UPDATE, {"p_id": row["id"], "waitlist_position": position})
    recording.record(
        connection,
        row,
        POSITION.name,
        before=row["status"],
        party=actor.party,
        who=actor.subject,
        marked_for=actor.marked_for,
    )
    return on_record(connection, caller, referral_id, POSITION.name)
