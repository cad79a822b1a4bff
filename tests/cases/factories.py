"""People, clients and cases as a front end makes them: over HTTP."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx

from tests.stack import Stack

Body = dict[str, Any]


@dataclass
class Person:
    """Somebody who works here, and their way to the API."""

    id: UUID
    http: httpx.AsyncClient

    async def get(self, path: str, status: int = 200, **params: Any) -> Body:
        return checked(await self.http.get(path, params=params), status)

    async def post(
        self, path: str, body: Any = None, status: int = 201, key: str | None = None
    ) -> Body:
        headers = {"Idempotency-Key": key} if key else {}
        answer = await self.http.post(path, json={} if body is None else body, headers=headers)
        return checked(answer, status)

    async def act(self, path: str, body: Any = None, status: int = 200) -> Body:
        return await self.post(path, body, status)

    async def put(self, path: str, version: int, body: Any, status: int = 200) -> Body:
        headers = {"If-Match": f'"{version}"'}
        return checked(await self.http.put(path, json=body, headers=headers), status)

    async def patch(self, path: str, version: int, body: Any, status: int = 200) -> Body:
        headers = {"If-Match": f'"{version}"'}
        return checked(await self.http.patch(path, json=body, headers=headers), status)


def checked(answer: httpx.Response, status: int) -> Body:
    assert answer.status_code == status, (answer.request.url, answer.status_code, answer.text)
    return answer.json() if answer.content else {}


@dataclass
class Agency:
    """One organization, with a person for every role. `worker` is supervised by `supervisor`."""

    id: UUID
    people: Mapping[str, Person]
    team_id: str

    def __getattr__(self, role: str) -> Person:
        return self.people[role]


ROLES = (
    "admin",
    "intake_worker",
    "case_manager",
    "case_manager_entry",
    "senior_case_manager",
    "supervisor",
    "program_manager",
    "auditor",
)


def person(stack: Stack, role: str, organization: UUID) -> Person:
    subject = uuid4()
    return Person(subject, stack.client("cases", role, organization, subject))


async def new_agency(stack: Stack) -> Agency:
    organization = uuid4()
    people = {role: person(stack, role, organization) for role in ROLES}
    for someone in people.values():
        await someone.get("/v1/staff/me")
    admin = people["admin"]
    team = await admin.post("/v1/teams", {"name": "North"})
    members = [str(people[r].id) for r in ("case_manager", "case_manager_entry", "supervisor")]
    await admin.put(f"/v1/teams/{team['id']}/members", 1, {"staff_ids": members})
    for role in ("case_manager", "case_manager_entry", "senior_case_manager"):
        line = {"supervisor_id": str(people["supervisor"].id), "staff_id": str(people[role].id)}
        await admin.post("/v1/supervision-lines", line)
    return Agency(organization, people, team["id"])


async def new_client(someone: Person, **fields: Any) -> Body:
    body = {"given_name": "Ana", "family_name": f"Reyes {uuid4().hex[:8]}", "confirm_new": True}
    return await someone.post("/v1/clients", body | fields)


async def new_case(someone: Person, client_id: str | None = None, **fields: Any) -> Body:
    client_id = client_id or (await new_client(someone))["id"]
    return await someone.post("/v1/cases", {"client_id": client_id, **fields})


async def open_case(someone: Person, **client: Any) -> Body:
    case = await new_case(someone, (await new_client(someone, **client))["id"])
    return await someone.act(f"/v1/cases/{case['id']}/open")


async def new_need(someone: Person, case_id: str, category: str = "housing") -> Body:
    return await someone.post(f"/v1/cases/{case_id}/needs", {"category": category})


async def new_consent(someone: Person, case_id: str, receiver: UUID, **fields: Any) -> Body:
    body = {
        "classes": ["identity", "contact"],
        "recipient_kind": "receiver",
        "recipient_id": str(receiver),
        "recipient_name": "Harbour Shelter",
        "purpose": "Referral for housing",
        "expires_on": "2099-12-31",
        "given": {"method": "signed"},
    }
    return await someone.post(f"/v1/cases/{case_id}/consents", body | fields)


def disclosure_request(agency: Agency, need_id: str, receiver: UUID, **fields: Any) -> Body:
    return {
        "referral_id": str(uuid4()),
        "organization_id": str(agency.id),
        "need_id": need_id,
        "recipient_id": str(receiver),
        "recipient_name": "Harbour Shelter",
        "recipient_organization_id": None,
        "classes": ["identity", "contact"],
    } | fields
