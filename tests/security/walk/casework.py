"""The organization, its clients, their cases and needs, and what is written down about them."""

from datetime import timedelta
from typing import Any

from shared import clock
from shared.schemas.disclosures import DataClass
from tests.security.marks import Marks
from tests.security.walk.people import Cast, Json, Person

READABLE_FACTS = {"household", "finance", "benefits", "education", "work"}
BORN = "1931-07-23"


def in_days(days: int) -> str:
    return str((clock.now() + timedelta(days=days)).date())


async def organization(cast: Cast) -> None:
    admin = cast.admin
    mine = await admin.get("/v1/organization")
    await admin.put("/v1/organization", mine["version"], {"name": "Harbour Community Services"})
    await admin.get("/v1/staff")
    for other in (cast.auditor, cast.integrator):
        staff = await admin.get(f"/v1/staff/{other.id}")
        change = {"active": True, "teams": []}
        await admin.put(f"/v1/staff/{other.id}", staff["version"], change)
    team = await admin.post("/v1/teams", {"name": "North"})
    team = await admin.get(f"/v1/teams/{team['id']}")
    members = {"staff_ids": [str(cast.case_manager.id), str(cast.supervisor.id)]}
    await admin.put(f"/v1/teams/{team['id']}/members", team["version"], members)
    await admin.get("/v1/teams")
    for role in ("case_manager", "case_manager_entry", "senior_case_manager", "intake_worker"):
        await _supervised(cast, cast.staff[role])
    line = await _supervised(cast, cast.program_manager)
    await admin.post(f"/v1/supervision-lines/{line['id']}/end")
    await admin.get("/v1/supervision-lines")
    partner = {
        "partner_id": str(cast.desk.organization),
        "partner_name": "Harbour Pantry",
        "starts_on": in_days(0),
    }
    await admin.post("/v1/agreements", partner)
    await admin.get("/v1/agreements")


async def _supervised(cast: Cast, who: Person) -> Json:
    line = {"supervisor_id": str(cast.supervisor.id), "staff_id": str(who.id)}
    return await cast.admin.post("/v1/supervision-lines", line)


async def new_client(cast: Cast, by: Person) -> Json:
    """A client with a marker in every field."""
    marks = cast.marks
    body: Json = {
        "given_name": marks.plain("given name"),
        "family_name": marks.plain("family name"),
        "birth_date": BORN,
        "pronouns": marks.plain("pronouns"),
        "language": "es",
        "channels": [
            {"kind": "email", "value": marks.email("client's e-mail")},
            {"kind": "phone", "value": marks.phone("client's phone")},
            {"kind": "address", "value": marks.plain("address")},
            {
                "kind": "address",
                "value": marks.sealed("confidential address"),
                "confidential": True,
            },
        ],
        "contact": {"reasons": marks.sealed("safe-contact reasons")},
        "confirm_new": True,
    }
    made = await by.post("/v1/clients", body)
    assert made["given_name"] == body["given_name"]
    return made


async def new_case(cast: Cast, by: Person, client_id: str | None = None) -> Json:
    """An inquiry."""
    client_id = client_id or (await new_client(cast, by))["id"]
    presenting = cast.marks.sealed("presenting")
    return await by.post("/v1/cases", {"client_id": client_id, "presenting": presenting})


async def open_case(cast: Cast, by: Person) -> Json:
    case = await new_case(cast, by)
    return await by.post(f"/v1/cases/{case['id']}/open")


async def new_need(cast: Cast, case_id: str, **fields: Any) -> Json:
    words = cast.marks.sealed("need's words")
    body = {"category": "food", "words": words} | fields
    return await cast.case_manager.post(f"/v1/cases/{case_id}/needs", body)


async def clients(cast: Cast) -> None:
    worker, marks = cast.case_manager, cast.marks
    client = await new_client(cast, worker)
    path = f"/v1/clients/{client['id']}"
    await worker.post("/v1/clients/search", {"name": client["family_name"]})
    await worker.post("/v1/clients/search", {"birth_date": BORN})
    await worker.post("/v1/clients/search", {"phone": client["channels"][1]["value"]})
    client = await worker.get(path)
    change = {
        "pronouns": marks.plain("changed pronouns"),
        "contact": {"leave_message": True, "reasons": marks.sealed("changed reasons")},
    }
    client = await worker.patch(path, client["version"], change)
    added = {"kind": "phone", "value": marks.phone("another phone")}
    channel = await worker.post(f"{path}/channels", added)
    client = await worker.get(path)
    await worker.delete(f"{path}/channels/{channel['id']}", client["version"])
    for data_class in DataClass:
        await _fact(cast, path, data_class)
    facts = await worker.get(f"{path}/facts", limit=1)
    await worker.get(f"{path}/facts", limit=1, cursor=facts["next"])
    [fact] = facts["items"]
    await worker.delete(f"{path}/facts/{fact['id']}", fact["version"])
    case = await new_case(cast, worker, client["id"])
    await worker.post(f"/v1/cases/{case['id']}/open")
    cast.made |= {"client": client["id"], "case": case["id"]}


