"""Who sees what: foreign, restricted and random ids are one and the same 404."""

from uuid import uuid4

import asyncpg
import pytest

from tests.cases.factories import (
    Agency,
    new_agency,
    new_case,
    new_client,
    new_consent,
    new_need,
    open_case,
)
from tests.cases.test_plans import new_plan
from tests.stack import Stack

NOTE = {
    "kind": "phone",
    "title": "Call",
    "body": "She will visit on Monday",
    "contacted_at": "2026-11-20T10:00:00Z",
}


async def paths_of(agency: Agency) -> list[str]:
    """A path to read for everything that hangs on a case."""
    worker = agency.case_manager
    case = await open_case(worker)
    need = await new_need(worker, case["id"])
    consent = await new_consent(worker, case["id"], uuid4())
    plan = await new_plan(worker, case["id"])
    assessment = await worker.post(f"/v1/cases/{case['id']}/assessments", {"template": "phq-2"})
    note = await worker.post(f"/v1/cases/{case['id']}/notes", NOTE)
    await worker.act(f"/v1/notes/{note['id']}/sign")
    lists = ("needs", "consents", "plans", "assessments", "notes", "timeline", "disclosures")
    return [
        f"/v1/clients/{case['client_id']}",
        f"/v1/clients/{case['client_id']}/facts",
        f"/v1/clients/{case['client_id']}/timeline",
        f"/v1/cases/{case['id']}",
        *(f"/v1/cases/{case['id']}/{name}" for name in lists),
        f"/v1/needs/{need['id']}",
        f"/v1/needs/{need['id']}/referable",
        f"/v1/consents/{consent['id']}",
        f"/v1/plans/{plan['id']}",
        f"/v1/assessments/{assessment['id']}",
        f"/v1/notes/{note['id']}",
    ]


async def test_foreign_and_random_ids_answer_alike(stack: Stack, agency: Agency) -> None:
    other = await new_agency(stack)
    for path in await paths_of(agency):
        await agency.case_manager.get(path)
        foreign = await other.program_manager.get(path, 404)
        stranger = await agency.senior_case_manager.get(path, 404)
        parts = path.split("/")
        parts[3] = str(uuid4())
        random = await agency.case_manager.get("/".join(parts), 404)
        assert foreign == stranger == random, path


async def test_a_restricted_case_is_absent_for_all_but_those_named(agency: Agency) -> None:
    worker = agency.case_manager
    case = await open_case(worker)
    path = f"/v1/cases/{case['id']}"
    await agency.supervisor.get(path)
    restricted = await worker.put(f"{path}/restriction", case["version"], {"restricted": True})
    for someone in (agency.supervisor, agency.program_manager, agency.case_manager_entry):
        await someone.get(path, 404)
        listed = await someone.get("/v1/cases", limit=200)
        assert case["id"] not in {item["id"] for item in listed["items"]}
    name = (await worker.get(f"/v1/clients/{case['client_id']}"))["family_name"]
    found = await agency.intake_worker.act("/v1/clients/search", {"name": name})
    assert found["items"] == []
    team = {"staff_ids": [str(agency.supervisor.id)]}
    await worker.put(f"{path}/care-team", restricted["version"], team)
    await agency.supervisor.get(path)


async def test_an_intake_worker_finds_name_birth_date_and_status_only(agency: Agency) -> None:
    case = await open_case(agency.case_manager, birth_date="1990-01-01")
    client = await agency.case_manager.get(f"/v1/clients/{case['client_id']}")
    asked = {"name": client["family_name"]}
    found = await agency.intake_worker.act("/v1/clients/search", asked)
    assert found["items"] == [
        {
            "id": client["id"],
            "given_name": "Ana",
            "family_name": client["family_name"],
            "birth_date": "1990-01-01",
            "case_status": "open",
            "readable": False,
        }
    ]
    await agency.intake_worker.get(f"/v1/clients/{client['id']}", 404)
    assert (await agency.senior_case_manager.act("/v1/clients/search", asked))["items"] == []
    back = await agency.intake_worker.post("/v1/cases", {"client_id": client["id"]})
    await agency.senior_case_manager.post("/v1/cases", {"client_id": client["id"]}, 404)
    assert back["status"] == "inquiry"


async def test_a_supervision_line_opens_and_ends(stack: Stack, agency: Agency) -> None:
    other = await new_agency(stack)
    senior, worker = other.senior_case_manager, other.case_manager
    case = await open_case(worker)
    path = f"/v1/cases/{case['id']}"
    await senior.get(path, 404)
    line = {"supervisor_id": str(senior.id), "staff_id": str(worker.id)}
    made = await other.admin.post("/v1/supervision-lines", line)
    await senior.get(path)
    await senior.post(f"{path}/needs", {"category": "food"}, 403)
    await other.admin.act(f"/v1/supervision-lines/{made['id']}/end")
    await senior.get(path, 404)


TABLES_OF_PEOPLE = """
    select c.table_name from information_schema.columns c
    join information_schema.tables t using (table_schema, table_name)
    where c.column_name = 'organization' and t.table_type = 'BASE TABLE'
      and c.table_schema = 'public' and c.table_name not in ('event')
"""


@pytest.mark.parametrize("role", ["app", "worker"])
async def test_without_context_no_row_of_people_is_seen(
    stack: Stack, agency: Agency, role: str
) -> None:
    await paths_of(agency)
    names = [row["table_name"] for row in await stack.rows("cases", TABLES_OF_PEOPLE)]
    assert len(names) > 20
    url = getattr(stack.urls["cases"], role).replace("+asyncpg", "")
    connection = await asyncpg.connect(url)
    try:
        for name in names:
            privileged = await connection.fetchval(
                f"select has_table_privilege(current_user, '{name}', 'select')"
            )
            if privileged:
                assert await connection.fetchval(f"select count(*) from {name}") == 0, name
    finally:
        await connection.close()


async def test_one_audit_row_per_request(stack: Stack, agency: Agency) -> None:
    case = await new_case(agency.intake_worker, (await new_client(agency.intake_worker))["id"])
    rows = await stack.rows(
        "cases",
        "select request_id, count(*) from audit where organization = $1 group by 1 order by 2 desc",
        agency.id,
    )
    assert rows[0]["count"] == 1
    await agency.senior_case_manager.get(f"/v1/cases/{case['id']}", 404)
    denied = await stack.rows("cases", "select ids from audit where outcome = 'denied'")
    assert case["id"] in str(denied)
