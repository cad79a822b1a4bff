"""What only a person can decide keeps its date and its owner until it is decided."""

from uuid import UUID

from tests.cases.factories import Agency, new_case, new_consent, open_case
from tests.cases.test_clocks import after, tasks_of
from tests.cases.test_needs import Referral, referral, subjects
from tests.cases.test_plans import in_force, new_plan
from tests.stack import Stack

__all__ = ["referral"]
CLOSING = {"outcome": "goals_met", "summary": "All is well.", "transition_plan": "Call us."}


async def marked(referral: Referral, loop: str = "provider_only") -> str:
    await referral.now("sent")
    assert (await referral.now("closed", loop))["marked"] == loop
    return f"/v1/needs/{referral.need['id']}"


async def test_the_task_to_decide_is_completed_by_deciding_alone(referral: Referral) -> None:
    path = await marked(referral)
    worker = referral.agency.case_manager
    (task,) = await tasks_of(worker, referral.need["id"])
    await worker.act(f"/v1/tasks/{task['id']}/complete", status=409)
    await worker.act(f"{path}/mark-unmet", {"reason": "so_it_is"})
    assert referral.need["id"] not in await subjects(worker)


async def test_what_is_marked_may_be_decided_to_be_open(referral: Referral) -> None:
    path = await marked(referral)
    worker = referral.agency.case_manager
    need = await worker.get(path)
    assert "reopen" in {action["name"] for action in need["actions"]}
    opened = await worker.act(f"{path}/reopen", {"reason": "it_was_not_enough"})
    assert (opened["status"], opened["marked"]) == ("open", None)


async def test_what_a_referral_addresses_is_not_reopened(referral: Referral) -> None:
    need = await referral.now("sent")
    assert "reopen" not in {action["name"] for action in need["actions"]}
    refused = await referral.agency.case_manager.act(
        f"/v1/needs/{need['id']}/reopen", {"reason": "why_not"}, 409
    )
    assert "reopen" not in refused["allowed"]


async def test_a_partly_that_one_person_wrote_on_both_sides_is_decided_by_another(
    referral: Referral,
) -> None:
    await referral.now("sent")
    need = await referral.now("not_served", "staff_reported")
    assert (need["status"], need["marked"]) == ("addressed", "staff_reported")


async def test_a_decision_asked_again_has_a_new_date(stack: Stack, referral: Referral) -> None:
    await marked(referral)
    (first,) = await tasks_of(referral.agency.case_manager, referral.need["id"])
    await after(stack, 10)
    await referral.now("closed", "staff_reported")
    (task,) = await tasks_of(referral.agency.supervisor, referral.need["id"])
    assert task["escalated_at"] is None
    assert task["due_at"] > first["due_at"]


async def test_a_late_approval_is_not_blocked_by_its_own_reminder(
    stack: Stack, agency: Agency
) -> None:
    case = await open_case(agency.case_manager)
    path = f"/v1/cases/{case['id']}"
    await agency.case_manager.act(f"{path}/propose-closure", CLOSING)
    await after(stack, 8)
    assert len(await tasks_of(agency.supervisor, case["id"])) == 1
    assert (await agency.supervisor.act(f"{path}/approve-closure"))["status"] == "closed"


async def test_a_consent_that_was_given_needs_no_reminder(stack: Stack, agency: Agency) -> None:
    worker = agency.case_manager
    case = await open_case(worker)
    consent = await new_consent(worker, case["id"], UUID(int=7), given=None)
    await after(stack, 8)
    assert len(await tasks_of(worker, consent["id"])) == 1
    await worker.act(f"/v1/consents/{consent['id']}/activate", {"method": "signed"})
    assert await tasks_of(worker, consent["id"]) == []


async def test_whoever_takes_over_a_case_takes_its_tasks(stack: Stack, agency: Agency) -> None:
    worker, senior = agency.case_manager, agency.senior_case_manager
    case = await new_case(worker)
    await after(stack, 1.1)
    assert len(await tasks_of(worker, case["id"])) == 1
    path = f"/v1/cases/{case['id']}/owner"
    await worker.put(path, case["version"], {"owner_id": str(senior.id)})
    assert await tasks_of(worker, case["id"]) == []
    assert len(await tasks_of(senior, case["id"])) == 1


async def test_a_case_closed_by_a_death_has_that_death_on_record(agency: Agency) -> None:
    worker, supervisor = agency.case_manager, agency.supervisor
    case = await open_case(worker)
    path = f"/v1/cases/{case['id']}/close-now"
    closing = {"reason": "deceased", "explanation": "Her sister called."}
    await supervisor.act(path, closing, 409)
    await worker.patch(f"/v1/clients/{case['client_id']}", 1, {"deceased_on": "2026-01-01"})
    assert (await supervisor.act(path, closing))["status"] == "closed"


async def test_a_void_referral_proposes_nothing_and_takes_back_what_it_proposed(
    stack: Stack, agency: Agency
) -> None:
    worker = agency.case_manager
    case = await open_case(worker)
    plan = await new_plan(worker, case["id"])
    step = plan["goals"][0]["steps"][0]
    need = await worker.post(f"/v1/cases/{case['id']}/needs", {"category": "food"})
    helped = Referral(stack, agency, need, step_id=step["id"])
    await helped.now("closed", "confirmed")
    await in_force(agency, case["id"], plan["id"])

    async def proposed() -> bool:
        shown = await worker.get(f"/v1/plans/{plan['id']}")
        return shown["goals"][0]["steps"][0]["proposed_done_at"] is not None

    assert await proposed()  # also what was told before the plan was in force
    await helped.now("entered_in_error", "confirmed")
    assert not await proposed()


async def test_a_step_of_another_case_is_not_proposed(stack: Stack, agency: Agency) -> None:
    worker = agency.case_manager
    case, other = await open_case(worker), await open_case(worker)
    plan = await new_plan(worker, other["id"])
    step = (await in_force(agency, other["id"], plan["id"]))["goals"][0]["steps"][0]
    need = await worker.post(f"/v1/cases/{case['id']}/needs", {"category": "food"})
    await Referral(stack, agency, need, step_id=step["id"]).now("closed", "confirmed")
    shown = await worker.get(f"/v1/plans/{plan['id']}")
    assert shown["goals"][0]["steps"][0]["proposed_done_at"] is None
