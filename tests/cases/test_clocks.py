"""Under simulated time: what is overdue is escalated, to the one who must act and then further."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.cases.clocks import business_days_after
from shared import clock
from shared.worker import settle
from tests.cases.factories import Agency, Person, new_case, open_case
from tests.cases.test_plans import new_plan
from tests.stack import Stack


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ("2026-11-16T10:00", 1, "2026-11-17T10:00"),
        ("2026-11-20T10:00", 1, "2026-11-23T10:00"),
        ("2026-11-21T10:00", 1, "2026-11-23T10:00"),
        ("2026-11-18T10:00", 5, "2026-11-25T10:00"),
    ],
)
def test_business_days(start: str, days: int, due: str) -> None:
    def at(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)

    assert business_days_after(at(start), days) == at(due)


async def after(stack: Stack, days: float) -> None:
    moment = clock.now() + timedelta(days=days)
    with clock.simulated(lambda: moment):
        await settle({"deadlines": stack.steps["cases"]["deadlines"]})


async def tasks_of(someone: Person, subject: str) -> list[dict[str, Any]]:
    listed = await someone.get("/v1/tasks", limit=200)
    return [task for task in listed["items"] if task["subject"] == subject]


async def test_an_inquiry_nobody_opens_climbs_the_ladder(stack: Stack, agency: Agency) -> None:
    case = await new_case(agency.case_manager)
    await after(stack, 0.9)
    assert await tasks_of(agency.case_manager, case["id"]) == []
    await after(stack, 1.1)
    (task,) = await tasks_of(agency.case_manager, case["id"])
    assert (task["kind"], task["escalated_at"] is None) == ("case_inquiry", False)
    await after(stack, 6)
    assert await tasks_of(agency.case_manager, case["id"]) == []
    assert len(await tasks_of(agency.supervisor, case["id"])) == 1
    await agency.case_manager.act(f"/v1/cases/{case['id']}/open")
    assert await tasks_of(agency.supervisor, case["id"]) == []


async def test_a_plan_waiting_for_approval_reaches_the_supervisor(
    stack: Stack, agency: Agency
) -> None:
    case = await open_case(agency.case_manager)
    plan = await new_plan(agency.case_manager, case["id"])
    await agency.case_manager.act(f"/v1/plans/{plan['id']}/submit")
    await after(stack, 6)
    (task,) = await tasks_of(agency.supervisor, plan["id"])
    assert task["kind"] == "plan_approval"
    await agency.supervisor.act(f"/v1/tasks/{task['id']}/complete")
    await agency.supervisor.act(f"/v1/plans/{plan['id']}/return", {"comment": "More detail"})
    await after(stack, 10)
    (task,) = await tasks_of(agency.case_manager, plan["id"])
    assert task["kind"] == "plan_draft"


async def test_nothing_stays_overdue_without_an_escalation(stack: Stack, agency: Agency) -> None:
    worker = agency.case_manager
    case = await open_case(worker)
    await new_plan(worker, case["id"], due_on="2026-01-01")
    await worker.post(f"/v1/cases/{case['id']}/assessments", {"template": "phq-2"})
    for days in (1, 8, 35, 120):
        await after(stack, days)
        late = clock.now() + timedelta(days=days)
        due = await stack.rows("cases", "select kind from deadline where due_at <= $1", late)
        assert due == []
    assert await stack.rows("cases", "select kind from deadline where attempts > 0") == []
    kinds = {
        task["kind"] for task in (await agency.supervisor.get("/v1/tasks", limit=200))["items"]
    }
    assert kinds >= {"case_review", "plan_draft", "assessment_draft"}


async def test_a_line_that_begins_later_is_told_when_it_begins(
    stack: Stack, agency: Agency
) -> None:
    senior, entry = agency.senior_case_manager, agency.case_manager_entry
    begins = clock.now().date() + timedelta(days=3)
    line = {"supervisor_id": str(senior.id), "staff_id": str(entry.id), "from_date": str(begins)}
    await agency.admin.post("/v1/supervision-lines", line)
    assert str(senior.id) not in (await entry.get("/v1/staff/me"))["supervisors"]
    await after(stack, 4)
    newest = await stack.rows(
        "cases",
        "select data from event where type = 'cases.staff.standing' and subject = $1 "
        "order by seq desc limit 1",
        entry.id,
    )
    assert str(senior.id) in newest[0]["data"]
