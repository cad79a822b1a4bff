"""One client's story, played step by step: over the API, and on the pages behind links."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from tests.network.browser import Visitors
from tests.network.cast import Cast, Client, Provider
from tests.network.link_pages import ClientPages, ProviderPages
from tests.network.script import Reach, Scenario, Step
from tests.network.stage import Stage
from tests.referrals.world import Body, Person, checked

CLASSES = ["identity", "contact"]
BODIES: dict[str, Body] = {
    "return": {"note": "Please say more."},
    "decline": {"reason": "no_capacity"},
    "ask_question": {"text": "Is there a step at the door?"},
    "answer_question": {"text": "There is a ramp."},
    "hold": {"reason": "no_capacity", "until": 10},
    "report_served": {"provided": "What was asked for", "served_on": 0},
    "report_not_served": {"reason": "no_show"},
    "withdraw": {"reason": "needs_met_elsewhere"},
    "request_withdrawal": {"reason": "needs_met_elsewhere"},
    "withdraw_now": {"reason": "other", "note": "A former partner works there."},
    "ask": {"channel": "phone"},
    "stop_asking": {"cannot_ask": "refused"},
    "resolve": {"note": "Somebody else of that name.", "not_referred_again": "Family helps now."},
    "void": {"note": "Another client's."},
}
DAYS = {"until", "served_on"}
"""Said in days from today."""
OF_THE_STEP = {"at", "refused", "at_once"}
ROLES = {"worker": "case_manager", "entry": "case_manager_entry"}


def told(reach: Reach, number: int) -> Body:
    """What the client's record says of reaching them."""
    mail: Body = {"channels": [{"kind": "email", "value": f"client{number:02}@mail.example"}]}
    phone = {"kind": "phone", "value": f"+1305555{number:04}"}
    return {
        "mail": mail,
        "mail in Spanish": {**mail, "language": "es"},
        "text": {"channels": [{**phone, "texts": True}]},
        "phone": {"channels": [phone]},
        "never": {**mail, "contact": {"contact_prohibited": True}},
    }[reach]


class NotAsWritten(AssertionError):  # noqa: N818 - named for what happened
    """A step had another outcome than the scenario says."""


