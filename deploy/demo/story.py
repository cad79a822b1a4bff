"""The story itself, act by act. Every line that is said has been checked."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID, uuid5

from deploy.demo.places import Setting, choose, near
from deploy.demo.telling import Callers, Json, Voice, must, until

PROVIDERS = UUID("5d0c6f7e-3a55-4a0e-9d4c-0c9f3a1e7b21")
"""Namespace of the organizations that answer in this story: one per listed organization."""
Say = Callable[[str], None]


@dataclass
class Provider:
    """An organization with accounts here, which answers for one listing."""

    listing: Json
    receiver_id: str
    desk: Voice

    @property
    def name(self) -> str:
        return str(self.listing["name"])


@dataclass
class Story:
    """Everybody who speaks, and what came of it: `table` is what the demo ends with."""

    callers: Callers
    say: Say
    table: list[tuple[str, str, str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.cases = Voice(self.callers.client("cases", "case_manager"))
        self.referrals = Voice(self.callers.client("referrals", "case_manager"))
        self.supervisor = Voice(self.callers.client("cases", "supervisor"))
        self.directory = Voice(self.callers.client("resources"))
        self.client = Voice(self.callers.client("referrals"))

    async def tell(self) -> None:
        """Raises `NotAsTold` at the first thing that is not as told."""
        setting = await choose(self.directory)
        self.say(f"The story plays in {setting.name}.")
        await self.people()
        case = await self.intake()
        needs = await self.assess(case)
        first, second, pantry = await self.find(setting)
        await self.consent(case, [first, second, pantry])
        steps = await self.plan(case, needs)
        await self.help_with_rent(case, needs["housing"], steps["housing"], first, second)
        await self.disputed_food(needs["food"], steps["food"], pantry)
        await self.look_back(case, needs)

    async def people(self) -> None:
        """A supervision line from the case manager to the supervisor, unless there is one."""
        worker, senior = [await v.get("/v1/staff/me") for v in (self.cases, self.supervisor)]
        if senior["id"] not in worker["supervisors"]:
            line = {"supervisor_id": senior["id"], "staff_id": worker["id"]}
            admin = Voice(self.callers.client("cases", "admin"))
            await admin.post("/v1/supervision-lines", line)

    async def intake(self) -> Json:
        self.say("INTAKE")
        family_name = f"Demo-{secrets.token_hex(3)}"
        client = await self.cases.post(
            "/v1/clients",
            {
                "given_name": "Ana",
                "family_name": family_name,
                "language": "en",
                "channels": [{"kind": "email", "value": "ana@example.org"}],
            },
        )
        again = {"given_name": "Ana", "family_name": family_name, "language": "en"}
        await self.cases.refused("/v1/clients", again, 409, "possible-duplicate")
        self.say("  Ana is put on record; typing her in twice is noticed.")
        words = "My landlord wants us out by the first. The fridge is empty too."
        inquiry = {"client_id": client["id"], "presenting": words}
        case = await self.cases.post("/v1/cases", inquiry)
        await self.cases.post(f"/v1/cases/{case['id']}/open", {})
        case = await self.cases.get(f"/v1/cases/{case['id']}")
        must(case["status"] == "open", "the case is open")
        self.say(f"  Her case is {case['status']}, with an owner, in phase {case['phase']}.")
        return case

    async def assess(self, case: Json) -> dict[str, Json]:
        self.say("ASSESSMENT")
        phq2 = await self.answered(case, "phq-2", {"phq_1": 1, "phq_2": 1})
        result = phq2["result"]
        must(result["score"] == 2, "1 + 1 scores 2 on the PHQ-2")
        self.say(f"  PHQ-2, by its own rules: {result['score']} ({result['band']}).")
        grave = {"housing": 3, "food": 2}
        inventory = await self.answered(case, "strengths-and-needs", grave)
        proposed = {proposal["category"] for proposal in inventory["result"]["proposed"]}
        must({"housing", "food"} <= proposed, "the inventory proposes housing and food")
        needs = {}
        for priority, category in enumerate(("housing", "food"), 1):
            need = {"category": category, "priority": priority, "from_assessment": inventory["id"]}
            needs[category] = await self.cases.post(f"/v1/cases/{case['id']}/needs", need)
        self.say("  The inventory proposes housing and food; Ana agrees, housing first.")
        return needs

    async def answered(self, case: Json, template: str, answers: Json) -> Json:
        """One assessment, answered and completed; what is not named is "all right"."""
        new = {"template": template}
        started = await self.cases.post(f"/v1/cases/{case['id']}/assessments", new)
        path = f"/v1/assessments/{started['id']}"
        given = dict.fromkeys(started["missing"], 1) | answers
        await self.cases.patch(path, {"answers": given}, started["version"])
        return await self.cases.post(f"{path}/complete")

    async def find(self, setting: Setting) -> tuple[Provider, Provider, Provider]:
        self.say("FINDING SERVICES")
        rent = await near(self.directory, setting, setting.first_question)
        self.say(f'  "{setting.first_question}"')
        for listing in rent[:3]:
            self.say(f"    {listing['distance_km']:5.1f} km  {listing['name']}")
        food = await near(self.directory, setting, setting.second_question)
        apart = [x for x in rent if x["organization_id"] != rent[0]["organization_id"]]
        must(bool(apart and food), "there is more than one place that helps, and one with food")
        taken = {rent[0]["organization_id"], apart[0]["organization_id"]}
        pantry = next(listing for listing in food if listing["organization_id"] not in taken)
        first, second = await self.provider(rent[0]), await self.provider(apart[0])
        return first, second, await self.provider(pantry)

    async def provider(self, listing: Json) -> Provider:
        """The listing's organization, which answers here with accounts of its own."""
        organization = uuid5(PROVIDERS, str(listing["organization_id"]))
        desk = Voice(self.callers.client("referrals", "receiver", organization))
        known = await self.referrals.get("/v1/receivers", service_id=listing["id"])
        for receiver in known["items"]:
            if receiver["kind"] == "tenant":
                return Provider(listing, receiver["id"], desk)
        admin = Voice(self.callers.client("referrals", "admin", organization))
        new = {"kind": "tenant", "name": listing["name"][:200], "service_ids": [listing["id"]]}
        receiver = await admin.post("/v1/receivers", new)
        return Provider(listing, receiver["id"], desk)

    async def consent(self, case: Json, providers: list[Provider]) -> None:
        self.say("CONSENT")
        for provider in providers:
            await self.cases.post(
                f"/v1/cases/{case['id']}/consents",
                {
                    "classes": ["identity", "contact"],
                    "recipient_kind": "receiver",
                    "recipient_id": provider.receiver_id,
                    "recipient_name": provider.name[:200],
                    "purpose": "Referral",
                    "expires_on": "2099-12-31",
                    "given": {"method": "signed"},
                },
            )
        self.say("  Ana signs for each place: her name and how to reach her, nothing else.")

    async def plan(self, case: Json, needs: dict[str, Json]) -> dict[str, Json]:
        self.say("PLAN")
        plan = await self.cases.post(f"/v1/cases/{case['id']}/plans", {})
        steps = {}
        for category, wish in (("housing", "Stay in our flat."), ("food", "Food for the week.")):
            need_id = needs[category]["id"]
            goal = await self.cases.post(
                f"/v1/plans/{plan['id']}/goals",
                {
                    "title": f"{category.capitalize()}: {wish}",
                    "words": wish,
                    "need_ids": [need_id],
                    "target_on": "2099-06-30",
                },
            )
            step = {"title": f"Get help with {category}", "owner": "provider", "need_id": need_id}
            steps[category] = await self.cases.post(f"/v1/goals/{goal['id']}/steps", step)
        await self.cases.post(f"/v1/plans/{plan['id']}/submit", {})
        await self.supervisor.post(f"/v1/plans/{plan['id']}/approve", {})
        agreed = {"agreement": "signed"}
        active = await self.cases.post(f"/v1/plans/{plan['id']}/activate", agreed)
        must(active["status"] == "active", "the plan is active")
        self.say(
            "  Two goals in Ana's words; the supervisor approves, Ana signs: the plan is active."
        )
        return steps

    async def refer(self, need: Json, step: Json, to: Provider, after: Json | None = None) -> Json:
        draft = {
            "need_id": need["id"],
            "service_id": to.listing["id"],
            "receiver_id": to.receiver_id,
            "classes": ["identity", "contact"],
            "message": "Mornings are best.",
            "step_id": step["id"],
        }
        if after:
            draft["previous_referral_id"] = after["id"]
        referral = await self.referrals.post("/v1/referrals", draft)
        sent = await self.referrals.post(f"/v1/referrals/{referral['id']}/send", {})
        must(sent["status"] == "sent", "the referral is sent")
        waits = sent["next"]
        self.say(f"  Sent to {to.name}: {waits['who']} must answer by {waits['by'][:10]}.")
        return sent

    async def help_with_rent(
        self, case: Json, need: Json, step: Json, first: Provider, second: Provider
    ) -> None:
        self.say("THE FIRST PLACE HAS NO ROOM")
        declined = await self.refer(need, step, first)
        await self.need_becomes(need, "addressed")
        answer = {"reason": "no_capacity"}
        declined = await first.desk.post(f"/v1/referrals/{declined['id']}/decline", answer)
        must(declined["status"] == "declined", "the first provider declines")
        await self.need_becomes(need, "open")
        self.say(f"  {first.name} declines: no capacity. The need is open again.")
        self.row("housing", first, declined)

        self.say("THE NEXT ONE ACCEPTS, AND HELPS")
        referral = await self.refer(need, step, second, after=declined)
        await self.serve(second, referral, "Two months of rent")
        self.say(f"  {second.name} accepts, opens the packet (name and contact), and reports help.")
        await self.hear(referral, "yes")
        met = await self.need_becomes(need, "met")
        must(met["met_by_referral_id"] == referral["id"], "it was this referral that met the need")
        self.say("  Ana opens her link and answers yes. The need is met, by her own word.")
        await self.step_done(case, step)
        closed = await self.referrals.get(f"/v1/referrals/{referral['id']}")
        must((closed["status"], closed["loop"]) == ("closed", "confirmed"), "the loop is confirmed")
        self.row("housing", second, closed)

    async def serve(self, provider: Provider, referral: Json, provided: str) -> None:
        path = f"/v1/referrals/{referral['id']}"
        await provider.desk.post(f"{path}/accept", {})
        packet = await provider.desk.get(f"{path}/packet")
        must(
            set(packet["classes"]) == {"identity", "contact"}, "the packet is what was consented to"
        )
        await provider.desk.post(f"{path}/record-contact", {})
        await provider.desk.post(f"{path}/start", {})
        today = referral["created_at"][:10]
        served = {"provided": provided, "served_on": today}
        reported = await provider.desk.post(f"{path}/report-served", served)
        must(
            reported["status"] == "awaiting_confirmation", "nobody takes the provider's word for it"
        )

    async def hear(self, referral: Json, answer: str) -> None:
        """The client answers by the link that was handed to her, on a page that tells nobody's name."""
        asked = await self.referrals.post(
            f"/v1/referrals/{referral['id']}/ask", {"channel": "link"}
        )
        page = await self.client.page(asked["answer_url"])
        must("Demo-" not in page and "Ana" not in page, "the page shows no personal data")
        before = await self.referrals.get(f"/v1/referrals/{referral['id']}")
        must(before["status"] == "awaiting_confirmation", "opening the link answers nothing")
        await self.client.submit(asked["answer_url"], answer=answer)

    async def disputed_food(self, need: Json, step: Json, pantry: Provider) -> None:
        self.say("A SECOND NEED, WHERE THE TWO SIDES DISAGREE")
        referral = await self.refer(need, step, pantry)
        await self.serve(pantry, referral, "A food parcel")
        await self.hear(referral, "no")
        disputed = await self.referrals.get(f"/v1/referrals/{referral['id']}")
        must((disputed["status"], disputed["loop"]) == ("disputed", "disputed"), "it is disputed")
        must(disputed["next"] is not None, "somebody must act on the dispute")
        still = await self.need_becomes(need, "addressed")
        must(still["met_by_referral_id"] is None, "a contradicted report meets no need")
        self.say(f"  {pantry.name} reports a parcel; Ana answers that none came.")
        waits = disputed["next"]
        self.say(f"  The need is not met. Next: {waits['who']}, by {waits['by'][:10]}.")
        self.row("food", pantry, disputed)

    async def need_becomes(self, need: Json, status: str) -> Json:
        return await until(
            lambda: self.cases.get(f"/v1/needs/{need['id']}"),
            lambda now: bool(now["status"] == status),
            f"a need that is {status}",
        )

    async def step_done(self, case: Json, step: Json) -> None:
        proposed = await until(
            lambda: self.step(step),
            lambda now: now["proposed_done_at"] is not None,
            "the step proposed as done",
        )
        must(proposed["status"] != "done", "only a person says that a step is done")
        done = await self.cases.post(f"/v1/steps/{step['id']}/confirm-done", {})
        must(done["status"] == "done", "the step is done")
        timeline = await self.cases.get(f"/v1/cases/{case['id']}/timeline")
        must(len(timeline["items"]) > 0, "the timeline tells it")
        self.say("  The plan's step was proposed as done; the case manager confirms it.")

    async def step(self, step: Json) -> Json:
        plan = await self.cases.get(f"/v1/plans/{step['plan_id']}")
        steps = [each for goal in plan["goals"] for each in goal["steps"]]
        return next(each for each in steps if each["id"] == step["id"])

    async def look_back(self, case: Json, needs: dict[str, Json]) -> None:
        listed = await self.referrals.get("/v1/referrals", case_id=case["id"])
        must(len(listed["items"]) == 3, "three referrals are on record")
        for category, need in needs.items():
            now = await self.cases.get(f"/v1/needs/{need['id']}")
            self.table.append((category, "the need", now["status"], ""))

    def row(self, category: str, provider: Provider, referral: Json) -> None:
        self.table.append((category, provider.name, referral["status"], referral["loop"]))
