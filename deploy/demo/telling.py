"""How a story is told: who speaks to which service, what was expected, and what came."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Protocol
from uuid import UUID

import httpx

PATIENCE, GLANCE = 20.0, 0.1
Json = dict[str, Any]


class NotAsTold(Exception):  # noqa: N818 - named for what happened
    """Something did not happen as the story says."""


class Callers(Protocol):
    """Gives a client of one service, in a role of an organization; without a role, nobody's."""

    def client(
        self,
        service: str,
        role: str | None = None,
        organization: UUID | None = None,
        subject: UUID | None = None,
        name: str | None = None,
    ) -> httpx.AsyncClient: ...


class Voice:
    """One person speaking to one service."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def get(self, path: str, **params: Any) -> Json:
        return await self._answer("GET", path, params=params)

    async def post(self, path: str, body: Json | None = None, **headers: str) -> Json:
        return await self._answer("POST", path, json=body or {}, headers=headers)

    async def patch(self, path: str, body: Json, version: int) -> Json:
        headers = {"If-Match": f'"{version}"'}
        return await self._answer("PATCH", path, json=body, headers=headers)

    async def page(self, url: str) -> str:
        """A page as a browser gets it."""
        answer = await self._client.get(url, headers={"Accept": "text/html"})
        if answer.status_code != 200:
            raise NotAsTold(f"the page answered {answer.status_code}")
        return answer.text

    async def submit(self, url: str, **form: str) -> str:
        """A form sent as a browser sends it; returns the page that it leads to."""
        answer = await self._client.post(
            url, data=form, headers={"Accept": "text/html"}, follow_redirects=True
        )
        if answer.status_code != 200:
            raise NotAsTold(f"the form was answered {answer.status_code}")
        return answer.text

    async def refused(self, path: str, body: Json, status: int, kind: str) -> Json:
        """A POST that must be refused, with this status and type of problem."""
        answer = await self._client.post(path, json=body)
        problem: Json = answer.json()
        if (answer.status_code, problem.get("type")) != (status, f"/problems/{kind}"):
            raise NotAsTold(f"POST {path} was to be refused as {kind}: {answer.status_code}")
        return problem

    async def _answer(self, method: str, path: str, **sent: Any) -> Json:
        answer = await self._client.request(method, path, **sent)
        if not answer.is_success:
            raise NotAsTold(f"{method} {path} answered {answer.status_code}: {answer.text[:600]}")
        content: Json = answer.json() if answer.content else {}
        return content


async def until(
    ask: Callable[[], Awaitable[Json]], seen: Callable[[Json], bool], what: str
) -> Json:
    """Ask again until it is seen; the services tell one another by events, in milliseconds."""
    loop = asyncio.get_running_loop()
    end = loop.time() + PATIENCE
    while True:
        answer = await ask()
        if seen(answer):
            return answer
        if loop.time() > end:
            raise NotAsTold(f"{what} did not come about within {PATIENCE:.0f} seconds")
        await asyncio.sleep(GLANCE)


def must(held: bool, what: str) -> None:
    """The story says so; `NotAsTold` when it is not so."""
    if not held:
        raise NotAsTold(what)
