"""What moves a need: a person's decision, and its referrals' results, each exactly once."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.cases.lifecycle.need import NeedStatus, Outcome, Standing, outcome
from shared.events.contracts import ReferralStanding
from shared.events.log import publish
from shared.schemas.referrals import LoopResult, ReferralStatus
from tests.cases.factories import Agency, Body, new_need, open_case
from tests.cases.test_plans import in_force, new_plan
from tests.stack import Stack

A, B = UUID(int=1), UUID(int=2)
L, N, R = LoopResult, NeedStatus, ReferralStatus


@pytest.mark.parametrize(
    ("before", "standings", "after"),
    [
        (N.OPEN, [], Outcome(N.OPEN)),
        (N.OPEN, [(A, R.DRAFT, L.OPEN)], Outcome(N.OPEN)),
        (N.OPEN, [(A, R.SENT, L.OPEN)], Outcome(N.ADDRESSED)),
        (N.ADDRESSED, [(A, R.DECLINED, L.UNMET)], Outcome(N.OPEN)),
        (N.ADDRESSED, [(A, R.DECLINED, L.UNMET), (B, R.SENT, L.OPEN)], Outcome(N.ADDRESSED)),
        (N.ADDRESSED, [(A, R.DISPUTED, L.DISPUTED)], Outcome(N.ADDRESSED)),
        (N.ADDRESSED, [(A, R.CLOSED, L.DISPUTED)], Outcome(N.OPEN)),
        (N.ADDRESSED, [(A, R.CLOSED, L.CONFIRMED)], Outcome(N.MET, A)),
        (N.ADDRESSED, [(A, R.CLOSED, L.PARTIAL)], Outcome(N.PARTLY_MET, A)),
        (N.ADDRESSED, [(A, R.EXPIRED, L.CLIENT_ONLY)], Outcome(N.MET, A)),
        (
            N.ADDRESSED,
            [(A, R.AWAITING_CONFIRMATION, L.PROVIDER_ONLY)],
            Outcome(N.ADDRESSED),
        ),
        (
            N.ADDRESSED,
            [(A, R.CLOSED, L.PROVIDER_ONLY)],
            Outcome(N.ADDRESSED, marked=L.PROVIDER_ONLY),
        ),
        (
            N.ADDRESSED,
            [(A, R.CLOSED, L.STAFF_REPORTED)],
            Outcome(N.ADDRESSED, marked=L.STAFF_REPORTED),
        ),
        (N.ADDRESSED, [(A, R.CLOSED, L.PARTIAL), (B, R.CLOSED, L.CONFIRMED)], Outcome(N.MET, B)),
        (N.MET, [(A, R.CLOSED, L.CONFIRMED)], None),
        (N.MET, [(A, R.ENTERED_IN_ERROR, L.CONFIRMED)], Outcome(N.OPEN)),
        (
            N.MET,
            [(A, R.ENTERED_IN_ERROR, L.CONFIRMED), (B, R.SENT, L.OPEN)],
            Outcome(N.ADDRESSED),
        ),
        (N.WITHDRAWN, [(A, R.CLOSED, L.CONFIRMED)], None),
        (N.UNMET, [(A, R.CLOSED, L.CONFIRMED)], None),
    ],
)
def test_outcome_of_a_need(
    before: NeedStatus,
    standings: list[tuple[UUID, ReferralStatus, LoopResult]],
    after: Outcome | None,
) -> None:
    met_by = A if before is N.MET else None
    assert outcome(before, met_by, [Standing(*standing) for standing in standings]) == after


@dataclass
class Referral:
    """A referral as its events tell of it."""

    stack: Stack
    agency: Agency
    need: Body
    step_id: str | None = None
    id: UUID = field(default_factory=uuid4)
    version: int = 0

    def standing(self, status: str, loop: str, version: int) -> ReferralStanding:
        return ReferralStanding(
            referral_id=self.id,
            version=version,
            case_id=self.need["case_id"],
            client_id=self.need["client_id"],
            need_id=self.need["id"],
            step_id=UUID(self.step_id) if self.step_id else None,
            service_id=uuid4(),
            status=ReferralStatus(status),
            loop=LoopResult(loop),
        )

    async def now(self, status: str, loop: str = "open", version: int | None = None) -> Body:
        """Tell it over referrals' real log, and what the need is afterwards."""
        self.version += 1
        event = self.standing(status, loop, version or self.version)
        db = self.stack.surroundings["referrals"].db.as_(organization=self.agency.id)
        await db.run(publish, self.agency.id, event)
        await self.stack.settle("cases")
        return await self.agency.case_manager.get(f"/v1/needs/{self.need['id']}")


@pytest.fixture
async def referral(stack: Stack, agency: Agency) -> Referral:
    case = await open_case(agency.case_manager)
    return Referral(stack, agency, await new_need(agency.case_manager, case["id"]))


