"""Asking the client: an answer link, or a call; and a try counted, at most one in two days."""

from uuid import UUID

from sqlalchemy import Connection

from services.referrals.commands import clocks
from services.referrals.commands.acting import judged, on_record
from services.referrals.commands.links import new_link
from services.referrals.commands.moving import Actor, Details, move
from services.referrals.lifecycle.clocks import BETWEEN_TRIES, Clock, spaced
from services.referrals.lifecycle.transitions import Act
from shared import clock
from shared.auth import Principal
from shared.db import Record
from shared.schemas.referrals import ReferralStatus


def ask(
    connection: Connection, caller: Principal, referral_id: UUID, channel: str, public_url: str
) -> Record:
    """A worker asks now. For `link` the answer holds the URL, this once."""
    row, actor = judged(connection, caller, referral_id, Act.ASK)
    asked(connection, row, actor)
    url = f"{public_url}/answer/{new_link(connection, row)}" if channel == "link" else None
    return {**on_record(connection, caller, referral_id, Act.ASK), "answer_url": url}


def asked(connection: Connection, row: Record, by: Actor) -> Record:
    """A try was made on the locked referral: counted when it stands apart from the last."""
    now = clock.now()
    tries = row["asked_count"] + (1 if spaced(row["asked_at"], now) else 0)
    moved = move(connection, row, Act.ASK, by, Details(), asked_count=tries, asked_at=now)
    if row["status"] == ReferralStatus.AWAITING_CONFIRMATION:
        clocks.start(connection, moved, Clock.ASK, now + BETWEEN_TRIES)
    return moved
