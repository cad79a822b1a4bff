"""Who walks: a sending organization with every role, a provider that answers, and services' tokens."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx

from deploy.issuer import ROLES
from tests.security.marks import Marks
from tests.security.recorder import service_of
from tests.stack import Stack

Json = dict[str, Any]


def checked(answer: httpx.Response) -> Json:
    request = answer.request
    assert answer.status_code < 400, (
        request.method,
        request.url.path,
        answer.status_code,
        answer.text,
    )
    plain = answer.headers.get("content-type", "").startswith("application/json")
    content: Json = answer.json() if plain and answer.content else {}
    return content


@dataclass(frozen=True)
class Person:
    """Somebody with a token, speaking to whichever service answers the path."""

    stack: Stack
    role: str | None = None
    organization: UUID | None = None
    id: UUID | None = None
    name: str | None = None
    client_id: str | None = None

    def http(self, service: str) -> httpx.AsyncClient:
        if self.client_id is not None:
            return self.stack.service_client(service, self.client_id)
        return self.stack.client(service, self.role, self.organization, self.id, self.name)

    async def call(self, method: str, path: str, **sent: Any) -> Json:
        return checked(await self.http(service_of(method, path)).request(method, path, **sent))

    async def get(self, path: str, **params: Any) -> Json:
        return await self.call("get", path, params=params)

    async def post(self, path: str, body: Json | None = None) -> Json:
        headers = {"Idempotency-Key": uuid4().hex}
        return await self.call("post", path, json=body or {}, headers=headers)

    async def put(self, path: str, version: int, body: Json) -> Json:
        return await self.call("put", path, json=body, headers=_match(version))

    async def patch(self, path: str, version: int, body: Json) -> Json:
        return await self.call("patch", path, json=body, headers=_match(version))

    async def delete(self, path: str, version: int) -> None:
        await self.call("delete", path, headers=_match(version))


def _match(version: int) -> dict[str, str]:
    return {"If-Match": f'"{version}"'}


@dataclass
class Cast:
    """`staff` by role; `made` keeps what later acts go on with."""

    stack: Stack
    marks: Marks
    staff: dict[str, Person]
    desk: Person
    provider_admin: Person
    nobody: Person
    made: Json

    def __getattr__(self, role: str) -> Person:
        return self.staff[role]

    def service(self, client_id: str) -> Person:
        return Person(self.stack, client_id=client_id)


async def gather(stack: Stack, marks: Marks) -> Cast:
    sender, provider = uuid4(), uuid4()
    staff = {
        role: Person(stack, role, sender, uuid4(), marks.plain(f"name of {role}"))
        for role in ROLES
        if role != "receiver"
    }
    desk = Person(stack, "receiver", provider, uuid4(), marks.plain("name of receiver"))
    admin = Person(stack, "admin", provider, uuid4(), marks.plain("name of provider's admin"))
    for someone in (*staff.values(), desk, admin):
        await someone.get("/v1/staff/me")
    return Cast(stack, marks, staff, desk, admin, Person(stack), {})
