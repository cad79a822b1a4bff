"""A sender, a provider with accounts, listings, clients and their consents: made over HTTP."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx

from shared import clock
from tests.stack import Neighbours, Stack

Body = dict[str, Any]
SENDER_ROLES = (
    "admin",
    "case_manager_entry",
    "case_manager",
    "senior_case_manager",
    "supervisor",
    "program_manager",
    "network_coordinator",
)


def checked(answer: httpx.Response, status: int) -> Body:
    assert answer.status_code == status, (answer.request.url, answer.status_code, answer.text)
    body: Body = answer.json() if answer.content else {}
    return body


@dataclass
class Person:
    """Somebody, and their way to each service."""

    id: UUID
    role: str
    organization: UUID
    stack: Stack

    def http(self, service: str) -> httpx.AsyncClient:
        """A token of now: the clock may be simulated."""
        return self.stack.client(service, self.role, self.organization, self.id)

    async def get(self, path: str, status: int = 200, **params: Any) -> Body:
        return checked(await self.http("referrals").get(path, params=params), status)

    async def post(
        self, path: str, body: Body | None = None, status: int = 200, key: str | None = None
    ) -> Body:
        headers = {"Idempotency-Key": key} if key else {}
        answer = await self.http("referrals").post(path, json=body or {}, headers=headers)
        return checked(answer, status)

    async def act(
        self, referral: Body | str, action: str, body: Body | None = None, status: int = 200
    ) -> Body:
        path = f"/v1/referrals/{_id(referral)}/{action.replace('_', '-')}"
        return await self.post(path, body, status)

    async def in_cases(self, path: str, body: Body | None = None, status: int = 201) -> Body:
        return checked(await self.http("cases").post(path, json=body or {}), status)


def _id(referral: Body | str) -> str:
    return referral if isinstance(referral, str) else str(referral["id"])


@dataclass
class Need:
    """An open need of a client of the case manager's, and the consent for it."""

    id: str
    case_id: str
    client_id: str
    consent_id: str | None = None


@dataclass
class World:
    """Everybody who takes part. `worker` owns the cases; `supervisor` supervises the workers."""

    stack: Stack
    sender: UUID
    provider: UUID
    people: dict[str, Person]
    desk: Person
    service_id: str
    listing_organization: str
    receiver_id: str
    moved: list[timedelta] = field(default_factory=list)

    @property
    def worker(self) -> Person:
        return self.people["case_manager"]

    @property
    def supervisor(self) -> Person:
        return self.people["supervisor"]

    async def need(
        self,
        category: str = "food",
        *,
        owner: Person | None = None,
        consent: bool = True,
        **client: Any,
    ) -> Need:
        """A client with an open case and need, who consents to this provider."""
        owner = owner or self.worker
        new = {"given_name": "Ana", "family_name": f"Reyes {uuid4().hex[:8]}", "confirm_new": True}
        someone = await owner.in_cases("/v1/clients", new | client)
        case = await owner.in_cases("/v1/cases", {"client_id": someone["id"]})
        await owner.in_cases(f"/v1/cases/{case['id']}/open", status=200)
        need = await owner.in_cases(f"/v1/cases/{case['id']}/needs", {"category": category})
        made = Need(need["id"], case["id"], someone["id"])
        if consent:
            await self.consent(made, owner)
        return made

    async def consent(self, need: Need, owner: Person | None = None, **fields: Any) -> None:
        new = {
            "classes": ["identity", "contact"],
            "recipient_kind": "receiver",
            "recipient_id": self.receiver_id,
            "recipient_name": "Harbour Pantry",
            "purpose": "Referral",
            "expires_on": "2099-12-31",
            "given": {"method": "signed"},
        }
        path = f"/v1/cases/{need.case_id}/consents"
        made = await (owner or self.worker).in_cases(path, new | fields)
        need.consent_id = made["id"]

    async def revoke(self, need: Need, reason: str = "client_asked") -> None:
        path = f"/v1/consents/{need.consent_id}/revoke"
        await self.worker.in_cases(path, {"reason": reason}, status=200)

    async def draft(
        self,
        need: Need | None = None,
        *,
        by: Person | None = None,
        status: int = 201,
        **fields: Any,
    ) -> Body:
        need = need or await self.need()
        new = {
            "need_id": need.id,
            "service_id": self.service_id,
            "classes": ["identity", "contact"],
        }
        return await (by or self.worker).post("/v1/referrals", new | fields, status)

    async def sent(self, need: Need | None = None, **fields: Any) -> Body:
        draft = await self.draft(need, **fields)
        return await self.worker.act(draft, "send")

    async def accepted(self, need: Need | None = None, **fields: Any) -> Body:
        return await self.desk.act(await self.sent(need, **fields), "accept")

    async def served(self, need: Need | None = None, **fields: Any) -> Body:
        referral = await self.accepted(need, **fields)
        return await self.desk.act(referral, "report_served", await self.given())

    async def given(self) -> Body:
        return {"provided": "A week of groceries", "served_on": str(clock.now().date())}

    async def link(self, referral: Body) -> str:
        """The path of a new answer link."""
        asked = await self.worker.act(referral, "ask", {"channel": "link"})
        return str(httpx.URL(asked["answer_url"]).path)

    async def disclosed(self, draft: Body) -> Body:
        """What cases does for a sending that crashes before it is written down here."""
        asked = {
            "referral_id": draft["id"],
            "organization_id": str(self.sender),
            "need_id": draft["need_id"],
            "recipient_id": draft["receiver_id"],
            "recipient_name": draft["receiver_name"],
            "recipient_organization_id": str(self.provider),
            "classes": draft["classes"],
        }
        return await self.worker.in_cases("/v1/disclosures", asked, status=200)

    @property
    def visitor(self) -> httpx.AsyncClient:
        return self.stack.client("referrals")

    async def status(self, referral: Body) -> tuple[str, str]:
        row = await self.worker.get(f"/v1/referrals/{referral['id']}")
        return row["status"], row["loop"]

    @property
    def neighbours(self) -> Neighbours:
        assert isinstance(self.stack.transport, Neighbours)
        return self.stack.transport


