"""The one way a referral moves: status, word, history, clocks and event, in one transaction."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, update

from services.referrals.commands import (
    attesting,
    calling_off,
    clocks,
    flagging,
    gaps,
    groups,
    links,
    proposing,
    receiver_links,
    recording,
    slots,
)
from services.referrals.lifecycle.loop import Said, Side, contradicts, loop_result
from services.referrals.lifecycle.transitions import ENDED, Act, Party, follow
from services.referrals.models import packet, referral
from shared import clock
from shared.db import Record, execute
from shared.errors import ActionNotAllowed
from shared.schemas.referrals import LIVE, ReferralStatus

UPDATE = update(referral).where(referral.c.id == bindparam("p_id"))
CLOSE_PACKET = update(packet).where(
    packet.c.referral_id == bindparam("p_id"), packet.c.closed_at.is_(None)
)
RECEIVER_SAYS = {
    Act.DECLINE: Said.DECLINED,
    Act.REPORT_SERVED: Said.SERVED,
    Act.REPORT_NOT_SERVED: Said.NOT_SERVED,
}
STAMPS = {
    Act.SEND: "sent_at",
    Act.APPROVE: "sent_at",
    Act.ACCEPT: "answered_at",
    Act.DECLINE: "answered_at",
    Act.START: "started_at",
    Act.REPORT_SERVED: "reported_at",
    Act.REPORT_NOT_SERVED: "reported_at",
    Act.REQUEST_WITHDRAWAL: "withdrawal_requested_at",
}
REASONED = {
    Act.DISCARD,
    Act.ACCEPT,
    Act.DECLINE,
    Act.EXPIRE,
    Act.REPORT_SERVED,
    Act.REPORT_NOT_SERVED,
    Act.WITHDRAW,
    Act.WITHDRAW_NOW,
    Act.REQUEST_WITHDRAWAL,
}
"""Acts whose reason becomes the referral's. Those that have none clear it: a late acceptance, help."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, in which capacity, and for whom when they write down what another did."""

    party: Party
    subject: UUID | None = None
    marked_for: str | None = None


CLOCK, SYSTEM = Actor(Party.CLOCK), Actor(Party.SYSTEM)


@dataclass(frozen=True, slots=True)
class Details:
    """What an action says beyond its name. Its fields are those of the request bodies."""

    reason: str | None = None
    note: str | None = None
    until: date | None = None
    retry_on: date | None = None
    position: int | None = None
    provided: str | None = None
    served_on: date | None = None
    answer: Said | None = None
    helped: int | None = None
    said_by: str = "client"
    channel: str = "link"
    cannot_ask: str | None = None
    not_referred_again: str | None = None
    duplicate_reason: str | None = None
    waitlisted: bool = False
    """Accepted onto the waiting list: no place is taken yet."""

    def spoken(self) -> str | None:
        """All that was said in free text: kept together, and encrypted."""
        said = (self.note, self.not_referred_again, self.duplicate_reason)
        return "\n".join(filter(None, said)) or None


NOTHING = Details()
CONSEQUENCES = (
    links.follow,
    receiver_links.follow,
    groups.follow,
    gaps.follow,
    flagging.follow,
    calling_off.follow,
    proposing.follow,
)
"""What else changes when a referral moves: each gets the row before, the row after, and the act."""


