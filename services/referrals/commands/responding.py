"""What a provider without an account sees and does through their link: the same rules as with one."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, select

from services.referrals.access import makes_sense
from services.referrals.commands import access_codes, receiver_links
from services.referrals.commands.accepting import is_late, take_on
from services.referrals.commands.access_codes import Destination
from services.referrals.commands.answering import UNNAMED
from services.referrals.commands.guards import check
from services.referrals.commands.links import hash_of
from services.referrals.commands.moving import Actor, Details, move
from services.referrals.commands.questions import ask_locked
from services.referrals.commands.receiver_links import ANSWERABLE
from services.referrals.errors import PacketClosed
from services.referrals.lifecycle.clocks import PAUSED, Clock
from services.referrals.lifecycle.transitions import MAY, Act, Party, acts_from
from services.referrals.models import deadline, referral
from services.referrals.queries import packets
from services.referrals.queries.calendars import calendar_for
from services.referrals.queries.questions import questions_of
from shared import audit
from shared.db import Record, enter, fetch_one
from shared.errors import ActionNotAllowed, NotFound
from shared.schemas.referrals import LIVE, ReferralStatus

BY_LINK = Actor(Party.RECEIVER)
BY_RECEIVERS = {act for act, who in MAY.items() if Party.RECEIVER in who}
LINK = "link"
"""The basis of what is on record about it."""
REFERRAL = select(referral).where(referral.c.id == bindparam("p_id"))
LOCKED = REFERRAL.with_for_update()
DUE = (
    select(deadline.c.kind, deadline.c.due_at)
    .where(deadline.c.subject == bindparam("p_id"), deadline.c.kind.in_(PAUSED))
    .order_by(deadline.c.due_at)
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Behind:
    """What a link leads to, in its sender's context."""

    link: Record
    referral: Record

    @property
    def opens(self) -> bool:
        """Whether the packet may be asked for: not once it is reported. What was moved in has none."""
        return self.referral["status"] in LIVE and self.referral["disclosure_id"] is not None


@dataclass(frozen=True, slots=True)
class NotOpened:
    """The code was wrong, or (none left) there is none in force."""

    tries_left: int
    codes_to: Destination


def show(connection: Connection, token: str) -> Record:
    """The state that the page tells of: nothing about the person. Only the view is put on record."""
    found = behind(connection, token)
    audit.record(connection, "respond.read", [found.referral["id"]], basis=LINK)
    row = found.referral
    return {
        "status": row["status"],
        "service_name": row["service_name"],
        "category": None if row["category"] in UNNAMED else row["category"],
        "urgency": row["urgency"],
        "sent_at": row["sent_at"],
        "reason": row["reason"],
        "hold_until": row["hold_until"],
        "recipient_name": found.link["recipient_name"],
        "opens": found.opens,
        "acts": offered(row),
        "codes_to": access_codes.destination(connection, found.link),
        "question": row["question_at"] is not None,
        **_due(connection, row),
    }


def offered(row: Record) -> list[Act]:
    """What the receiver may do now, each as one button or form."""
    acts = acts_from(ReferralStatus(row["status"]))
    return [act for act in acts if act in BY_RECEIVERS and makes_sense(act, row)]


def late(connection: Connection, token: str) -> Record | None:
    """The referral, when accepting it is late: cases must say first that its consent stands."""
    row = behind(connection, token).referral
    return row if is_late(row) else None


def accept(connection: Connection, token: str, *, consented: bool) -> None:
    """Yes. `consented`: cases has just said that the disclosure stands."""
    found = _locked(connection, token, Act.ACCEPT)
    take_on(connection, found.referral, BY_LINK, Details(), consented=consented)
    _done(connection, found, Act.ACCEPT)


def act(connection: Connection, token: str, action: Act, details: Details) -> None:
    """Whatever else they say. Raises ActionNotAllowed when it has been said, or is too late."""
    found = _locked(connection, token, action)
    check(connection, found.referral, action, details)
    move(connection, found.referral, action, BY_LINK, details)
    _done(connection, found, action)


def ask(connection: Connection, token: str, text: str) -> None:
    found = _locked(connection, token, Act.ASK_QUESTION)
    ask_locked(connection, found.referral, BY_LINK, text)
    _done(connection, found, Act.ASK_QUESTION)


def request_code(connection: Connection, token: str) -> tuple[bool, Destination]:
    """Have a code sent to the link's own address: whether one is on its way, and where to."""
    found = behind(connection, token, locked=True)
    _still_opens(found)
    sent = access_codes.request(connection, found.referral, found.link)
    outcome = "ok" if sent else "denied"
    audit.record(connection, "packet.code", [found.referral["id"]], outcome, LINK)
    return sent, access_codes.destination(connection, found.link)


def sealed_packet(connection: Connection, token: str) -> Record:
    """Whose disclosure cases must be asked about. Raises PacketClosed."""
    found = behind(connection, token)
    _still_opens(found)
    return packets.unopened(connection, found.referral)


def open_packet(connection: Connection, token: str, code: str) -> Record | NotOpened:
    """The packet for the right code. A wrong one is on record, and counts."""
    found = behind(connection, token, locked=True)
    _still_opens(found)
    tries_left = access_codes.spend(connection, found.link, code)
    if tries_left is not None:
        audit.record(connection, "packet.read", [found.referral["id"]], "denied", LINK)
        return NotOpened(tries_left, access_codes.destination(connection, found.link))
    receiver_links.used(connection, found.link)
    packet = packets.opened(connection, packets.unopened(connection, found.referral), basis=LINK)
    return {**packet, "questions": questions_of(connection, found.referral["id"])}


def behind(connection: Connection, token: str, *, locked: bool = False) -> Behind:
    """Raises NotFound: wrong, expired and revoked are one and the same answer."""
    link = receiver_links.find(connection, hash_of(token))
    if link is None:
        raise NotFound("There is no such page.")
    enter(connection, link["organization"])
    statement: Any = LOCKED if locked else REFERRAL
    row = fetch_one(connection, statement, p_id=link["referral_id"])
    assert row is not None, "a link is made with its referral"
    return Behind(link, row)


def _locked(connection: Connection, token: str, action: Act) -> Behind:
    found = behind(connection, token, locked=True)
    allowed = offered(found.referral)
    if action not in allowed:
        now = found.referral["status"]
        detail = f"{action} is not possible while it is {now}."
        raise ActionNotAllowed(detail, status_now=now, allowed=allowed)
    return found


def _done(connection: Connection, found: Behind, action: Act) -> None:
    receiver_links.used(connection, found.link)
    audit.record(connection, f"referral.{action}", [found.referral["id"]], basis=LINK)


def _still_opens(found: Behind) -> None:
    if not found.opens:
        raise PacketClosed("It opens no more.", reason="reported")


def _due(connection: Connection, row: Record) -> Record:
    due = row["status"] in ANSWERABLE and fetch_one(connection, DUE, p_id=row["id"])
    if not due:
        return {"due_kind": None, "due_at": None, "timezone": None}
    zone = calendar_for(connection, row, Clock(due["kind"])).timezone
    return {"due_kind": due["kind"], "due_at": due["due_at"], "timezone": zone}
