"""Everything that was sent to the three services, from outside and between them, and what came back."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import httpx

from tests.contract.documents import Operation, operations
from tests.stack import Neighbours, Stack

PARAMETER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Route:
    """An operation, found by method and path."""

    operation: Operation
    pattern: re.Pattern[str]

    def match(self, service: str, method: str, path: str) -> dict[str, str] | None:
        if (service, method) != (self.operation.service, self.operation.method):
            return None
        found = self.pattern.fullmatch(path)
        return None if found is None else found.groupdict()


def _routes() -> list[Route]:
    """Literal paths come before those with parameters, as in the applications."""
    every = sorted(operations(), key=lambda o: ("{" in o.path, o.path))
    return [Route(o, re.compile(PARAMETER.sub(r"(?P<\1>[^/]+)", o.path))) for o in every]


ROUTES = _routes()


@dataclass(frozen=True)
class Exchange:
    """One request and its answer."""

    service: str
    request: httpx.Request
    sent: bytes
    status: int
    headers: httpx.Headers
    content: bytes
    operation: Operation | None
    path: dict[str, str] = field(hash=False)

    @property
    def token(self) -> str:
        return str(self.request.headers.get("authorization", "")).removeprefix("Bearer ")

    @cached_property
    def body(self) -> Any:
        return json.loads(self.sent) if self.sent[:1] in (b"{", b"[") else None

    @property
    def succeeded(self) -> bool:
        return 200 <= self.status < 400


class Recorder:
    """Stands before the three applications and writes everything down."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []
        self.listening = True

    def attach(self, stack: Stack, services: Iterable[str]) -> None:
        assert isinstance(stack.transport, Neighbours)
        for service in services:
            inner = stack.transport.apps[service]
            stack.transport.apps[service] = Recorded(service, inner, self)

    def successes(self) -> dict[str, list[Exchange]]:
        """By operation, in the order they happened."""
        found: dict[str, list[Exchange]] = {}
        for exchange in self.exchanges:
            if exchange.operation is not None and exchange.succeeded:
                found.setdefault(exchange.operation.id, []).append(exchange)
        return found


class Recorded(httpx.AsyncBaseTransport):
    """One application, recorded."""

    def __init__(self, service: str, inner: httpx.AsyncBaseTransport, recorder: Recorder) -> None:
        self._service, self._inner, self._recorder = service, inner, recorder

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self._inner.handle_async_request(request)
        if not self._recorder.listening:
            return response
        content = await response.aread()
        operation, path = _found(self._service, request)
        self._recorder.exchanges.append(
            Exchange(
                self._service,
                request,
                await request.aread(),
                response.status_code,
                response.headers,
                content,
                operation,
                path,
            )
        )
        return response


def service_of(method: str, path: str) -> str:
    """Paths are unique over the services: whose this one is."""
    for route in ROUTES:
        if route.match(route.operation.service, method, path) is not None:
            return route.operation.service
    raise LookupError(f"{method} {path} is no operation")


def _found(service: str, request: httpx.Request) -> tuple[Operation | None, dict[str, str]]:
    for route in ROUTES:
        path = route.match(service, request.method.lower(), request.url.path)
        if path is not None:
            return route.operation, path
    return None, {}
