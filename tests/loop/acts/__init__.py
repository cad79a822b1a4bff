"""What may happen next, and how likely: mostly what makes sense where a referral stands."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from tests.loop.acts import caring, clients, receiving, sending
from tests.loop.history import History

Doing = Callable[[History], Awaitable[None]]
Act = Callable[[History, dict[str, Any]], Awaitable[None]]
Weighed = Mapping[Act, float]

ANYWHERE: Weighed = {
    clients.answer: 0.5,
    clients.look: 0.3,
    clients.hand_link: 0.3,
    receiving.open_packet: 0.5,
    sending.void: 0.08,
    sending.withdraw_now: 0.05,
}
AT_WORK: Weighed = {
    receiving.served: 4,
    receiving.not_served: 1.5,
    receiving.hold: 1,
    receiving.ask_question: 1,
    receiving.open_packet: 1,
    receiving.propose_appointment: 1.5,
    receiving.hand_over: 0.7,
    receiving.claim: 0.7,
    sending.answer_question: 1.5,
    sending.withdraw: 0.6,
    sending.withdraw_now: 0.2,
    receiving.confirm_withdrawal: 1,
    clients.stop: 0.2,
}
DEAD_END: Weighed = {sending.re_refer: 2, clients.answer: 1.5}
BY_STATUS: dict[str, Weighed] = {
    "draft": {sending.send_draft: 5, sending.discard: 0.7},
    "pending_approval": {sending.approve: 6, sending.return_it: 1.5, sending.discard: 0.4},
    "sent": {
        receiving.accept: 9,
        receiving.decline: 3,
        receiving.ask_question: 2,
        sending.answer_question: 2,
        receiving.claim: 1,
        receiving.open_packet: 1,
        sending.withdraw: 0.7,
        sending.withdraw_now: 0.2,
        sending.invite: 0.5,
        sending.disclose: 1,
        clients.stop: 0.3,
    },
    "accepted": {**AT_WORK, receiving.start: 4, receiving.record_contact: 2},
    "in_progress": AT_WORK,
    "on_hold": {**AT_WORK, receiving.resume: 5},
    "awaiting_confirmation": {clients.answer: 8, clients.ask: 2, sending.stop_asking: 1},
    "disputed": {sending.resolve: 3, sending.re_refer: 3, clients.answer: 1},
    "declined": {**DEAD_END, clients.ask: 1},
    "not_served": {**DEAD_END, clients.ask: 1},
    "expired": {**DEAD_END, receiving.accept: 6},
    "withdrawn": DEAD_END,
    "closed": {sending.re_refer: 1, clients.answer: 2},
}
SENSIBLE: dict[Act, Callable[[dict[str, Any]], bool]] = {
    receiving.ask_question: lambda r: r["question_at"] is None,
    sending.answer_question: lambda r: r["question_at"] is not None,
    receiving.confirm_withdrawal: lambda r: r["withdrawal_requested_at"] is not None,
    sending.withdraw: lambda r: r["withdrawal_requested_at"] is None,
    receiving.record_contact: lambda r: r["first_contact_at"] is None,
    sending.disclose: lambda r: r["imported"] and r["disclosure_id"] is None,
    sending.invite: lambda r: r["receiver_organization"] is None,
    receiving.claim: lambda r: r["receiver_organization"] is not None,
}
NONSENSE: list[Act] = [act for acts in BY_STATUS.values() for act in acts]
OVER = {"discarded", "entered_in_error"}


async def about_a_referral(h: History) -> None:
    found = await h.referrals()
    if not found:
        await sending.draft(h)
        return
    weights = [0.05 if row["status"] in OVER else 0.4 if row["ended_at"] else 1 for row in found]
    (referral,) = h.chance.choices(found, weights)
    await chosen(h, referral)(h, referral)


def chosen(h: History, referral: dict[str, Any]) -> Act:
    if h.likely(0.04):
        act: Act = h.pick(NONSENSE)
        return act
    acts = {**ANYWHERE, **BY_STATUS.get(referral["status"], {})}
    for act, makes_sense in SENSIBLE.items():
        if act in acts and not makes_sense(referral):
            acts[act] *= 0.05
    return h.chance.choices(list(acts), list(acts.values()))[0]


async def two_about_one(h: History) -> None:
    """Two people act on one referral, or on two for one need, in the same moment."""
    found = [row for row in await h.referrals() if row["ended_at"] is None]
    if not found:
        return
    one = h.pick(found)
    others = [row for row in found if row["need_id"] == one["need_id"]]
    two = h.pick(others)
    first, second = chosen(h, one), chosen(h, two)
    await h.together(lambda: first(h, one), lambda: second(h, two))


DOINGS: Mapping[Doing, float] = {
    about_a_referral: 20,
    two_about_one: 4,
    sending.draft: 3,
    sending.group: 1.6,
    sending.group_act: 0.3,
    sending.bulk: 0.5,
    sending.move_in: 0.8,
    sending.unmet: 0.3,
    receiving.move_appointment: 1.5,
    caring.decide_need: 0.7,
    caring.complete_task: 0.5,
    caring.consent_again: 0.7,
    caring.move_plan: 0.5,
    caring.revoke: 0.4,
    caring.send_and_revoke: 0.4,
    caring.another_need: 0.3,
    caring.another_client: 0.2,
    caring.move_case: 0.4,
    caring.hand_over_case: 0.2,
    caring.die: 0.08,
    caring.refuse_contact: 0.15,
}


async def something(h: History) -> None:
    (doing,) = h.chance.choices(list(DOINGS), list(DOINGS.values()))
    await doing(h)