def move(
    connection: Connection,
    row: Record,
    act: Act,
    by: Actor,
    details: Details = NOTHING,
    **also: Any,
) -> Record:
    """Take `act` on a locked referral: the only writer of its status. The row as it stands then.

    `also` are columns that change with it.
    """
    before = ReferralStatus(row["status"])
    after = follow(before, act)
    if after is None:
        raise ActionNotAllowed(f"{act} does not follow {before}.", status_now=before, allowed=[])
    if act is Act.ACCEPT:
        groups.take_slot(connection, row)
    _attest(connection, row, act, by, details)
    effects = _effects(row, act, details, after)
    if not (act is Act.ACCEPT and details.waitlisted):
        effects |= slots.place_after(connection, row, after, act)
    moved = save(connection, row, status=after, **effects, **also)
    recording.record(
        connection,
        moved,
        act,
        before=before,
        party=by.party,
        who=by.subject,
        marked_for=by.marked_for,
        reason=details.reason or details.cannot_ask,
        note=details.spoken(),
    )
    clocks.wind(connection, moved, act, by.party)
    for follow_up in CONSEQUENCES:
        follow_up(connection, row, moved, act)
    if act in (Act.WITHDRAW_NOW, Act.VOID):
        close_packet(connection, row["id"], details.reason or act)
    if act in RECEIVER_SAYS:
        return _heed_the_client(connection, moved)
    return moved


def save(connection: Connection, row: Record, **changes: Any) -> Record:
    """Write the changes with the next version and the computed loop, and tell the neighbours."""
    words = attesting.latest_words(connection, row["id"])
    loop = loop_result(words.get(Side.RECEIVER), words.get(Side.CLIENT))
    changes |= {"loop": loop, "version": row["version"] + 1, "attention": None}
    changes |= {"attention_at": None, "overdue_since": None}
    execute(connection, UPDATE, {"p_id": row["id"], **changes})
    saved = {**row, **changes}
    if (saved["status"], saved["loop"]) != (row["status"], row["loop"]):
        recording.publish(connection, saved)
    return saved


def close_packet(connection: Connection, referral_id: UUID, reason: str) -> bool:
    """True when it was open."""
    closed = {"p_id": referral_id, "closed_at": clock.now(), "closed_reason": reason}
    return execute(connection, CLOSE_PACKET, closed) > 0


def _effects(row: Record, act: Act, details: Details, after: ReferralStatus) -> Record:
    """The columns that `act` changes beside the status."""
    now = clock.now()
    changes: Record = {"ended_at": (row["ended_at"] or now) if after in ENDED else None}
    if act in STAMPS:
        changes[STAMPS[act]] = now
    if act is Act.RECORD_CONTACT:
        changes["first_contact_at"] = row["first_contact_at"] or now
    if act in REASONED:
        changes["reason"] = details.reason
    if after not in LIVE:
        changes["question_at"] = None  # whoever asked no longer waits for an answer
    if act in (Act.DECLINE, Act.REPORT_NOT_SERVED):
        changes["retry_on"] = details.retry_on
    if act in (Act.HOLD, Act.RESUME):
        changes |= {"hold_until": details.until, "waitlist_position": details.position}
    return changes


def _attest(connection: Connection, row: Record, act: Act, by: Actor, details: Details) -> None:
    if details.answer is not None:
        attesting.attest(
            connection,
            row,
            Side.CLIENT,
            details.answer,
            said_by=details.said_by,
            written_by=by.subject,
            channel=details.channel,
            helped=details.helped,
        )
    elif act in RECEIVER_SAYS and by.party is not Party.CLOCK:
        attesting.attest(
            connection,
            row,
            Side.RECEIVER,
            RECEIVER_SAYS[act],
            said_by=Party.RECEIVER,
            written_by=by.subject,
            channel=_channel(by),
            reason=details.reason,
            served_on=details.served_on,
            provided=details.provided,
        )


def _channel(by: Actor) -> str:
    if by.marked_for:
        return "told_sender"
    return "account" if by.subject else "link"


def _heed_the_client(connection: Connection, row: Record) -> Record:
    """Who has spoken before the receiver is not asked again: it concludes, or contradicts."""
    words = attesting.latest_words(connection, row["id"])
    client = words.get(Side.CLIENT)
    if client is None or client.said is Said.NOT_YET:
        return row
    if contradicts(words.get(Side.RECEIVER), client):
        return move(connection, row, Act.CONTRADICT, SYSTEM)
    concludes = follow(ReferralStatus(row["status"]), Act.CONCLUDE) is not None
    return move(connection, row, Act.CONCLUDE, SYSTEM) if concludes else row
