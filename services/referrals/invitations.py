"""Mails a provider without an account its link and its codes. Never a word about the person."""

from dataclasses import dataclass

from sqlalchemy import Connection

from services.referrals.commands import access_codes, flagging, receiver_links
from services.referrals.commands.access_codes import Destination
from services.referrals.commands.links import hash_of
from services.referrals.commands.receiver_links import ANSWERABLE, CLOSED, CODE, INVITE, REMIND
from services.referrals.commands.reminding import remind
from services.referrals.lifecycle.transitions import Party
from services.referrals.mail import Undeliverable, compose
from services.referrals.posting import Handler, Post, locked
from services.referrals.queries.receivers import get_receiver
from services.referrals.words import words
from shared import audit
from shared.db import Record, fetch_one
from shared.schemas.referrals import LIVE

LANGUAGES = ("en", "es")
"""Nobody has said which the provider reads: each mail says it in both."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A new link on its way out."""

    token: str
    address: str
    service_name: str
    urgent: bool


async def invite(post: Post, message: Record) -> None:
    """A new link to the referral. The older ones are dead once it is out."""
    db = post.db(message)
    issued = await db.run(_issue, message)
    if issued is None:
        return
    kind = f"{message['kind']}_urgent" if issued.urgent else message["kind"]
    url = f"{post.settings.public_url}/respond/{issued.token}"
    try:
        await _mail(post, issued.address, kind, service=issued.service_name, url=url)
    except Undeliverable:
        await db.run(_unreachable, message, issued)
    else:
        await db.run(_out, message, issued.token)


async def closed(post: Post, message: Record) -> None:
    """There is nothing left to do."""
    await _mail(post, await post.db(message).run(_last_address, message), CLOSED)


async def code(post: Post, message: Record) -> None:
    """A second factor for whoever opens the packet."""
    made = await post.db(message).run(_code, message)
    if made is None:
        return
    link, to, secret = made
    if to.channel == "text":
        try:
            await post.text(to.address, _both("code_text", code=secret))
        except Undeliverable:
            await _mail(post, link["address"], CODE, code=secret)
    else:
        await _mail(post, to.address, CODE, code=secret)


HANDLERS: dict[str, Handler] = {INVITE: invite, REMIND: invite, CLOSED: closed, CODE: code}


def _issue(connection: Connection, message: Record) -> Issued | None:
    row = locked(connection, message)
    if row["status"] not in ANSWERABLE:
        return None
    to = receiver_links.recipient(connection, row)
    if to is None:
        if message["kind"] == INVITE:
            remind(connection, row, Party.WORKER, "invite_by_phone")
        return None
    token = receiver_links.new_link(connection, row, to)
    return Issued(token, to[1], row["service_name"], row["urgency"] == "urgent")


def _out(connection: Connection, message: Record, token: str) -> None:
    row = locked(connection, message)
    receiver_links.retire_older(connection, row, token)
    audit.record(connection, f"referral.{message['kind']}", [row["id"]], basis="email")


def _unreachable(connection: Connection, message: Record, issued: Issued) -> None:
    """The worker calls. Where it is the receiver's own address, its listing is flagged too."""
    row = locked(connection, message)
    receiver_links.revoke(connection, hash_of(issued.token))
    if issued.address == get_receiver(connection, row["receiver_id"])["email"]:
        flagging.disconnected(connection, row)
    remind(connection, row, Party.WORKER, "receiver_unreachable")


def _last_address(connection: Connection, message: Record) -> str:
    link = fetch_one(connection, receiver_links.ONE, p_hash=message["link_hash"])
    assert link is not None
    address: str = link["address"]
    return address


def _code(connection: Connection, message: Record) -> tuple[Record, Destination, str] | None:
    link = receiver_links.find(connection, message["link_hash"])
    if link is None or locked(connection, message)["status"] not in LIVE:
        return None
    to = access_codes.destination(connection, link)
    return link, to, access_codes.new_code(connection, link)


async def _mail(post: Post, address: str, kind: str, **said: str) -> None:
    subject, text = _both(f"{kind}_subject", " / "), _both(f"{kind}_body", "\n\n* * *\n\n", **said)
    await post.mail(compose(post.settings.mail_from, address, subject, text))


def _both(key: str, between: str = " / ", **said: str) -> str:
    return between.join(words(language)[key].format(**said) for language in LANGUAGES)
