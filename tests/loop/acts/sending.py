"""What the sender's staff do: draft, send to one or several, ask, answer, take back, refer on."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from shared import clock
from tests.loop.cast import CLASSES, Provider
from tests.loop.history import Answer, History
from tests.loop.lines import Body, Person
from tests.referrals.world import Need

Referral = dict[str, Any]
LIVE_OF_NEED = """
select id from referral where need_id = $1 and id <> $2
and status in ('sent', 'accepted', 'in_progress', 'on_hold')
"""
DIED = "select id from client where id = $1 and deceased_on is not null"
TURNED_AWAY = """
select a.reason from referral r join attestation a on a.referral_id = r.id and a.side = 'receiver'
where r.client_id = $1 and r.service_id = $2 and r.id <> $3
  and r.status in ('declined', 'not_served') and a.reason in ('not_eligible', 'service_ended')
  and not exists (select from referral l where l.client_id = r.client_id
                  and l.service_id = r.service_id and l.created_at > r.created_at and l.id <> $3)
"""


async def take(h: History, by: Person, referral: Referral, act: str, body: Body) -> Answer:
    path = f"referrals/v1/referrals/{referral['id']}/{act.replace('_', '-')}"
    return await h.say(by, path, body, act)


def new_referral(h: History, need: Need, provider: Provider) -> Body:
    new: Body = {
        "need_id": need.id,
        "service_id": provider.service_id,
        "receiver_id": provider.receiver_id,
        "classes": h.pick(CLASSES),
        "urgency": "urgent" if h.likely(0.2) else "routine",
        "area": h.pick([None, "Polk", "503"]),
    }
    if need.id in h.cast.steps and h.likely(0.7):
        new["step_id"] = h.cast.steps[need.id]
    return new


async def draft(h: History) -> None:
    """And mostly send it."""
    need = h.pick(h.cast.needs)
    new = new_referral(h, need, h.pick(h.cast.providers))
    person = await h.owner_of_need(need)
    made = await h.say(person, "referrals/v1/referrals", new, "draft")
    if made.body and h.likely(0.9):
        await send(h, person, made.body)


async def send(h: History, person: Person, referral: Referral) -> None:
    act = "submit" if person.role == "case_manager_entry" else "send"
    body = {"duplicate_reason": "Two are better"} if h.likely(0.5) and act == "send" else {}
    await take(h, person, referral, act, body)


async def group(h: History) -> None:
    need = h.pick(h.cast.needs)
    chosen = h.chance.sample(h.cast.providers, h.pick([2, 2, 3]))
    new = new_referral(h, need, chosen[0])
    del new["service_id"], new["receiver_id"]
    new["targets"] = [{"service_id": p.service_id, "receiver_id": p.receiver_id} for p in chosen]
    new["send"] = h.likely(0.9)
    await h.say(await h.owner_of_need(need), "referrals/v1/referral-groups", new, "group")


async def group_act(h: History) -> None:
    """Its drafts are sent, or all of it is taken back."""
    found = await h.rows(
        "referrals", "select id from referral_group where organization = $1", h.cast.sender
    )
    if found:
        act, body = h.pick([("send", {}), ("send", {}), ("withdraw", {"reason": "moved"})])
        path = f"referrals/v1/referral-groups/{h.pick(found)['id']}/{act}"
        await h.by_worker(path, body, f"group_{act}")


async def bulk(h: History) -> None:
    rows = [
        {"key": str(n), **new_referral(h, h.pick(h.cast.needs), h.pick(h.cast.providers))}
        for n in range(h.pick([1, 2, 3]))
    ]
    new = {"dry_run": h.likely(0.2), "send": h.likely(0.8), "rows": rows}
    await h.by_worker("referrals/v1/referrals/bulk", new, "bulk")


async def move_in(h: History) -> None:
    """From the system before this one; nothing is moved in for who has died."""
    need, provider = h.pick(h.cast.needs), h.pick(h.cast.providers)
    if await h.rows("cases", DIED, UUID(need.client_id)):
        return
    (known,) = await h.rows("cases", "select category from need where id = $1", UUID(need.id))
    sent_at = clock.now() - timedelta(days=h.pick([1, 20]))
    status = h.pick(["sent", "accepted", "in_progress"])
    row = {
        "external_id": uuid4().hex,
        "need_id": need.id,
        "category": known["category"],
        "service_id": provider.service_id,
        "receiver_id": provider.receiver_id,
        "status": status,
        "sent_at": sent_at.isoformat(),
        "accepted_at": None if status == "sent" else sent_at.isoformat(),
    }
    new = {"rows": [row, *([row] if h.likely(0.2) else [])]}
    await h.say(h.cast.admin, "referrals/v1/referrals/import", new, "import")


async def disclose(h: History, referral: Referral) -> None:
    if referral["imported"]:
        await take(h, h.owner_of(referral), referral, "disclose", {"classes": h.pick(CLASSES)})


async def re_refer(h: History, referral: Referral) -> None:
    """To another, or to what the directory finds."""
    asked: Body = {"send": h.likely(0.8)}
    if h.likely(0.8):
        provider = h.pick(h.cast.providers)
        asked |= {"service_id": provider.service_id, "receiver_id": provider.receiver_id}
    if referral["status"] == "disputed":
        asked["resolve"] = {"note": "Another Ana."}
    made = await take(h, h.owner_of(referral), referral, "re_refer", asked)
    if made.body and h.alone:
        new, of = made.body, (referral["client_id"], UUID(made.body["service_id"]))
        barred = await h.rows("referrals", TURNED_AWAY, *of, UUID(new["id"]))
        assert not barred, f"{new['id']} was sent where the client was turned away: {barred}"


async def withdraw(h: History, referral: Referral) -> None:
    act = "withdraw" if referral["status"] == "sent" else "request_withdrawal"
    await take(h, h.owner_of(referral), referral, act, {"reason": h.pick(["moved", "duplicate"])})


async def withdraw_now(h: History, referral: Referral) -> None:
    body = {"reason": "other", "note": "Her former partner works there."}
    await take(h, h.cast.people["supervisor"], referral, "withdraw_now", body)


async def void(h: History, referral: Referral) -> None:
    await take(h, h.cast.people["supervisor"], referral, "void", {"note": "Another client's."})


async def answer_question(h: History, referral: Referral) -> None:
    await take(h, h.owner_of(referral), referral, "answer_question", {"text": "There is a ramp."})


async def invite(h: History, referral: Referral) -> None:
    await take(h, h.owner_of(referral), referral, "invite", {})


async def approve(h: History, referral: Referral) -> None:
    body = {"duplicate_reason": "Two are better"} if h.likely(0.3) else {}
    await take(h, h.cast.people["supervisor"], referral, "approve", body)


async def return_it(h: History, referral: Referral) -> None:
    await take(h, h.cast.people["supervisor"], referral, "return", {"note": "Say more."})


async def discard(h: History, referral: Referral) -> None:
    await take(h, h.somebody(), referral, "discard", {})


async def send_draft(h: History, referral: Referral) -> None:
    await send(h, h.owner_of(referral), referral)


async def resolve(h: History, referral: Referral) -> None:
    body = {"note": "Another Ana.", "not_referred_again": "She was helped by family."}
    await take(h, h.owner_of(referral), referral, "resolve", body)


async def stop_asking(h: History, referral: Referral) -> None:
    body = {"cannot_ask": h.pick([None, "refused", "deceased"])}
    await take(h, h.owner_of(referral), referral, "stop_asking", body)


async def unmet(h: History) -> None:
    body = {"need_id": h.pick(h.cast.needs).id, "reason": "nothing_near"}
    await h.by_worker("referrals/v1/unmet-demand", body, "unmet_demand")
