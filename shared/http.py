"""Calling a neighbour: one total deadline, our request id, and what failure means.

The one import of httpx.
"""

import asyncio
import time
from typing import Any, TypeVar

import httpx
from pydantic import ValidationError

from shared import clock
from shared.errors import PROBLEM_JSON, NeighbourUnavailable, NotFound, Problem
from shared.logging import request_id
from shared.schemas.strict import Answer
from shared.settings import ServiceSettings

A = TypeVar("A", bound=Answer)
Http = httpx.AsyncClient
Transport = httpx.AsyncHTTPTransport
Sent = httpx.Request
Received = httpx.Response
CALL_FAILED = (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError)


class NeighbourRefused(Problem):
    """A neighbour's own problem, passed on as it is: status, type and codes."""

    status, type, title = 409, "neighbour-refused", "A service we depend on refused"

    def __init__(self, problem: dict[str, Any], status: int) -> None:
        super().__init__(str(problem.get("detail", "")))
        self.problem = problem
        self.status_code = status

    def body(self) -> dict[str, Any]:
        return self.problem

    @property
    def code(self) -> str:
        return str(self.problem.get("type", "")).removeprefix("/problems/")


def new_client() -> Http:
    # No redirects and no environment proxies: a neighbour answers itself or not at all.
    return httpx.AsyncClient(timeout=30, follow_redirects=False, trust_env=False)


class ServiceTokens:
    """This service's own access tokens (client credentials), renewed a minute before they end."""

    def __init__(self, http: Http, settings: ServiceSettings) -> None:
        self._http, self._settings = http, settings
        self._token, self._until = "", 0.0
        self._ask_from = 0.0
        self._lock = asyncio.Lock()

    async def get(self) -> str:
        async with self._lock:
            if clock.now().timestamp() > self._until:
                await self._renew()
            return self._token

    async def _renew(self) -> None:
        if time.monotonic() < self._ask_from:  # it did not answer those before in the queue
            raise NeighbourUnavailable("The identity provider did not answer.")
        settings = self._settings
        credentials = (settings.client_id, settings.client_secret.get_secret_value())
        form = {"grant_type": "client_credentials", "audience": settings.audience}
        try:
            async with asyncio.timeout(settings.neighbour_deadline):
                answer = await self._http.post(settings.token_url, data=form, auth=credentials)
            granted = answer.raise_for_status().json()
            self._token = granted["access_token"]
            self._until = clock.now().timestamp() + granted["expires_in"] - 60
        except (httpx.HTTPError, TimeoutError, ValueError, KeyError) as error:
            self._ask_from = time.monotonic() + 1
            raise NeighbourUnavailable("The identity provider did not answer.") from error


class ServiceClient:
    """Base of a service's clients. `token` is the user's, relayed, or this service's own."""

    name: str

    def __init__(self, http: Http, base_url: str, token: str, deadline: float = 3.0) -> None:
        self._http, self._base_url, self._deadline = http, base_url.rstrip("/"), deadline
        self._headers = {"Authorization": f"Bearer {token}"}

    async def get(self, path: str, answer: type[A], **params: str) -> A:
        return await self._call("GET", path, answer, params=params)

    async def post(self, path: str, answer: type[A], body: Any, key: str | None = None) -> A:
        headers = {} if key is None else {"Idempotency-Key": key}
        return await self._call("POST", path, answer, json=body, headers=headers)

    async def _call(self, method: str, path: str, answer: type[A], **sent: Any) -> A:
        """The neighbour's answer; `NotFound`, `NeighbourRefused` or `NeighbourUnavailable`."""
        headers = {**self._headers, "X-Request-Id": request_id.get(), **sent.pop("headers", {})}
        try:
            async with asyncio.timeout(self._deadline):
                response = await self._http.request(
                    method, self._base_url + path, headers=headers, **sent
                )
            if response.is_success:
                return answer.model_validate_json(response.content)
            problem = response.json() if _is_problem(response) else None
        except (httpx.HTTPError, TimeoutError, ValidationError, ValueError) as error:
            raise NeighbourUnavailable(f"{self.name} did not answer.") from error
        if problem is None or response.status_code in (401, 429) or response.status_code >= 500:
            raise NeighbourUnavailable(f"{self.name} did not answer.")
        if problem.get("type") == "/problems/not-found":
            raise NotFound(str(problem.get("detail", "")))
        raise NeighbourRefused(problem, response.status_code)


def _is_problem(response: httpx.Response) -> bool:
    return str(response.headers.get("content-type")).startswith(PROBLEM_JSON)
