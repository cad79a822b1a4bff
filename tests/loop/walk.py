"""Everybody does whatever they may, and what they may not, in any order, while the clock runs."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx

from shared import clock
from tests.referrals.test_transitions import BODIES
from tests.referrals.world import Body, Need, Person, Simulation, World, new_listing

EMAIL = {"kind": "email", "value": "ana@example.org"}
CATEGORIES = ("food", "housing", "legal", "transport", "work")
OVERRIDES = ("OPEN_REFERRAL", "UNCONFIRMED_OUTCOME", "OPEN_TASK", "GOAL_STILL_ACTIVE")
REFUSALS = {403, 404, 409, 412, 422}
WORKERS = ("case_manager", "case_manager_entry", "supervisor")
"""Who owns cases, and who supervises them."""
NEXT_DUE = "select min(due_at) as due from deadline where due_at > $1"
REREAD = "update event_epoch set epoch = gen_random_uuid()"


@dataclass
class Walk:
    """One random history. `tried` counts what was taken and what was refused, by its name."""

    world: World
    simulation: Simulation
    chance: random.Random
    desks: list[Person] = field(default_factory=list)
    receivers: list[tuple[str, str]] = field(default_factory=list)
    needs: list[Need] = field(default_factory=list)
    steps: dict[str, str] = field(default_factory=dict)
    plans: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    tried: dict[tuple[str, bool], int] = field(default_factory=dict)

    async def prepare(self, clients: int) -> None:
        """Two providers, and clients with a case each."""
        world = self.world
        self.desks = [world.desk]
        self.receivers = [(world.service_id, world.receiver_id)]
        service, listed_by = await new_listing(world.stack, "Second Pantry")
        other = uuid4()
        tenant = {"kind": "tenant", "name": "Second Pantry", "organization_ids": [listed_by]}
        admin = Person(uuid4(), "admin", other, world.stack)
        receiver = await admin.post("/v1/receivers", tenant, 201)
        self.desks.append(Person(uuid4(), "receiver", other, world.stack))
        self.receivers.append((service, receiver["id"]))
        for number in range(clients):
            await self.client(world.people[WORKERS[number % 2]])

    async def client(self, owner: Person) -> None:
        channels = [EMAIL] if self.chance.random() < 0.5 else []
        need = await self.world.need(
            self.pick(CATEGORIES), owner=owner, consent=False, channels=channels
        )
        self.needs.append(need)
        for _, receiver in self.receivers:
            await self.consent(need, receiver, owner)
        if self.chance.random() < 0.5:
            self.steps[need.id] = await self.step(need, owner)

    async def step(self, need: Need, owner: Person) -> str:
        """What is to be done about the need, in a plan that is in force, or soon."""
        plan = await owner.in_cases(f"/v1/cases/{need.case_id}/plans")
        goal = await owner.in_cases(f"/v1/plans/{plan['id']}/goals", {"title": "Enough to eat"})
        new = {"title": "Go to the pantry", "owner": "client", "need_id": need.id}
        step = await owner.in_cases(f"/v1/goals/{goal['id']}/steps", new)
        await owner.in_cases(f"/v1/plans/{plan['id']}/submit", status=200)
        self.plans.append(plan["id"])
        return str(step["id"])

    # what may happen

    async def act_on_referral(self) -> None:
        """Somebody looks at what they have before them, and mostly does what is offered."""
        desk = self.chance.random() < 0.5
        person = self.pick(self.desks if desk else [self.world.people[role] for role in WORKERS])
        page = {"limit": 50} if self.chance.random() < 0.9 else {"limit": 50, "attention": True}
        path = "/v1/inbox" if desk else "/v1/referrals"
        shown = (await person.http("referrals").get(path, params={} if desk else page)).json()[
            "items"
        ]
        waiting = [row for row in shown if row["next"] is not None]
        if not shown:
            await self.draft()
            return
        referral = self.pick(waiting if waiting and self.chance.random() < 0.8 else shown)
        offered = [a["name"] for a in referral["actions"]]
        for rare in {"void", "withdraw_now", "discard", "withdraw"} & set(offered):
            if self.chance.random() < 0.9:
                offered.remove(rare)
        sensible = offered and self.chance.random() < 0.9
        action = (
            self.pick(offered) if sensible else self.pick([*BODIES, "accept", "start", "resume"])
        )
        await self.take(person, str(referral["id"]), action)

    async def take(self, person: Person, referral: str, action: str) -> None:
        today = clock.now().date()
        body: Body = dict(BODIES.get(action, {}))
        if action == "hold":
            body["until"] = str(today + timedelta(days=self.pick([0, 1, 10])))
        elif action == "report_served":
            body["served_on"] = str(today)
        elif action == "client_answer":
            body["answer"] = self.answer()
        elif action == "ask":
            body["channel"] = self.pick(["link", "phone"])
        elif action in ("decline", "report_not_served"):
            body["reason"] = self.pick(["no_capacity", "no_show"])
        path = f"/v1/referrals/{referral}/{action.replace('_', '-')}"
        answered = await self.post(person, "referrals", path, body, f"referral.{action}")
        if answered.get("answer_url"):
            self.links.append(httpx.URL(answered["answer_url"]).path)

    async def draft(self) -> None:
        need, (service, receiver) = self.pick(self.needs), self.pick(self.receivers)
        new: Body = {"need_id": need.id, "service_id": service, "receiver_id": receiver}
        new["classes"] = self.pick([["identity"], ["identity", "contact"], ["identity", "health"]])
        if need.id in self.steps:
            new["step_id"] = self.steps[need.id]
        if self.chance.random() < 0.3:
            new["urgency"] = "urgent"
        person = self.world.people[self.pick(WORKERS)]
        made = await self.post(person, "referrals", "/v1/referrals", new, "referral.draft")
        if made and self.chance.random() < 0.9:
            await self.take(person, made["id"], "send")

    async def answer_by_link(self) -> None:
        if self.links:
            said = {"answer": self.answer(), "helped": self.pick([None, 3, 5])}
            answer = await self.world.visitor.post(self.pick(self.links), json=said)
            self.note("link", answer)

    async def consent(self, need: Need, receiver: str, by: Person) -> None:
        new = {
            "classes": self.pick([["identity", "contact"], ["identity", "contact", "health"]]),
            "recipient_kind": "receiver",
            "recipient_id": receiver,
            "recipient_name": "A pantry",
            "purpose": "Referral",
            "expires_on": str(clock.now().date() + timedelta(days=self.pick([0, 3, 40, 400]))),
            "given": {"method": "signed"},
        }
        path = f"/v1/cases/{need.case_id}/consents"
        await self.post(by, "cases", path, new, "consent.create")

    async def consent_again(self) -> None:
        somebody = self.world.people[self.pick(WORKERS)]
        await self.consent(self.pick(self.needs), self.pick(self.receivers)[1], somebody)

    async def revoke(self) -> None:
        consents = await self.rows("cases", "select id from consent where status = 'active'")
        if consents:
            path = f"/v1/consents/{self.pick(consents)['id']}/revoke"
            await self.by_worker("cases", path, {}, "consent.revoke")

    async def decide_need(self) -> None:
        action = self.pick(["withdraw", "mark-unmet", "mark-met-otherwise", "reopen", "reopen"])
        path = f"/v1/needs/{self.pick(self.needs).id}/{action}"
        await self.by_worker("cases", path, {"reason": "so_it_is"}, f"need.{action}")

    async def another_client(self) -> None:
        await self.client(self.world.people[self.pick(WORKERS[:2])])

    async def another_need(self) -> None:
        old = self.pick(self.needs)
        body = {"category": self.pick(CATEGORIES)}
        path = f"/v1/cases/{old.case_id}/needs"
        made = await self.by_worker("cases", path, body, "need.create")
        if made:
            self.needs.append(Need(made["id"], old.case_id, old.client_id))

    async def move_case(self) -> None:
        soon = str(clock.now().date() + timedelta(days=self.pick([0, 5])))
        closing = {"outcome": "goals_met", "summary": "All is well.", "transition_plan": "Call us."}
        waived = dict.fromkeys(self.some(OVERRIDES), "It is agreed.")
        moves: dict[str, Body] = {
            "hold": {"reason": "away", "review_on": soon},
            "resume": {},
            "review": {"review_on": soon},
            "propose-closure": closing | {"overrides": waived},
            "approve-closure": {},
            "reject-closure": {"comment": "Not yet."},
        }
        if self.chance.random() < 0.1:
            moves = {"close-now": {"reason": "safety", "explanation": "At once."}}
        action, body = self.pick(list(moves.items()))
        path = f"/v1/cases/{self.pick(self.needs).case_id}/{action}"
        await self.by_worker("cases", path, body, f"case.{action}")

    async def move_plan(self) -> None:
        if self.plans:
            action = self.pick(["approve", "approve", "activate", "activate", "submit", "complete"])
            body: Body = {"agreement": "signed"} if action == "activate" else {}
            path = f"/v1/plans/{self.pick(self.plans)}/{action}"
            await self.by_worker("cases", path, body, f"plan.{action}")

    async def hand_over(self) -> None:
        path = f"/v1/cases/{self.pick(self.needs).case_id}"
        owner = {"owner_id": str(self.world.people[self.pick(WORKERS)].id)}
        person = self.world.people[self.pick(WORKERS)]
        http = person.http("cases")
        shown = await http.get(path)
        if shown.status_code == 200:
            match = {"If-Match": shown.headers["etag"]}
            self.note("case.owner", await http.put(f"{path}/owner", json=owner, headers=match))

    async def complete_task(self) -> None:
        person = self.world.people[self.pick(WORKERS)]
        tasks = (await person.http("cases").get("/v1/tasks", params={"limit": 50})).json()["items"]
        if tasks:
            path = f"/v1/tasks/{self.pick(tasks)['id']}/complete"
            await self.post(person, "cases", path, {}, "task.complete")

    async def die(self) -> None:
        if self.chance.random() < 0.15:
            need = self.pick(self.needs)
            http = self.world.worker.http("cases")
            shown = await http.get(f"/v1/clients/{need.client_id}")
            if shown.status_code == 200:
                match = {"If-Match": shown.headers["etag"]}
                died = {"deceased_on": str(clock.now().date())}
                path = f"/v1/clients/{need.client_id}"
                self.note("client.die", await http.patch(path, json=died, headers=match))

    async def let_time_pass(self) -> None:
        """To the next date somebody waits for, or by some hours."""
        service = self.pick(["cases", "referrals"])
        (row,) = await self.rows(service, NEXT_DUE, self.simulation.now)
        hours = timedelta(hours=self.pick([1, 8, 8, 30, 100]))
        later = self.simulation.now + hours
        self.simulation.now = (
            min(row["due"] or later, later) if self.chance.random() < 0.7 else later
        )

    async def work(self) -> None:
        """Some workers take a few steps, in any order."""
        steps = [
            step for s in ("cases", "referrals") for step in self.world.stack.steps[s].values()
        ]
        for _ in range(self.pick([1, 3, 9])):
            await self.pick(steps)(clock.now())

    async def reread(self) -> None:
        """A log is restored: its readers meet another epoch, and all its events again."""
        await self.rows(self.pick(["cases", "referrals"]), REREAD)

    # how it happens

    async def go(self) -> None:
        """One thing; or a few of them at the same moment."""
        if self.chance.random() < 0.2:
            await asyncio.gather(*(self.pick(self.doings())() for _ in range(3)))
        elif self.chance.random() < 0.15:
            await self.let_time_pass()
        else:
            await self.pick(self.doings())()

    def doings(self) -> list[Callable[[], Awaitable[None]]]:
        often = [self.act_on_referral] * 12 + [self.draft, self.work] * 3
        now_and_then = [
            self.answer_by_link,
            self.decide_need,
            self.complete_task,
            self.consent_again,
            self.move_plan,
        ]
        seldom = [
            self.revoke,
            self.another_need,
            self.another_client,
            self.move_case,
            self.hand_over,
            self.die,
            self.reread,
        ]
        return [*often, *now_and_then, *now_and_then, *seldom]

    def pick(self, among: Any) -> Any:
        return self.chance.choice(among)

    def some(self, among: Any) -> list[Any]:
        return self.chance.sample(among, self.chance.randint(0, len(among)))

    def answer(self) -> str:
        return str(self.pick(["yes", "yes", "partly", "no", "not_yet"]))

    async def rows(self, service: str, statement: str, *parameters: Any) -> list[dict[str, Any]]:
        return await self.world.stack.rows(service, statement, *parameters)

    async def by_worker(self, service: str, path: str, body: Body, name: str) -> Body:
        return await self.post(self.world.people[self.pick(WORKERS)], service, path, body, name)

    async def post(self, person: Person, service: str, path: str, body: Body, name: str) -> Body:
        return self.note(name, await person.http(service).post(path, json=body))

    def note(self, name: str, answer: httpx.Response) -> Body:
        """Taken, or refused for a reason; never a fault."""
        taken = answer.status_code < 300
        assert taken or answer.status_code in REFUSALS, (name, answer.status_code, answer.text)
        self.tried[name, taken] = self.tried.get((name, taken), 0) + 1
        body: Body = answer.json() if taken and answer.content else {}
        return body
