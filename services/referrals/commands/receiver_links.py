"""A provider's link: for one referral and one named recipient, kept only as a hash, and with an end.

It lives while the referral is live or may still be accepted late, and dies with any other end of it or
with the consent (domain.md, "Clocks").
"""

import secrets
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Connection, Uuid, bindparam, insert, or_, select, update

from services.referrals.commands import messages
from services.referrals.commands.links import hash_of
from services.referrals.lifecycle.transitions import ENDED, Act, Party
from services.referrals.models import receiver, receiver_contact, receiver_link
from shared import clock
from shared.db import Record, execute, fetch_one, within
from shared.errors import NotFound
from shared.schemas.referrals import LIVE, ReferralStatus

LIFE, GRACE = timedelta(days=365), timedelta(hours=1)
"""After the receiver's own last word the page still thanks for it: a second tap finds no dead link."""
ANSWERABLE = LIVE | {ReferralStatus.EXPIRED}
SENDS = {Act.SEND, Act.APPROVE}
TELLS = {Act.ANSWER_QUESTION, Act.REQUEST_WITHDRAWAL}
THEIR_LAST_WORD = {Act.DECLINE, Act.REPORT_NOT_SERVED, Act.CONFIRM_WITHDRAWAL}
TAKEN_BACK = {Act.WITHDRAW, Act.WITHDRAW_NOW, Act.CONFIRM_WITHDRAWAL, Act.VOID}
"""Of these the recipient is told that there is nothing left to do."""
INVITE, REMIND, CLOSED, CODE = "invite", "remind", "closed", "code"

INSERT = insert(receiver_link)
_of = receiver_link.c.referral_id == bindparam("p_id")
_alive = receiver_link.c.revoked_at.is_(None)
_newest = receiver_link.c.created_at.desc()
LAST = select(receiver_link).where(_of, _alive).order_by(_newest).limit(1)
LAST_SENT = LAST.where(receiver_link.c.expires_at > bindparam("p_now"))
ONE = select(receiver_link).where(receiver_link.c.hash == bindparam("p_hash"))
REVOKE = update(receiver_link).where(_of, _alive)
REVOKE_OTHERS = REVOKE.where(receiver_link.c.hash != bindparam("p_hash"))
REVOKE_ONE = update(receiver_link).where(receiver_link.c.hash == bindparam("p_hash"))
SHORTEN = REVOKE.where(receiver_link.c.expires_at > bindparam("p_until"))
USED = (
    update(receiver_link)
    .where(receiver_link.c.hash == bindparam("p_hash"))
    .values(used_count=receiver_link.c.used_count + 1)
)
RECEIVER = select(receiver).where(receiver.c.id == bindparam("p_id"))
CONTACT_ID = bindparam("p_id", type_=Uuid)
CONTACT = (
    select(receiver_contact)
    .where(
        receiver_contact.c.receiver_id == bindparam("p_receiver"),
        or_(CONTACT_ID.is_(None), receiver_contact.c.id == CONTACT_ID),
        receiver_contact.c.active,
        receiver_contact.c.email.is_not(None),
    )
    .order_by(receiver_contact.c.created_at)
    .limit(1)
)


def follow(connection: Connection, _: Record, moved: Record, act: Act) -> None:
    """Keep links and messages in step with a referral to somebody without an account."""
    if not reached_by_link(moved):
        return
    if act in SENDS:
        messages.want(connection, moved, INVITE)
    elif act in TELLS:
        tell(connection, moved)
    elif moved["status"] in ENDED and moved["status"] not in ANSWERABLE:
        at_once = act not in THEIR_LAST_WORD and not _just_reported(moved, act)
        end(connection, moved, told=act in TAKEN_BACK, at_once=at_once)


def _just_reported(moved: Record, act: Act) -> bool:
    """Whether it is concluded on what they have just said: the client had spoken before."""
    return act is Act.CONCLUDE and clock.now() - moved["reported_at"] < GRACE


def reached_by_link(referral: Record) -> bool:
    return referral["receiver_id"] is not None and referral["receiver_organization"] is None


