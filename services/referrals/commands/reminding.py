"""Telling somebody that a referral waits for them: on record, and shown in lists until someone acts."""

from sqlalchemy import Connection

from services.referrals.commands import receiver_links, recording
from services.referrals.commands.moving import UPDATE
from services.referrals.lifecycle.transitions import Party
from shared import clock
from shared.db import Record, execute


def remind(connection: Connection, row: Record, party: Party, kind: str) -> None:
    """Put on record that `party` was told that something is overdue, and show it in lists."""
    now = clock.now()
    # A clock says since when; what else there is to tell is told at once.
    since = row["overdue_since"] or now
    shown = {"attention": party, "attention_at": now, "overdue_since": since}
    execute(connection, UPDATE, {"p_id": row["id"], **shown})
    recording.record(
        connection,
        row,
        "remind",
        before=row["status"],
        party=Party.CLOCK,
        reminded=party,
        reason=kind,
    )
    receiver_links.remind(connection, row, party)
