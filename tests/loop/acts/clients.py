"""What clients do themselves, by their link, or tell a worker: whether they got help."""

from typing import Any

from tests.loop.acts.sending import take
from tests.loop.history import Answer, History

Referral = dict[str, Any]
LAST_WORD = """
select answer from attestation where referral_id = $1 and side = 'client' order by at desc limit 1
"""


async def ask(h: History, referral: Referral) -> None:
    """A worker asks now. The link is the client's to keep."""
    channel = h.pick(["link", "phone"])
    asked = await take(h, h.owner_of(referral), referral, "ask", {"channel": channel})
    h.keep_link(referral["id"], asked.body.get("answer_url"))


async def hand_link(h: History, referral: Referral) -> None:
    made = await take(h, h.owner_of(referral), referral, "answer_link", {})
    h.keep_link(referral["id"], made.body.get("answer_url"))


async def answer(h: History, referral: Referral) -> None:
    """By their link if they have one; else a worker hears it on the phone."""
    said = {"answer": h.pick(["yes", "yes", "partly", "no", "not_yet"])}
    said |= {"helped": h.pick([1, 5])} if h.likely(0.3) else {}
    path = h.link_to(referral["id"])
    if path is not None and h.likely(0.7):
        answered = await h.ask(None, "POST", f"referrals{path}", "link.answer", json=said)
    else:
        answered = await take(h, h.owner_of(referral), referral, "client_answer", said)
    if h.alone and answered.taken:
        await _kept(h, referral, said["answer"], answered)


async def _kept(h: History, referral: Referral, said: str, answered: Answer) -> None:
    found = await h.rows("referrals", LAST_WORD, referral["id"])
    assert [row["answer"] for row in found] == [said], (
        f"{referral['id']}: said {said}, kept {found}"
    )


async def stop(h: History, referral: Referral) -> None:
    """They no longer want it."""
    path = h.link_to(referral["id"])
    if path is not None:
        await h.ask(None, "POST", f"referrals{path}/en/stop", "link.stop")


async def look(h: History, referral: Referral) -> None:
    """At the page, as a mail scanner does before anybody."""
    path = h.link_to(referral["id"]) or h.post.path("respond", referral["id"])
    if path is not None:
        await h.ask(None, "GET", f"referrals{path}", "link.look")