async def test_confirmed_help_meets_the_need_once(referral: Referral) -> None:
    assert (await referral.now("sent"))["status"] == "addressed"
    assert (await referral.now("accepted"))["version"] == 2  # nothing moved
    met = await referral.now("closed", "confirmed")
    assert (met["status"], met["version"]) == ("met", 3)
    assert met["met_by_referral_id"] == str(referral.id)
    again = await referral.now("closed", "confirmed", version=referral.version)
    older = await referral.now("sent", "open", version=1)
    assert again["version"] == older["version"] == 3


async def test_a_decline_opens_it_again_and_void_reopens_what_was_met(referral: Referral) -> None:
    await referral.now("sent")
    assert (await referral.now("declined", "unmet"))["status"] == "open"
    assert (await referral.now("closed", "client_only"))["status"] == "met"
    assert (await referral.now("entered_in_error", "client_only"))["status"] == "open"


async def test_one_sided_reports_ask_a_person(referral: Referral) -> None:
    worker, supervisor = referral.agency.case_manager, referral.agency.supervisor
    await referral.now("sent")
    marked = await referral.now("closed", "provider_only")
    assert (marked["status"], marked["marked"]) == ("addressed", "provider_only")
    assert await subjects(worker) >= {referral.need["id"]}
    await referral.now("closed", "staff_reported")
    assert referral.need["id"] not in await subjects(worker)
    assert await subjects(supervisor) >= {referral.need["id"]}
    decision = {"reason": "family_helped", "said_by": "client"}
    decided = await worker.act(f"/v1/needs/{referral.need['id']}/mark-met-otherwise", decision)
    assert (decided["status"], decided["marked"]) == ("met", None)
    assert referral.need["id"] not in await subjects(supervisor)
    reopened = await worker.act(f"/v1/needs/{referral.need['id']}/reopen", {"reason": "again"})
    assert (reopened["status"], reopened["marked"]) == ("open", None)
    other = Referral(referral.stack, referral.agency, referral.need)
    assert (await other.now("sent"))["marked"] is None


async def subjects(person: Any) -> set[str]:
    return {task["subject"] for task in (await person.get("/v1/tasks", limit=200))["items"]}


async def test_a_decision_stands_against_events(referral: Referral) -> None:
    worker = referral.agency.case_manager
    await referral.now("sent")
    path = f"/v1/needs/{referral.need['id']}"
    await worker.act(f"{path}/withdraw", {"reason": "moved_away"})
    assert (await referral.now("closed", "confirmed"))["status"] == "withdrawn"
    refused = await worker.act(f"{path}/reopen", {"reason": "x"}, 409)
    assert (refused["status_now"], refused["allowed"]) == ("withdrawn", [])


async def test_reopening_under_way_is_addressed(referral: Referral) -> None:
    worker = referral.agency.case_manager
    await referral.now("sent")
    path = f"/v1/needs/{referral.need['id']}"
    await worker.act(f"{path}/mark-unmet", {"reason": "nothing_found"})
    assert (await worker.act(f"{path}/reopen", {"reason": "found"}))["status"] == "addressed"


async def test_reopening_over_a_dispute_is_not_met_by_it(referral: Referral) -> None:
    worker = referral.agency.case_manager
    await referral.now("sent")
    assert (await referral.now("disputed", "partial"))["status"] == "partly_met"
    path = f"/v1/needs/{referral.need['id']}"
    reopened = await worker.act(f"{path}/reopen", {"reason": "half_of_it_came"})
    assert (reopened["status"], reopened["met_by_referral_id"]) == ("addressed", None)


async def test_a_referral_that_helped_proposes_its_step(stack: Stack, agency: Agency) -> None:
    worker = agency.case_manager
    case = await open_case(worker)
    need = await new_need(worker, case["id"])
    plan = await new_plan(worker, case["id"], need_id=need["id"])
    active = await in_force(agency, case["id"], plan["id"])
    step = active["goals"][0]["steps"][0]
    referral = Referral(stack, agency, need, step_id=step["id"])
    await referral.now("sent")
    await referral.now("closed", "confirmed")
    plan = await worker.get(f"/v1/plans/{plan['id']}")
    proposed = plan["goals"][0]["steps"][0]
    assert proposed["proposed_done_at"] is not None
    assert (proposed["status"], proposed["referral_id"]) == ("open", str(referral.id))
    done = await worker.act(f"/v1/steps/{step['id']}/confirm-done")
    assert done["status"] == "done"
    kinds = [e["kind"] for e in (await worker.get(f"/v1/cases/{case['id']}/timeline"))["items"]]
    assert kinds[:4] == ["step.done", "need.met", "referral.closed", "need.addressed"]
