"""Taking a referral on from the receiver's pool, and giving it back. It blocks no colleague."""

from uuid import UUID

from sqlalchemy import Connection

from services.referrals.commands import recording
from services.referrals.commands.acting import on_record
from services.referrals.commands.errands import judged
from services.referrals.commands.moving import UPDATE, Actor
from services.referrals.errors import Claimed
from services.referrals.lifecycle.errands import CLAIM, RELEASE
from shared import clock
from shared.auth import Principal
from shared.db import Record, execute


def claim(connection: Connection, caller: Principal, referral_id: UUID, note: str | None) -> Record:
    """The first wins; a second time by the same person changes nothing."""
    row, actor = judged(connection, caller, referral_id, CLAIM)
    if row["claimed_by"] not in (None, caller.subject):
        raise Claimed("A colleague has claimed it.", claimed_by=str(row["claimed_by"]))
    if row["claimed_by"] is None:
        _keep(connection, row, actor, CLAIM.name, note, caller.subject)
    return on_record(connection, caller, referral_id, CLAIM.name)


def release(
    connection: Connection, caller: Principal, referral_id: UUID, note: str | None
) -> Record:
    """Back to the pool, by any of the receiver's staff: who claimed it may be ill."""
    row, actor = judged(connection, caller, referral_id, RELEASE)
    if row["claimed_by"] is not None:
        _keep(connection, row, actor, RELEASE.name, note, None)
    return on_record(connection, caller, referral_id, RELEASE.name)


def _keep(
    connection: Connection,
    row: Record,
    by: Actor,
    action: str,
    note: str | None,
    claimed_by: UUID | None,
) -> None:
    claimed = {"claimed_by": claimed_by, "claimed_at": claimed_by and clock.now()}
    execute(connection, UPDATE, {"p_id": row["id"], **claimed})
    recording.record(
        connection,
        row,
        action,
        before=row["status"],
        party=by.party,
        who=by.subject,
        note=note,
    )
