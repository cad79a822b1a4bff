"""What happens in cases meanwhile: consents come and go, needs are decided, cases close, people die."""

from uuid import UUID

from shared import clock
from tests.loop.acts.sending import new_referral, send
from tests.loop.cast import new_consent, take_in
from tests.loop.history import History
from tests.loop.lines import Body
from tests.referrals.world import Need

OVERRIDES = ("OPEN_REFERRAL", "UNCONFIRMED_OUTCOME", "OPEN_TASK", "GOAL_STILL_ACTIVE")
MINE = "select c.id from consent c where c.case_id = any($1) and c.status = 'active'"
TASKS = "select id from task where case_id = any($1) and status = 'open'"
CONSENT = "select id from consent where client_id = $1 and recipient_id = $2 and status = 'active'"


def _cases(h: History) -> list[UUID]:
    return [UUID(need.case_id) for need in h.cast.needs]


async def consent_again(h: History) -> None:
    path = f"cases/v1/cases/{h.pick(h.cast.needs).case_id}/consents"
    await h.by_worker(path, new_consent(h.pick(h.cast.providers), h.chance), "consent.create")


async def revoke(h: History) -> None:
    consents = await h.rows("cases", MINE, _cases(h))
    if consents:
        path = f"cases/v1/consents/{h.pick(consents)['id']}/revoke"
        await h.by_worker(path, {"reason": "client_asked"}, "consent.revoke")


async def send_and_revoke(h: History) -> None:
    """The client changes their mind in the very moment."""
    need, provider = h.pick(h.cast.needs), h.pick(h.cast.providers)
    worker = h.cast.worker
    made = await h.say(worker, "referrals/v1/referrals", new_referral(h, need, provider), "draft")
    of = (UUID(need.client_id), UUID(provider.receiver_id))
    consents = await h.rows("cases", CONSENT, *of)
    if made.body and consents:
        path = f"cases/v1/consents/{consents[0]['id']}/revoke"
        reason = {"reason": "client_asked"}
        await h.together(
            lambda: send(h, worker, made.body),
            *(lambda: h.by_worker(path, reason, "consent.revoke"),) * len(consents[:1]),
        )


async def decide_need(h: History) -> None:
    action = h.pick(["withdraw", "mark-unmet", "mark-met-otherwise", "reopen", "reopen", "reopen"])
    path = f"cases/v1/needs/{h.pick(h.cast.needs).id}/{action}"
    await h.by_worker(path, {"reason": "so_it_is"}, f"need.{action}")


async def another_client(h: History) -> None:
    if len(h.cast.needs) < 5:
        await h.undisturbed(lambda: take_in(h.cast, h.ground.lines, h.chance))


async def another_need(h: History) -> None:
    old = h.pick(h.cast.needs)
    path = f"cases/v1/cases/{old.case_id}/needs"
    made = await h.by_worker(path, {"category": h.pick(["food", "work"])}, "need.create")
    if made.body:
        h.cast.needs.append(Need(made.body["id"], old.case_id, old.client_id))


async def move_case(h: History) -> None:
    soon = str(clock.now().date())
    closing = {"outcome": "goals_met", "summary": "All is well.", "transition_plan": "Call us."}
    waived = {code: "It is agreed." for code in OVERRIDES if h.likely(0.7)}
    moves: list[tuple[str, Body]] = [
        ("hold", {"reason": "away", "review_on": soon}),
        ("resume", {}),
        ("resume", {}),
        ("propose-closure", closing | {"overrides": waived}),
        ("approve-closure", {}),
        ("reject-closure", {"comment": "Not yet."}),
    ]
    if h.likely(0.05):
        moves = [("close-now", {"reason": "safety", "explanation": "At once."})]
    action, body = h.pick(moves)
    path = f"cases/v1/cases/{h.pick(h.cast.needs).case_id}/{action}"
    await h.by_worker(path, body, f"case.{action}")


async def move_plan(h: History) -> None:
    if h.cast.plans:
        action = h.pick(["approve", "approve", "activate", "activate", "submit", "complete"])
        body: Body = {"agreement": "signed"} if action == "activate" else {}
        path = f"cases/v1/plans/{h.pick(h.cast.plans)}/{action}"
        await h.by_worker(path, body, f"plan.{action}")


async def hand_over_case(h: History) -> None:
    path = f"cases/v1/cases/{h.pick(h.cast.needs).case_id}"
    (row,) = await h.rows("cases", "select version from care_case where id = $1", UUID(path[-36:]))
    body = {"owner_id": str(h.somebody().id)}
    match = {"If-Match": f'"{row["version"]}"'}
    await h.ask(h.somebody(), "PUT", f"{path}/owner", "case.owner", json=body, headers=match)


async def complete_task(h: History) -> None:
    tasks = await h.rows("cases", TASKS, _cases(h))
    if tasks:
        path = f"cases/v1/tasks/{h.pick(tasks)['id']}/complete"
        await h.by_worker(path, {}, "task.complete")


async def die(h: History) -> None:
    client = h.pick(h.cast.needs).client_id
    (row,) = await h.rows("cases", "select version from client where id = $1", UUID(client))
    body = {"deceased_on": str(clock.now().date())}
    match = {"If-Match": f'"{row["version"]}"'}
    path = f"cases/v1/clients/{client}"
    await h.ask(h.cast.worker, "PATCH", path, "client.die", json=body, headers=match)


async def refuse_contact(h: History) -> None:
    client = h.pick(h.cast.needs).client_id
    (row,) = await h.rows("cases", "select version from client where id = $1", UUID(client))
    body = {"contact": {h.pick(["contact_refused", "contact_prohibited"]): True}}
    match = {"If-Match": f'"{row["version"]}"'}
    path = f"cases/v1/clients/{client}"
    await h.ask(h.cast.worker, "PATCH", path, "client.refuse", json=body, headers=match)
