"""Asking the client: an answer link, or a call; and a try counted, at most one in two days."""

from uuid import UUID

from sqlalchemy import Connection, bindparam, select

from services.referrals.commands import clocks, links
from services.referrals.commands.acting import judged, on_record
from services.referrals.commands.moving import CLOCK, SYSTEM, Actor, Details, move
from services.referrals.commands.reminding import remind
from services.referrals.lifecycle.clocks import BETWEEN_TRIES, LADDERS, Clock, spaced
from services.referrals.lifecycle.transitions import Act, follow
from services.referrals.models import referral
from shared import audit, clock
from shared.auth import Principal
from shared.db import Record, fetch_one
from shared.schemas.referrals import ReferralStatus

LOCKED = select(referral).where(referral.c.id == bindparam("p_id")).with_for_update()


def ask(
    connection: Connection, caller: Principal, referral_id: UUID, channel: str, public_url: str
) -> Record:
    """A worker asks now. For `link` the answer holds the URL, this once."""
    row, actor = judged(connection, caller, referral_id, Act.ASK)
    asked(connection, row, actor)
    url = f"{public_url}/answer/{links.new_link(connection, row)}" if channel == "link" else None
    return {**on_record(connection, caller, referral_id, Act.ASK), "answer_url": url}


def asked(connection: Connection, row: Record, by: Actor) -> Record:
    """A try was made on the locked referral: counted when it stands apart from the last."""
    now = clock.now()
    tries = row["asked_count"] + (1 if spaced(row["asked_at"], now) else 0)
    moved = move(connection, row, Act.ASK, by, Details(), asked_count=tries, asked_at=now)
    if row["status"] == ReferralStatus.AWAITING_CONFIRMATION:
        clocks.start(connection, moved, Clock.ASK, now + BETWEEN_TRIES)
    return moved


def still_to_ask(connection: Connection, message: Record) -> Record | None:
    """The locked referral that a message is about, while there is anything to ask."""
    row = fetch_one(connection, LOCKED, p_id=message["referral_id"])
    return row if row and follow(ReferralStatus(row["status"]), Act.ASK) else None


def link_for(connection: Connection, message: Record, language: str) -> str | None:
    """The token of a new link, whose pages open in the client's language."""
    row = still_to_ask(connection, message)
    return None if row is None else links.new_link(connection, row, language)


def sent(connection: Connection, message: Record, channel: str) -> None:
    """The question is on its way: that was a try."""
    row = still_to_ask(connection, message)
    if row is not None:
        asked(connection, row, CLOCK)
        audit.record(connection, "referral.ask", [row["id"]], basis=channel)


def unreached(connection: Connection, message: Record, link: str) -> None:
    """The address takes nothing: its link is void, and a worker calls."""
    links.revoke(connection, link)
    by_phone(connection, message)


def by_phone(connection: Connection, message: Record) -> None:
    """Nothing may be sent: whoever is next on the ladder is to call."""
    row = still_to_ask(connection, message)
    if row is not None:
        rungs = LADDERS[Clock.ASK].rungs
        remind(connection, row, rungs[min(message["step"], len(rungs) - 1)], "ask_by_phone")
        audit.record(connection, "referral.ask", [row["id"]], basis="phone")


def give_up(connection: Connection, message: Record, reason: str) -> None:
    """Nobody may ask."""
    row = still_to_ask(connection, message)
    if row is not None and follow(ReferralStatus(row["status"]), Act.STOP_ASKING):
        move(connection, row, Act.STOP_ASKING, SYSTEM, Details(cannot_ask=reason))
        audit.record(connection, "referral.stop_asking", [row["id"]], basis="system")
