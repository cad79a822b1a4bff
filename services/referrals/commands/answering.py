"""The client's own word: by their link, or as a worker heard it."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, bindparam, select, update

from services.referrals.commands import clocks
from services.referrals.commands.acting import judged, on_record
from services.referrals.commands.attesting import latest_words
from services.referrals.commands.links import expiry, hash_of, new_link
from services.referrals.commands.moving import Actor, Details, move
from services.referrals.lifecycle.clocks import BETWEEN_TRIES, Clock
from services.referrals.lifecycle.loop import Said, Side, Word, contradicts
from services.referrals.lifecycle.reasons import Reason
from services.referrals.lifecycle.transitions import NEVER_SENT, Act, Party, follow
from services.referrals.models import answer_link, attestation, referral
from services.referrals.queries.calendars import calendar_of
from services.referrals.schemas.acts import ClientAnswer, WrittenAnswer
from shared import audit, clock
from shared.auth import Principal
from shared.db import Record, enter, execute, fetch_one
from shared.errors import NotFound
from shared.schemas.needs import NeedCategory
from shared.schemas.referrals import ReferralStatus

LINK = select(answer_link).where(answer_link.c.hash == bindparam("p_hash"))
USED = (
    update(answer_link)
    .where(answer_link.c.hash == bindparam("p_hash"))
    .values(used_count=answer_link.c.used_count + 1)
)
REFERRAL = select(referral).where(referral.c.id == bindparam("p_id"))
LOCKED = REFERRAL.with_for_update()
LAST_WORD = (
    select(attestation.c.answer, attestation.c.helped, attestation.c.written_by, attestation.c.at)
    .where(attestation.c.referral_id == bindparam("p_id"), attestation.c.side == Side.CLIENT)
    .order_by(attestation.c.version.desc())
    .limit(1)
)
GONE = NEVER_SENT | {ReferralStatus.ENTERED_IN_ERROR}
UNNAMED = {
    NeedCategory.SAFETY,
    NeedCategory.MENTAL_HEALTH,
    NeedCategory.SUBSTANCE_USE,
    NeedCategory.IMMIGRATION,
    NeedCategory.LEGAL,
}
"""Needs whose services are not named on a page that somebody else might see."""


def hand_over(
    connection: Connection,
    caller: Principal,
    referral_id: UUID,
    language: str | None,
    public_url: str,
) -> Record:
    """A link for a client who is here, at any time after sending: not a try, nothing is asked."""
    row, _ = judged(connection, caller, referral_id, Act.CLIENT_ANSWER)
    token = new_link(connection, row, language)
    audit.record(connection, "answer_link.create", [referral_id])
    return {"answer_url": f"{public_url}/answer/{token}", "expires_at": expiry(row)}


def seen(connection: Connection, token: str) -> Record:
    """What the pages behind the link show. Nothing is written but the audit row."""
    row = _behind(connection, token, locked=False)
    audit.record(connection, "answer.read", [row["id"]], basis="link")
    word = fetch_one(connection, LAST_WORD, p_id=row["id"])
    zone = ZoneInfo(calendar_of(connection, row["organization"]).timezone)
    return {
        "service_name": row["service_name"] if row["category"] not in UNNAMED else None,
        "language": row["link_language"],
        "answer": word and word["answer"],
        "answered_on": word and word["at"].astimezone(zone).date(),
        "status": row["status"],
        "stopping": row["withdrawal_requested_at"] is not None,
        "stoppable": _stop(row) is not None,
    }


def answer_by_link(connection: Connection, token: str, answer: ClientAnswer) -> Record:
    """The client's word through their link. The same word again changes nothing."""
    row = _behind(connection, token, locked=True)
    execute(connection, USED, {"p_hash": hash_of(token)})
    details = Details(answer=answer.answer, helped=answer.helped, channel="link")
    if not _said_already(connection, row, answer):
        take_word(connection, row, Actor(Party.CLIENT), details)
    audit.record(connection, "referral.client_answer", [row["id"]], basis="link")
    return {"recorded": True}


def stop(connection: Connection, token: str) -> None:
    """The client no longer wants this help. Where it is over, or they said so before, nothing changes."""
    row = _behind(connection, token, locked=True)
    execute(connection, USED, {"p_hash": hash_of(token)})
    act = _stop(row)
    if act is not None:
        declined = Details(reason=Reason.CLIENT_DECLINED, channel="link")
        move(connection, row, act, Actor(Party.CLIENT), declined)
    audit.record(connection, "referral.client_stop", [row["id"]], basis="link")


def _stop(row: Record) -> Act | None:
    """How the client takes it back: at once before it was accepted, by the receiver's leave after."""
    status = ReferralStatus(row["status"])
    if follow(status, Act.WITHDRAW):
        return Act.WITHDRAW
    asked_already = row["withdrawal_requested_at"] is not None
    may_ask = follow(status, Act.REQUEST_WITHDRAWAL) and not asked_already
    return Act.REQUEST_WITHDRAWAL if may_ask else None


def write_down(
    connection: Connection, caller: Principal, referral_id: UUID, said: WrittenAnswer
) -> Record:
    """The client's word as a worker heard it."""
    row, actor = judged(connection, caller, referral_id, Act.CLIENT_ANSWER)
    details = Details(**said.model_dump())
    take_word(connection, row, Actor(actor.party, actor.subject, said.said_by), details)
    return on_record(connection, caller, referral_id, Act.CLIENT_ANSWER)


def take_word(connection: Connection, row: Record, by: Actor, details: Details) -> None:
    """Add the client's word to a locked referral, and let it conclude or contradict."""
    assert details.answer is not None
    moved = move(connection, row, _act(connection, row, details.answer), by, details)
    if moved["status"] == ReferralStatus.AWAITING_CONFIRMATION:
        clocks.start(connection, moved, Clock.ASK, clock.now() + BETWEEN_TRIES)


def _act(connection: Connection, row: Record, said: Said) -> Act:
    """A word that contradicts what it ended on disputes it; else a final one concludes."""
    status = ReferralStatus(row["status"])
    receiver = latest_words(connection, row["id"]).get(Side.RECEIVER)
    if contradicts(receiver, Word(said)) and follow(status, Act.CONTRADICT):
        return Act.CONTRADICT
    if said is not Said.NOT_YET and follow(status, Act.CONCLUDE):
        return Act.CONCLUDE
    return Act.CLIENT_ANSWER


def _behind(connection: Connection, token: str, *, locked: bool) -> Record:
    """The referral behind a link. Wrong, expired and revoked are one and the same answer."""
    link = fetch_one(connection, LINK, p_hash=hash_of(token))
    if link is None or link["revoked_at"] is not None or link["expires_at"] <= clock.now():
        raise NotFound("There is no such page.")
    enter(connection, link["organization"])
    statement: Any = LOCKED if locked else REFERRAL
    row = fetch_one(connection, statement, p_id=link["referral_id"])
    if row is None or row["status"] in GONE:
        raise NotFound("There is no such page.")
    return {**row, "link_language": link["language"]}


def _said_already(connection: Connection, row: Record, answer: ClientAnswer) -> bool:
    """Whether it repeats their last word. One without a mark leaves the mark that was given."""
    last = fetch_one(connection, LAST_WORD, p_id=row["id"])
    if last is None or last["written_by"] is not None or last["answer"] != answer.answer:
        return False
    return answer.helped in (None, last["helped"])