def tell(connection: Connection, referral: Record) -> None:
    """Something waits for the receiver: a new link to it."""
    messages.want(connection, referral, REMIND)


def remind(connection: Connection, referral: Record, party: Party) -> None:
    if party is Party.RECEIVER and reached_by_link(referral):
        tell(connection, referral)


def end(connection: Connection, referral: Record, *, told: bool, at_once: bool = True) -> None:
    """Its links open nothing any more."""
    now, of = clock.now(), {"p_id": referral["id"]}
    messages.drop(connection, referral, INVITE, REMIND, CODE)
    with within(connection, referral["organization"]):
        last = fetch_one(connection, LAST_SENT, p_now=now, **of)
        if at_once:
            execute(connection, REVOKE, {**of, "revoked_at": now})
        else:
            until = now + GRACE
            execute(connection, SHORTEN, {**of, "p_until": until, "expires_at": until})
    if told and last is not None:
        messages.want(connection, referral, CLOSED, link_hash=last["hash"])


def address_to(connection: Connection, referral: Record, email: str, name: str | None) -> None:
    """From now on it is this recipient's: all older links are dead, and theirs is on its way."""
    execute(connection, REVOKE, {"p_id": referral["id"], "revoked_at": clock.now()})
    # Nobody has its token, and it is past its end: it only says who is to get the next.
    _insert(connection, referral, secrets.token_bytes(32), (name, email), timedelta())
    messages.want(connection, referral, INVITE)


def contact(connection: Connection, receiver_id: UUID, contact_id: UUID) -> Record:
    found = fetch_one(connection, CONTACT, p_receiver=receiver_id, p_id=contact_id)
    if found is None:
        raise NotFound("The receiver has no such contact with an e-mail address.")
    return found


def recipient(connection: Connection, referral: Record) -> tuple[str | None, str] | None:
    """Whose link the next one is, and where it goes: as the last was, else the receiver's own."""
    last = fetch_one(connection, LAST, p_id=referral["id"])
    if last is not None:
        return last["recipient_name"], last["address"]
    kept = fetch_one(connection, RECEIVER, p_id=referral["receiver_id"])
    if kept is not None and kept["email"]:
        return None, kept["email"]
    someone = fetch_one(connection, CONTACT, p_receiver=referral["receiver_id"], p_id=None)
    return None if someone is None else (someone["name"], someone["email"])


def new_link(connection: Connection, referral: Record, to: tuple[str | None, str]) -> str:
    """The token of a new link for this recipient. The older ones live on until it is out."""
    token = secrets.token_urlsafe(32)
    _insert(connection, referral, hash_of(token), to, LIFE)
    return token


def retire_older(connection: Connection, referral: Record, token: str) -> None:
    """The new link is out: it is the only one."""
    others = {"p_id": referral["id"], "p_hash": hash_of(token), "revoked_at": clock.now()}
    execute(connection, REVOKE_OTHERS, others)


def revoke(connection: Connection, link_hash: bytes) -> None:
    execute(connection, REVOKE_ONE, {"p_hash": link_hash, "revoked_at": clock.now()})


def used(connection: Connection, link: Record) -> None:
    execute(connection, USED, {"p_hash": link["hash"], "last_used_at": clock.now()})


def find(connection: Connection, link_hash: bytes) -> Record | None:
    """The link, while it opens anything."""
    link = fetch_one(connection, ONE, p_hash=link_hash)
    if link is None or link["revoked_at"] is not None or link["expires_at"] <= clock.now():
        return None
    return link


def _insert(
    connection: Connection,
    referral: Record,
    link_hash: bytes,
    to: tuple[str | None, str],
    life: timedelta,
) -> None:
    now = clock.now()
    name, address = to
    link = {
        "hash": link_hash,
        "organization": referral["organization"],
        "referral_id": referral["id"],
        "receiver_id": referral["receiver_id"],
        "recipient_name": name,
        "channel": "email",
        "address": address,
        "created_at": now,
        "expires_at": now + life,
        "used_count": 0,
    }
    connection.execute(INSERT, link)