async def _fact(cast: Cast, path: str, data_class: DataClass) -> None:
    if data_class in (DataClass.IDENTITY, DataClass.CONTACT):
        return
    mark = cast.marks.plain if data_class in READABLE_FACTS else cast.marks.sealed
    fact = {"data_class": data_class, "kind": "known", "value": mark(f"fact of {data_class}")}
    await cast.case_manager.post(f"{path}/facts", fact)


async def cases_and_needs(cast: Cast) -> None:
    worker, path = cast.case_manager, f"/v1/cases/{cast.made['case']}"
    await worker.get("/v1/cases", limit=1)
    await worker.get(path)
    await worker.post(f"{path}/hold", {"reason": "client_away", "review_on": in_days(9)})
    await worker.post(f"{path}/review", {"review_on": in_days(10)})
    await worker.post(f"{path}/resume")
    team = {"staff_ids": [str(cast.case_manager_entry.id)]}
    await worker.put(f"{path}/care-team", (await worker.get(path))["version"], team)
    for restricted in (True, False):
        version = (await worker.get(path))["version"]
        await worker.put(f"{path}/restriction", version, {"restricted": restricted})
    await _needs(cast, path)
    await worker.get(f"{path}/timeline", limit=1)
    await worker.get(f"/v1/clients/{cast.made['client']}/timeline")
    await _intake(cast)
    await _endings(cast)


async def _intake(cast: Cast) -> None:
    intake, marks = cast.intake_worker, cast.marks
    waiting = await new_case(cast, intake)
    path = f"/v1/cases/{waiting['id']}"
    await intake.post(f"{path}/waitlist", {"priority": 2, "review_on": in_days(5)})
    version = (await intake.get(path))["version"]
    await intake.put(f"{path}/owner", version, {"owner_id": str(cast.case_manager.id)})
    out = await new_case(cast, intake)
    told = {"reason": "not_eligible", "pointed_to": marks.sealed("pointed to")}
    await intake.post(f"/v1/cases/{out['id']}/screen-out", told)


async def _endings(cast: Cast) -> None:
    worker, supervisor, marks = cast.case_manager, cast.supervisor, cast.marks
    case = await open_case(cast, worker)
    path = f"/v1/cases/{case['id']}"
    for verdict in ("reject-closure", "approve-closure"):
        guards = ("MISSING_POST_MEASURE", "MISSING_TRANSITION_PLAN")
        proposal = {
            "outcome": "goals_met",
            "summary": marks.sealed("closing summary"),
            "transition_plan": marks.sealed("transition plan"),
            "overrides": {guard: marks.sealed(f"override of {guard}") for guard in guards},
        }
        await worker.post(f"{path}/propose-closure", proposal)
        comment = {"comment": marks.sealed("closure comment")} if verdict[0] == "r" else {}
        await supervisor.post(f"{path}/{verdict}", comment)
    case = await open_case(cast, worker)
    now = {"reason": "safety", "explanation": marks.sealed("emergency")}
    await supervisor.post(f"/v1/cases/{case['id']}/close-now", now)
    case = await open_case(cast, worker)
    await supervisor.post(f"/v1/cases/{case['id']}/void", {"reason": "wrong_client"})


async def _needs(cast: Cast, path: str) -> None:
    worker = cast.case_manager
    need = await new_need(cast, cast.made["case"])
    await worker.get(f"{path}/needs")
    need = await worker.get(f"/v1/needs/{need['id']}")
    words = {"words": cast.marks.sealed("changed words")}
    await worker.patch(f"/v1/needs/{need['id']}", need["version"], words)
    await worker.get(f"/v1/needs/{need['id']}/referable")
    for decision in ("mark-unmet", "reopen", "mark-met-otherwise", "reopen", "withdraw"):
        why = {"reason": "said_so", "explanation": cast.marks.sealed("why a need was decided")}
        await worker.post(f"/v1/needs/{need['id']}/{decision}", why)


def note_body(marks: Marks, data_class: str | None) -> Json:
    mark = marks.sealed if data_class else marks.plain
    return {
        "kind": "phone",
        "title": mark("note's title"),
        "body": mark("note's body"),
        "data_class": data_class,
        "contacted_at": clock.now().isoformat(),
        "minutes": 10,
        "attendees": [mark("attendee")],
    }


async def notes_and_tasks(cast: Cast) -> None:
    worker, entry, marks = cast.case_manager, cast.case_manager_entry, cast.marks
    path = f"/v1/cases/{cast.made['case']}/notes"
    note = await worker.post(path, note_body(marks, None))
    await worker.get(path)
    note = await worker.get(f"/v1/notes/{note['id']}")
    sensitive = note_body(marks, "mental_health")
    await worker.put(f"/v1/notes/{note['id']}", note["version"], sensitive)
    await worker.post(f"/v1/notes/{note['id']}/sign")
    await worker.post(f"/v1/notes/{note['id']}/addenda", note_body(marks, "victim_services"))
    second = await entry.post(path, note_body(marks, "substance_use"))
    for verdict in ("return", "cosign"):
        await entry.post(f"/v1/notes/{second['id']}/sign")
        comment = {"comment": marks.sealed("note's comment")} if verdict == "return" else {}
        await cast.supervisor.post(f"/v1/notes/{second['id']}/{verdict}", comment)
    tasks = await cast.intake_worker.get("/v1/tasks")
    await cast.intake_worker.post(f"/v1/tasks/{tasks['items'][0]['id']}/complete")
