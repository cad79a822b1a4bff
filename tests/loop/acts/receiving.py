"""What providers do: in their inbox, by the link that was mailed, or written down for them by the sender."""

from datetime import timedelta
from typing import Any

from shared import clock
from tests.loop.acts.sending import LIVE_OF_NEED, take
from tests.loop.cast import Provider
from tests.loop.history import Answer, History
from tests.loop.lines import Body, Person

Referral = dict[str, Any]
REASONS = ["no_capacity", "no_capacity", "not_eligible", "no_show", "could_not_contact"]
REASONS += ["client_declined", "service_ended", "out_of_area"]
BY_LINK = {"no_capacity", "not_eligible", "service_ended", "out_of_area"}
WANTED = ("open", "addressed")
CLAIMS = """
select action, who from referral_history where referral_id = $1 and action in ('claim', 'release')
order by at
"""
CLOSED = "select closed_at from disclosure where referral_id = $1"
WRONG = "000000"


async def says(h: History, referral: Referral, act: str, body: Body | None = None) -> Answer:
    """The receiver's word, by whichever way they have; or a worker writes it down for them."""
    body = body or {}
    provider = h.provider_of(referral)
    if provider is not None and provider.desks and h.likely(0.8):
        return await take(h, h.pick(provider.desks), referral, act, body)
    path = h.post.path("respond", referral["id"])
    if path is not None and h.likely(0.8):
        form = {"act": act, **{name: str(value) for name, value in body.items() if value}}
        return await h.ask(None, "POST", f"referrals{path}/en", f"link.{act}", data=form)
    return await take(h, h.owner_of(referral), referral, act, body)


async def accept(h: History, referral: Referral) -> None:
    waits = h.likely(0.15) and h.provider_of(referral) is h.cast.providers[0]
    body = {"waitlist": {"until": _day(h, [0, 3]), "position": 2}} if waits else {}
    late = referral["status"] == "expired" and h.alone
    others = (
        await h.rows("referrals", LIVE_OF_NEED, referral["need_id"], referral["id"]) if late else []
    )
    answer = await says(h, referral, "accept", body)
    if late and answer.taken and await _is(h, referral, "accepted"):
        assert referral["need_status"] in WANTED, (
            f"{referral['id']}: accepted for a need that is not open"
        )
        assert not others, f"{referral['id']}: accepted late beside {others}"


async def _is(h: History, referral: Referral, status: str) -> bool:
    """A page that says it is too late is no refusal to whoever looks at statuses."""
    (row,) = await h.rows("referrals", "select status from referral where id = $1", referral["id"])
    return bool(row["status"] == status)


async def decline(h: History, referral: Referral) -> None:
    provider = h.provider_of(referral)
    by_link = provider is not None and not provider.desks
    reason = h.pick([r for r in REASONS if not by_link or r in BY_LINK])
    await says(h, referral, "decline", {"reason": reason})


async def ask_question(h: History, referral: Referral) -> None:
    await says(h, referral, "ask_question", {"text": "Is there a step at the door?"})


async def record_contact(h: History, referral: Referral) -> None:
    await says(h, referral, "record_contact")


async def start(h: History, referral: Referral) -> None:
    await says(h, referral, "start")


async def hold(h: History, referral: Referral) -> None:
    provider = h.provider_of(referral)
    reason = {"reason": "no_capacity"} if provider is not None and provider.desks else {}
    await says(h, referral, "hold", {**reason, "until": _day(h, [0, 1, 10])})


async def resume(h: History, referral: Referral) -> None:
    await says(h, referral, "resume")


async def served(h: History, referral: Referral) -> None:
    body = {"provided": "A week of groceries", "served_on": str(clock.now().date())}
    await says(h, referral, "report_served", body)


async def not_served(h: History, referral: Referral) -> None:
    await says(h, referral, "report_not_served", {"reason": h.pick(["no_show", "no_capacity"])})


async def confirm_withdrawal(h: History, referral: Referral) -> None:
    await says(h, referral, "confirm_withdrawal")


