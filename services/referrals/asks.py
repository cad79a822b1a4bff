"""Asks clients whether they got help, when a clock wants it: the way their safe-contact policy allows."""

from services.referrals import words
from services.referrals.commands import asking
from services.referrals.mail import Undeliverable, compose
from services.referrals.posting import NotNow, Post
from shared import clock
from shared.db import Record
from shared.schemas.disclosures import ContactDecision

KIND = "ask"
CANNOT_ASK = {"deceased", "contact_prohibited", "refused"}


async def ask(post: Post, message: Record) -> None:
    """By mail or text message with a link; else a worker calls, or nobody may ask at all."""
    db = post.db(message)
    row = await db.run(asking.still_to_ask, message)
    if row is None:
        return
    cases = await post.cases()
    decision = await cases.contact_decision(row["client_id"], row["organization"])
    if decision.reason in CANNOT_ASK:
        await db.run(asking.give_up, message, decision.reason)
    elif decision.channel not in SENDERS or decision.address is None:
        await db.run(asking.by_phone, message)
    elif decision.not_before is not None and decision.not_before > clock.now():
        raise NotNow(decision.not_before)
    else:
        await _send(post, message, decision)


async def _send(post: Post, message: Record, decision: ContactDecision) -> None:
    db = post.db(message)
    link = await db.run(asking.link_for, message, decision.language)
    if link is None:
        return
    try:
        await SENDERS[decision.channel](post, decision, f"{post.settings.public_url}/answer/{link}")
    except Undeliverable:  # nobody was asked: not a try
        await db.run(asking.unreached, message, link)
    else:
        await db.run(asking.sent, message, decision.channel)


async def _mail(post: Post, decision: ContactDecision, url: str) -> None:
    said = words.words(decision.language)
    text = said["mail_body"].format(url=url)
    assert decision.address is not None
    await post.mail(compose(post.settings.mail_from, decision.address, said["mail_subject"], text))


async def _text(post: Post, decision: ContactDecision, url: str) -> None:
    assert decision.address is not None
    await post.text(decision.address, words.words(decision.language)["text"].format(url=url))


SENDERS = {"email": _mail, "text": _text}
