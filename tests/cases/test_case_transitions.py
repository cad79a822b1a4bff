"""Every status x action x role of a case, over HTTP, against the table kept by hand beside this.

The intake worker takes the inquiry for the North team and owns it until it is opened; from then on
the case manager owns it. The entry-level worker and the supervisor are on the team, the supervisor
supervises the case manager, the senior has nothing to do with it.
"""

import csv
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.cases.lifecycle.case import TRANSITIONS, CaseAction, CaseStatus
from shared import clock
from tests.cases.factories import Agency, Body, new_case
from tests.stack import Stack

with Path(__file__).with_name("case_transitions.csv").open() as table:
    TABLE = list(csv.DictReader(table))
ROLES = [name for name in TABLE[0] if name not in ("status", "action", "after")]


def body_of(action: str, agency: Agency) -> Body:
    later = str(clock.now().date() + timedelta(days=20))
    bodies: dict[str, Any] = {
        "open": {"owner_id": str(agency.case_manager.id)},
        "waitlist": {"priority": 2, "review_on": later},
        "screen-out": {"reason": "not_eligible", "pointed_to": "The food bank on Main Street"},
        "hold": {"reason": "client_away", "review_on": later},
        "review": {"review_on": later},
        "propose-closure": {"outcome": "goals_met", "summary": "S", "transition_plan": "T"},
        "reject-closure": {"comment": "Not yet"},
        "close-now": {"reason": "safety", "explanation": "E"},
        "void": {"reason": "wrong_client"},
    }
    return dict(bodies.get(action, {}))


WAY: dict[str, list[tuple[str, str]]] = {
    "inquiry": [],
    "waitlisted": [("intake_worker", "waitlist")],
    "screened_out": [("intake_worker", "screen-out")],
    "open": [("intake_worker", "open")],
    "on_hold": [("intake_worker", "open"), ("case_manager", "hold")],
    "closure_proposed": [("intake_worker", "open"), ("case_manager", "propose-closure")],
    "closed": [("intake_worker", "open"), ("supervisor", "close-now")],
    "entered_in_error": [("intake_worker", "open"), ("supervisor", "void")],
}


async def case_in(agency: Agency, status: str) -> str:
    case = await new_case(agency.intake_worker, team_id=agency.team_id)
    path = f"/v1/cases/{case['id']}"
    for role, action in WAY[status]:
        await agency.people[role].act(f"{path}/{action}", body_of(action, agency))
    return path


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row['status']}-{row['action']}")
async def test_a_row_of_the_table(agency: Agency, row: dict[str, str]) -> None:
    path = await case_in(agency, row["status"])
    body = body_of(row["action"], agency)
    allowed = [role for role in ROLES if row[role] == "200"]
    for role in [role for role in ROLES if role not in allowed]:
        refused = await agency.people[role].act(f"{path}/{row['action']}", body, int(row[role]))
        if row[role] == "409":
            assert refused["status_now"] == row["status"]
    for role in allowed:
        moved = await agency.people[role].act(f"{path}/{row['action']}", body)
        assert moved["status"] == row["after"]
        path = await case_in(agency, row["status"])


@pytest.mark.parametrize("status", WAY)
async def test_the_actions_shown_are_those_of_the_table(agency: Agency, status: str) -> None:
    path = await case_in(agency, status)
    rows = [row for row in TABLE if row["status"] == status]
    for role in ROLES:
        answer = await agency.people[role].http.get(path)
        if answer.status_code != 200:
            continue
        hrefs = {action["href"] for action in answer.json()["actions"]}
        shown = {href.rsplit("/", 1)[1] for href in hrefs if "add_" not in href}
        table = {row["action"] for row in rows}
        assert shown & table == {row["action"] for row in rows if row[role] == "200"}, role


async def test_the_database_guards_the_same_table(stack: Stack) -> None:
    known = await stack.rows("cases", "select before, after from care_case_transition")
    pairs = {(row["before"], row["after"]) for row in known}
    table = {(before.value, after.value) for (before, _), after in TRANSITIONS.items()}
    assert pairs == {(before, after) for before, after in table if before != after}


def test_the_table_is_complete() -> None:
    pairs = {(row["status"], row["action"].replace("-", "_")) for row in TABLE}
    assert pairs == {(status.value, action.value) for status in CaseStatus for action in CaseAction}