async def claim(h: History, referral: Referral) -> None:
    provider = h.provider_of(referral)
    if provider is not None and provider.desks:
        desk, act = h.pick(provider.desks), h.pick(["claim", "claim", "release"])
        await take(h, desk, referral, act, {})


async def open_packet(h: History, referral: Referral) -> None:
    """With an account; or with the code that was mailed, and never without."""
    provider = h.provider_of(referral)
    if provider is None:
        return
    if provider.desks:
        path = f"referrals/v1/referrals/{referral['id']}/packet"
        await _opened(h, referral, await h.ask(provider.desks[0], "GET", path, "packet"))
        return
    link = h.post.path("respond", referral["id"])
    if link is not None and provider.email is not None:
        await _open_by_code(h, referral, f"referrals{link}/en", provider.email)


async def _open_by_code(h: History, referral: Referral, page: str, email: str) -> None:
    code = h.post.code(email)
    if code is None or h.likely(0.4):
        await h.ask(None, "POST", f"{page}/code", "link.code")
        return
    wrong = code == WRONG or h.likely(0.3)
    sent = {"code": WRONG if wrong else code}
    answer = await h.ask(None, "POST", f"{page}/packet", "link.packet", data=sent)
    assert not (wrong and answer.status == 200 and code != WRONG), "a wrong code opened a packet"
    await _opened(h, referral, answer)


async def _opened(h: History, referral: Referral, answer: Answer) -> None:
    if answer.status == 200 and h.alone:
        disclosed = await h.rows("cases", CLOSED, referral["id"])
        assert [row["closed_at"] for row in disclosed] == [None], (
            f"{referral['id']} opened: {disclosed}"
        )


async def hand_over(h: History, referral: Referral) -> None:
    met = h.likely(0.6)
    body = {
        "kind": h.pick(["warm_call", "joint_visit"]),
        "achieved": met,
        "present": ["worker", "receiver", "client"] if met else ["worker"],
        "at": clock.now().isoformat(),
        **({} if met else {"reason": "client_absent"}),
    }
    await take(h, _either(h, referral), referral, "hand_off", body)


async def propose_appointment(h: History, referral: Referral) -> None:
    await take(h, _either(h, referral), referral, "appointments", _at(h))


async def move_appointment(h: History) -> None:
    statement = (
        "select * from appointment where organization = $1 and status in ('proposed', 'confirmed')"
    )
    found = await h.rows("referrals", statement, h.cast.sender)
    if not found:
        return
    one = h.pick(found)
    steps: list[tuple[str, Body]] = [
        *[("confirm", dict[str, Any]())] * 3,
        ("decline", {}),
        ("cancel", {}),
    ]
    steps += [("reschedule", _at(h)), ("record-attendance", {"attendance": "attended"})]
    steps += [("record-attendance", {"attendance": "no_show", "reason": "unknown"})]
    if one["status"] == "confirmed" and one["starts_at"] < clock.now():
        steps = steps[-2:]
    step, body = h.pick(steps)
    (referral,) = await h.rows(
        "referrals",
        "select r.*, c.owner_id from referral r join case_relation c using (case_id) where r.id = $1",
        one["referral_id"],
    )
    path = f"referrals/v1/appointments/{one['id']}/{step}"
    await h.say(_either(h, referral), path, body, f"appointment.{step}")


def _either(h: History, referral: Referral) -> Person:
    provider: Provider | None = h.provider_of(referral)
    if provider is not None and provider.desks and h.likely(0.5):
        desk: Person = h.pick(provider.desks)
        return desk
    return h.owner_of(referral)


def _at(h: History) -> Body:
    starts = clock.now() + timedelta(days=h.pick([1, 2, 9]))
    ends = starts + timedelta(hours=1)
    when = {"starts_at": starts.isoformat(), "ends_at": ends.isoformat()}
    return {**when, "timezone": "America/New_York", "kind": "in_person"}


def _day(h: History, days: list[int]) -> str:
    return str(clock.now().date() + timedelta(days=h.pick(days)))
