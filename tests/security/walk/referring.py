"""Referrals: every way one can go, by whoever takes it there."""

from dataclasses import dataclass
from typing import Any

import httpx

from shared import clock
from tests.security.walk.casework import new_need, open_case
from tests.security.walk.people import Cast, Json, Person
from tests.security.walk.planning import consent_body


@dataclass
class Sent:
    """One referral on its way."""

    cast: Cast
    id: str

    async def act(self, by: Person, action: str, **body: Any) -> Json:
        return await by.post(f"/v1/referrals/{self.id}/{action}", body)

    async def by_desk(self, *actions: str) -> "Sent":
        for action in actions:
            await self.act(self.cast.desk, action, note=self.cast.marks.sealed(f"note of {action}"))
        return self

    async def served(self) -> "Sent":
        await self.by_desk("accept")
        given = self.cast.marks.sealed("what was provided")
        today = str(clock.now().date())
        await self.act(self.cast.desk, "report-served", provided=given, served_on=today)
        return self


async def drafted(cast: Cast, by: Person) -> Sent:
    """For a need of a client of its own, who consents to this provider."""
    worker = cast.case_manager
    case = await open_case(cast, worker)
    path = f"/v1/cases/{case['id']}"
    version = (await worker.get(path))["version"]
    team = {"staff_ids": [str(cast.case_manager_entry.id)]}
    await worker.put(f"{path}/care-team", version, team)
    need = await new_need(cast, case["id"])
    await worker.post(f"{path}/consents", consent_body(cast, given=True))
    draft = {
        "need_id": need["id"],
        "service_id": cast.made["listing"],
        "receiver_id": cast.made["receiver"],
        "classes": ["identity", "contact"],
        "message": cast.marks.sealed("message"),
    }
    return Sent(cast, (await by.post("/v1/referrals", draft))["id"])


async def sent(cast: Cast) -> Sent:
    referral = await drafted(cast, cast.case_manager)
    reason = cast.marks.sealed("duplicate reason")
    await referral.act(cast.case_manager, "send", duplicate_reason=reason)
    return referral


async def referrals(cast: Cast) -> None:
    await _confirmed(cast)
    await _through_a_supervisor(cast)
    await _ended_early(cast)
    await _answered_otherwise(cast)
    await cast.stack.settle()
    await cast.desk.get("/v1/inbox", limit=1)
    await cast.case_manager.get("/v1/referrals", limit=1)
    await cast.case_manager.get(f"/v1/cases/{cast.made['referred_case']}/disclosures")


async def _confirmed(cast: Cast) -> None:
    """The whole way: accepted, helped, and said so by the client through their link."""
    worker, desk = cast.case_manager, cast.desk
    referral = await sent(cast)
    path = f"/v1/referrals/{referral.id}"
    await referral.by_desk("accept", "record-contact")
    await desk.get(f"{path}/packet")
    await referral.by_desk("start")
    until = str(clock.now().date())
    note = cast.marks.sealed("note of hold")
    await referral.act(desk, "hold", reason="no_capacity", until=until, position=2, note=note)
    await referral.by_desk("resume")
    given = cast.marks.sealed("what was provided")
    await referral.act(desk, "report-served", provided=given, served_on=until)
    asked = await referral.act(worker, "ask", channel="link")
    link = httpx.URL(asked["answer_url"]).path
    await cast.nobody.call("get", link)
    await cast.nobody.post(link, {"answer": "yes", "helped": 5})
    row = await worker.get(path)
    for part in ("history", "attestations", "why"):
        await worker.get(f"{path}/{part}")
    cast.made |= {"referral": referral.id, "link": link, "referred_case": row["case_id"]}


async def _through_a_supervisor(cast: Cast) -> None:
    entry, supervisor, marks = cast.case_manager_entry, cast.supervisor, cast.marks
    referral = await drafted(cast, entry)
    await referral.act(entry, "submit", note=marks.sealed("note of submit"))
    await referral.act(supervisor, "return", note=marks.sealed("note of return"))
    await referral.act(entry, "submit")
    await referral.act(supervisor, "approve", duplicate_reason=marks.sealed("duplicate reason"))
    await referral.by_desk("accept")
    asked = {"reason": "moved", "note": marks.sealed("note of request-withdrawal")}
    await referral.act(entry, "request-withdrawal", **asked)
    await referral.by_desk("confirm-withdrawal")


async def _ended_early(cast: Cast) -> None:
    worker, marks = cast.case_manager, cast.marks
    await (await drafted(cast, worker)).act(worker, "discard", note=marks.sealed("note of discard"))
    note = marks.sealed("note of decline")
    await (await sent(cast)).act(cast.desk, "decline", reason="other", note=note)
    note = marks.sealed("note of withdraw")
    await (await sent(cast)).act(worker, "withdraw", reason="moved", note=note)
    note = marks.sealed("note of withdraw-now")
    await (await sent(cast)).act(cast.supervisor, "withdraw-now", reason="other", note=note)
    note = marks.sealed("note of void")
    await (await sent(cast)).act(cast.supervisor, "void", note=note)
    await sent(cast)
    await (await sent(cast)).served()


async def _answered_otherwise(cast: Cast) -> None:
    worker, marks = cast.case_manager, cast.marks
    referral = await (await sent(cast)).by_desk("accept")
    note = marks.sealed("note of report-not-served")
    await referral.act(cast.desk, "report-not-served", reason="no_show", note=note)
    referral = await (await sent(cast)).served()
    await referral.act(worker, "client-answer", answer="no")
    why = {"note": marks.sealed("what was learned"), "not_referred_again": marks.sealed("why not")}
    await referral.act(worker, "resolve", **why)
    referral = await (await sent(cast)).served()
    note = marks.sealed("note of stop-asking")
    await referral.act(worker, "stop-asking", cannot_ask="refused", note=note)
