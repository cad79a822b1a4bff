"""Plan versions: approval binds to the content, activation replaces, nothing is ever lost."""

from typing import Any

import pytest

from tests.cases.factories import Agency, Body, Person, new_need, open_case
from tests.stack import Stack


async def new_plan(worker: Person, case_id: str, **step: Any) -> Body:
    plan = await worker.post(f"/v1/cases/{case_id}/plans")
    goal = await worker.post(f"/v1/plans/{plan['id']}/goals", {"title": "A place of my own"})
    body = {"title": "Visit the shelter", "owner": "client", **step}
    await worker.post(f"/v1/goals/{goal['id']}/steps", body)
    return await worker.get(f"/v1/plans/{plan['id']}")


async def in_force(agency: Agency, case_id: str, plan_id: str) -> Body:
    await agency.case_manager.act(f"/v1/plans/{plan_id}/submit")
    await agency.supervisor.act(f"/v1/plans/{plan_id}/approve")
    agreed = {"agreement": "signed"}
    return await agency.case_manager.act(f"/v1/plans/{plan_id}/activate", agreed)


async def test_from_draft_to_force_and_phase(agency: Agency) -> None:
    worker = agency.case_manager
    case = await open_case(worker)
    path = f"/v1/cases/{case['id']}"
    assert (await worker.get(path))["phase"] == "assessment"
    need = await new_need(worker, case["id"])
    assert (await worker.get(path))["phase"] == "planning"
    plan = await new_plan(worker, case["id"], need_id=need["id"])
    active = await in_force(agency, case["id"], plan["id"])
    assert [goal["status"] for goal in active["goals"]] == ["active"]
    assert (await worker.get(path))["phase"] == "implementation"
    step = active["goals"][0]["steps"][0]
    done = await worker.act(f"/v1/steps/{step['id']}/confirm-done")
    assert done["status"] == "done"
    assert (await worker.get(path))["phase"] == "monitoring"
    goal = active["goals"][0]
    ended = await worker.act(f"/v1/goals/{goal['id']}/complete", {"attainment": 1})
    assert (ended["status"], ended["attainment"]) == ("completed", 1)


async def test_the_author_may_not_approve(agency: Agency) -> None:
    supervisor = agency.supervisor
    case = await open_case(supervisor)
    plan = await new_plan(supervisor, case["id"])
    await supervisor.act(f"/v1/plans/{plan['id']}/submit")
    refused = await supervisor.act(f"/v1/plans/{plan['id']}/approve", status=409)
    assert refused["type"] == "/problems/same-author"
    other = await open_case(agency.case_manager)
    plan = await new_plan(agency.case_manager, other["id"])
    await agency.case_manager.act(f"/v1/plans/{plan['id']}/submit")
    await agency.case_manager.act(f"/v1/plans/{plan['id']}/approve", status=403)


async def test_an_edit_after_approval_returns_it_to_draft(agency: Agency) -> None:
    worker = agency.case_manager
    case = await open_case(worker)
    plan = await new_plan(worker, case["id"])
    await worker.act(f"/v1/plans/{plan['id']}/submit")
    await agency.supervisor.act(f"/v1/plans/{plan['id']}/approve")
    goal = plan["goals"][0]
    await worker.put(f"/v1/goals/{goal['id']}", goal["version"], {"title": "Another"})
    refused = await worker.act(f"/v1/plans/{plan['id']}/activate", {"agreement": "signed"}, 409)
    assert (refused["status_now"], refused["allowed"]) == ("draft", ["submit", "discard"])


async def test_a_revision_keeps_identity_and_progress(stack: Stack, agency: Agency) -> None:
    worker = agency.case_manager
    case = await open_case(worker)
    first = await new_plan(worker, case["id"])
    active = await in_force(agency, case["id"], first["id"])
    second = await worker.post(f"/v1/cases/{case['id']}/plans")
    await worker.post(f"/v1/cases/{case['id']}/plans", status=409)
    step = active["goals"][0]["steps"][0]
    copy = second["goals"][0]["steps"][0]
    assert copy["identity"] == step["identity"]
    assert copy["id"] != step["id"]
    await worker.act(f"/v1/steps/{step['id']}/confirm-done")  # while the next is prepared
    newest = await in_force(agency, case["id"], second["id"])
    assert newest["goals"][0]["steps"][0]["status"] == "done"
    listed = await worker.get(f"/v1/cases/{case['id']}/plans")
    assert [plan["status"] for plan in listed["items"]] == ["active", "superseded"]


@pytest.mark.parametrize(
    ("agreed", "status"),
    [
        ({"agreement": "verbal"}, 422),
        ({"agreement": "verbal", "witness": "R. Diaz"}, 200),
        ({"agreement": "unable"}, 422),
        ({"agreement": "declined", "reason": "Does not see the point"}, 403),
    ],
)
async def test_the_client_has_a_say(agency: Agency, agreed: Body, status: int) -> None:
    worker = agency.case_manager
    case = await open_case(worker)
    plan = await new_plan(worker, case["id"])
    await worker.act(f"/v1/plans/{plan['id']}/submit")
    await agency.supervisor.act(f"/v1/plans/{plan['id']}/approve")
    await worker.act(f"/v1/plans/{plan['id']}/activate", agreed, status)


async def test_an_empty_plan_is_not_submitted(agency: Agency) -> None:
    case = await open_case(agency.case_manager)
    plan = await agency.case_manager.post(f"/v1/cases/{case['id']}/plans")
    refused = await agency.case_manager.act(f"/v1/plans/{plan['id']}/submit", status=409)
    assert refused["missing"] == ["goal_with_step"]
