"""Ways to the services for everybody in a history: a request of somebody's, with a token of now."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx

from shared import clock
from tests.stack import Stack

Body = dict[str, Any]
FRESH = 6 * 3600
"""Seconds that a token is used for: half its life."""


@dataclass(frozen=True)
class Person:
    """Somebody with an account."""

    id: UUID
    role: str
    organization: UUID


@dataclass
class Lines:
    """One client for all; signing a token for every request would take longer than the request."""

    stack: Stack
    _http: httpx.AsyncClient = field(init=False)
    _tokens: dict[tuple[Person, int], dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._http = httpx.AsyncClient(transport=self.stack.transport)

    async def request(
        self, person: Person | None, method: str, url: str, key: str | None = None, **sent: Any
    ) -> httpx.Response:
        """`url` begins with the service: `cases/v1/...`. Nobody's request is a link visitor's."""
        headers = dict(self._headers(person)) | sent.pop("headers", {})
        if key is not None:
            headers["Idempotency-Key"] = key
        return await self._http.request(method, f"http://{url}", headers=headers, **sent)

    async def must(
        self, person: Person, method: str, url: str, body: Body | None = None, version: int = 0
    ) -> Body:
        """It succeeds, or what is being prepared is wrong."""
        headers = {"If-Match": f'"{version}"'} if method == "PUT" else {}
        answer = await self.request(person, method, url, json=body or {}, headers=headers)
        assert answer.status_code < 300, (url, answer.status_code, answer.text)
        made: Body = answer.json() if answer.content else {}
        return made

    def forget(self) -> None:
        """The tokens: they may be of a time to come."""
        self._tokens.clear()

    async def close(self) -> None:
        await self._http.aclose()

    def _headers(self, person: Person | None) -> dict[str, str]:
        if person is None:
            return {}
        kept = (person, int(clock.now().timestamp()) // FRESH)
        if kept not in self._tokens:
            self._tokens[kept] = self.stack.issuer.headers(
                person.role, person.organization, person.id
            )
        return self._tokens[kept]