class Simulation:
    """A clock of the test's own. Everybody reads it until the block ends."""

    def __init__(self, start: datetime) -> None:
        self.now = start

    def running(self) -> AbstractContextManager[None]:
        read: Callable[[], datetime] = lambda: self.now  # noqa: E731
        return clock.simulated(read)


async def new_listing(stack: Stack, name: str = "Harbour Pantry") -> tuple[str, str]:
    """A listed service and its organization, as an import leaves them."""
    service, organization, source = uuid4(), uuid4(), uuid4()
    now = clock.now()
    await stack.rows(
        "resources",
        "insert into source (id, name, format) values ($1, $2, 'test')",
        source,
        source.hex,
    )
    await stack.rows(
        "resources",
        "insert into organization (id, root_id, source_id, last_modified, name, description) "
        "values ($1, $1, $2, $3, $4, '')",
        organization,
        source,
        now,
        name,
    )
    await stack.rows(
        "resources",
        "insert into service (id, root_id, source_id, last_modified, name, status, organization_id)"
        " values ($1, $1, $2, $3, $4, 'active', $5)",
        service,
        source,
        now,
        name,
        organization,
    )
    return str(service), str(organization)


async def new_world(stack: Stack) -> World:
    sender, provider = uuid4(), uuid4()
    people = {role: Person(uuid4(), role, sender, stack) for role in SENDER_ROLES}
    for role in set(SENDER_ROLES) - {"network_coordinator"}:
        checked(await people[role].http("cases").get("/v1/staff/me"), 200)
    admin = people["admin"]
    for role in ("case_manager", "case_manager_entry"):
        line = {"supervisor_id": str(people["supervisor"].id), "staff_id": str(people[role].id)}
        await admin.in_cases("/v1/supervision-lines", line)
    desk = Person(uuid4(), "receiver", provider, stack)
    service, listed_by = await new_listing(stack)
    provider_admin = Person(uuid4(), "admin", provider, stack)
    tenant = {"kind": "tenant", "name": "Harbour Pantry", "organization_ids": [listed_by]}
    receiver = await provider_admin.post("/v1/receivers", tenant, 201)
    world = World(stack, sender, provider, people, desk, service, listed_by, receiver["id"])
    await stack.settle("cases", "referrals")
    return world