class Player:
    """Plays one scenario. `referrals` are those made, in order, each with whom it went to."""

    def __init__(
        self, number: int, scenario: Scenario, cast: Cast, visitors: Visitors, first: datetime
    ) -> None:
        self.number, self.scenario, self.cast = number, scenario, cast
        self.stage: Stage = cast.stage
        self.left = [Step("time", "begin"), *scenario.steps]
        self.wakes: datetime = first
        self.referrals: list[tuple[str, Body]] = []
        self.group: str | None = None
        self._handed: str | None = None
        self._visitors = visitors
        self.client: Client

    def over(self, now: datetime) -> bool:
        return not self.left and self.wakes <= now

    async def next(self) -> None:
        """The next step, and those that follow at once."""
        at_once = True
        while at_once:
            step = self.left.pop(0)
            try:
                await self._take(step)
            except Exception as error:
                where = f"{self.number:02} {self.scenario.title}: {step.who} {step.action}"
                raise NotAsWritten(f"{where} {dict(step.details)}: {error}") from error
            at_once = bool(step.details.get("at_once"))

    async def _take(self, step: Step) -> None:
        special = self._specials().get((step.who, step.action))
        if special is not None:
            await special(step)
        elif step.who == "provider":
            await self._by_provider(step)
        elif step.who == "client":
            await self._by_client(step)
        else:
            await self._act(self._staff(step.who), step)

    def _specials(self) -> dict[tuple[str, str], Callable[[Step], Awaitable[None]]]:
        drafting = {(who, "draft"): self._draft for who in ("worker", "entry", "supervisor")}
        return {
            **drafting,
            ("time", "begin"): self._begin,
            ("time", "wait"): self._wait,
            ("worker", "group"): self._make_group,
            ("worker", "bulk"): self._bulk,
            ("worker", "re_refer"): self._re_refer,
            ("worker", "hand_link"): self._hand_link,
            ("worker", "client_answer"): self._write_down,
            ("worker", "withdraw_need"): self._withdraw_need,
            ("worker", "revoke"): self._revoke,
            ("worker", "client_died"): self._client_died,
            ("worker", "send_and_crash"): self._send_and_crash,
            ("supervisor", "close_case"): self._close_case,
            ("admin", "import"): self._import,
            ("worker", "places"): self._places,
            ("provider", "places"): self._places,
        }

    # what everybody needs

    def _staff(self, who: str) -> Person:
        return self.cast.staff[ROLES.get(who, who)]

    @property
    def _owner(self) -> Person:
        return self._staff(self.scenario.owner)

    def _of(self, step: Step) -> tuple[Provider, Body]:
        """The referral that the step is about, and who receives it."""
        at = step.details.get("at")
        for key, referral in reversed(self.referrals):
            if at in (None, key):
                return self.cast.listing(key)[0], referral
        raise NotAsWritten(f"nothing was referred to {at}")

    def _body(self, step: Step) -> Body:
        said = {k: v for k, v in step.details.items() if k not in OF_THE_STEP}
        body = {**BODIES.get(step.action, {}), **said}
        return {k: self._day(v) if k in DAYS else v for k, v in body.items()}

    def _day(self, days: int) -> str:
        return str((self.stage.timeline.now + timedelta(days=days)).date())

    async def _act(self, person: Person, step: Step) -> None:
        _, referral = self._of(step)
        path = f"/v1/referrals/{referral['id']}/{step.action.replace('_', '-')}"
        answer = await person.http("referrals").post(path, json=self._body(step))
        refused = step.details.get("refused")
        if refused is None:
            checked(answer, 200)
        else:
            _expect(answer.json().get("type"), f"/problems/{refused}")

    # time, and who there is

    async def _begin(self, _: Step) -> None:
        scenario, number = self.scenario, self.number
        reached = told(scenario.reach, number)
        self.client = await self.cast.client(
            number, self._owner, scenario.needs, reached, scenario.providers
        )

    async def _wait(self, step: Step) -> None:
        self.wakes = self.stage.timeline.now + timedelta(days=step.details["days"])

    # the sender

    async def _draft(self, step: Step) -> None:
        body = self._body(step)
        need = self.client.needs[body.pop("need", 0)]
        self._handed = None
        _, service = self.cast.listing(step.details["at"])
        new = {"need_id": need, "service_id": service, "classes": CLASSES, **body}
        made = await self._staff(step.who).post("/v1/referrals", new, 201)
        self.referrals.append((step.details["at"], made))

    async def _make_group(self, step: Step) -> None:
        targets = [{"service_id": self.cast.listing(key)[1]} for key in step.details["at"]]
        new = {"need_id": self.client.needs[0], "classes": CLASSES, "targets": targets}
        made = await self._owner.post("/v1/referral-groups", {**new, **self._body(step)}, 201)
        by_service = {member["service_id"]: member for member in made["members"]}
        for key in step.details["at"]:
            self.referrals.append((key, by_service[self.cast.listing(key)[1]]))

    async def _bulk(self, step: Step) -> None:
        """First dry, then in earnest: one need to each."""
        rows = [
            {"key": key.replace(" ", "-"), "need_id": need, "service_id": service}
            | {"classes": CLASSES}
            for key, need in zip(step.details["at"], self.client.needs, strict=True)
            for service in [self.cast.listing(key)[1]]
        ]
        new: Body = {"rows": rows, "send": True}
        dry = await self._owner.post("/v1/referrals/bulk", {**new, "dry_run": True})
        _expect(dry["counts"], {"would_send": len(rows)})
        done = await self._owner.post("/v1/referrals/bulk", new)
        _expect(done["counts"], {"sent": len(rows)})
        for key, result in zip(step.details["at"], done["results"], strict=True):
            self.referrals.append((key, {"id": result["referral_id"]}))

    async def _re_refer(self, step: Step) -> None:
        _, referral = self.referrals[-1]
        _, service = self.cast.listing(step.details["at"])
        body = {"service_id": service, "send": True, **self._body(step)}
        refused = step.details.get("refused")
        made = await self._owner.act(referral, "re_refer", body, 409 if refused else 201)
        if refused:
            _expect(made["type"], f"/problems/{refused}")
            return
        _expect(made["status"], "sent")
        self.referrals.append((step.details["at"], made))
        self._handed = None

    async def _import(self, step: Step) -> None:
        """What another system began two days ago."""
        body = self._body(step)
        provider, service = self.cast.listing(step.details["at"])
        need = body.pop("need")
        before = (self.stage.timeline.now - timedelta(days=2)).isoformat()
        row = {
            "external_id": f"OLD-{self.number}-{need}",
            "need_id": self.client.needs[need],
            "category": self.client.categories[need],
            "service_id": service,
            "receiver_id": provider.receiver_id,
            "sent_at": before,
            **({} if body["status"] == "sent" else {"accepted_at": before}),
            **body,
        }
        done = await self._staff("admin").post("/v1/referrals/import", {"rows": [row]})
        _expect(done["counts"], {"imported": 1})
        self.referrals.append((step.details["at"], {"id": done["results"][0]["referral_id"]}))

    async def _send_and_crash(self, step: Step) -> None:
        """cases has disclosed; whoever was sending did not live to write it down."""
        provider, referral = self._of(step)
        asked = {
            "referral_id": referral["id"],
            "organization_id": str(self.cast.sender),
            "need_id": referral["need_id"],
            "recipient_id": provider.receiver_id,
            "recipient_name": provider.name,
            "recipient_organization_id": provider.organization,
            "classes": CLASSES,
        }
        await self._owner.in_cases("/v1/disclosures", asked, status=200)

    async def _hand_link(self, step: Step) -> None:
        _, referral = self._of(step)
        made = await self._owner.act(referral, "answer_link", {}, 201)
        self._handed = str(made["answer_url"])

    async def _write_down(self, step: Step) -> None:
        """What the client, or their proxy, told a worker."""
        _, referral = self._of(step)
        await self._owner.act(referral, "client_answer", self._body(step))

    async def _withdraw_need(self, _: Step) -> None:
        path = f"/v1/needs/{self.client.needs[0]}/withdraw"
        await self._owner.in_cases(path, {"reason": "so_it_is"}, status=200)

    async def _revoke(self, _: Step) -> None:
        for consent in self.client.consents:
            path = f"/v1/consents/{consent}/revoke"
            await self._owner.in_cases(path, {"reason": "client_asked"}, status=200)

    async def _client_died(self, _: Step) -> None:
        path, http = f"/v1/clients/{self.client.id}", self._owner.http("cases")
        shown = await http.get(path)
        match = {"If-Match": shown.headers["etag"]}
        checked(await http.patch(path, json={"deceased_on": self._day(0)}, headers=match), 200)

    async def _close_case(self, _: Step) -> None:
        path = f"/v1/cases/{self.client.case_id}/close-now"
        why = {"reason": "safety", "explanation": "Somebody follows them here."}
        await self.cast.supervisor.in_cases(path, why, status=200)

    # the provider, and the client

    async def _places(self, step: Step) -> None:
        """How many of these the provider can take at once; whoever keeps the provider says so."""
        provider, service = self.cast.listing(step.details["at"])
        path = f"/v1/receivers/{provider.receiver_id}/capacity/{service}"
        http = (provider.desk or self.cast.worker).http("referrals")
        shown = await http.get(path)
        checked(shown, 200)
        places, match = {"places": step.details["places"]}, {"If-Match": shown.headers["etag"]}
        checked(await http.put(path, json=places, headers=match), 200)

    async def _by_provider(self, step: Step) -> None:
        provider, referral = self._of(step)
        if provider.desk is not None:
            await self._act(provider.desk, step)
            return
        pages = ProviderPages(self.stage, self._visitors, provider, self.client, referral["id"])
        await pages.take(step.action, self._body(step), step.details.get("refused"))

    async def _by_client(self, step: Step) -> None:
        pages = ClientPages(self.stage, self._visitors, self.client, self._handed)
        await pages.take(step.action, self._body(step), step.details.get("refused"))


def _expect(found: Any, wanted: Any) -> None:
    if found != wanted:
        raise NotAsWritten(f"is {found}, not {wanted}")
