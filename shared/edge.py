"""What every request passes first: its id, size, the crowd limit, security headers, log and metrics.

One pure ASGI middleware: a pass-through BaseHTTPMiddleware alone halves an empty endpoint's speed.
"""

import asyncio
import re
import time
from contextlib import suppress
from uuid import UUID, uuid4

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.errors import Invalid, Problem, problem_response
from shared.logging import log, place, request_id
from shared.metrics import Metrics
from shared.settings import ServiceSettings

REQUEST_ID = re.compile(rb"^[A-Za-z0-9-]{8,64}$")
HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-resource-policy", b"same-site"),
]
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
NO_STORE = (b"cache-control", b"no-store")


class Overloaded(Problem):
    status, type, title = 503, "overloaded", "Too many requests at once"


class TooSlow(Problem):
    status, type, title = 408, "too-slow", "The body did not come in time"


class TooLarge(Problem):
    status, type, title = 413, "too-large", "The body is too large"


class Broken(Problem):
    """A bug of ours. Nothing of the exception reaches the caller."""

    status, type, title = 500, "internal", "Something broke"


class Edge:
    """The outermost layer of a service."""

    def __init__(self, app: ASGIApp, settings: ServiceSettings, metrics: Metrics) -> None:
        self._app, self._settings, self._metrics = app, settings, metrics
        self._in_flight = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        given = headers.get(b"x-request-id", b"")
        name = given.decode() if REQUEST_ID.match(given) else uuid4().hex
        scope.setdefault("state", {})["request_id"] = name
        token = request_id.set(name)
        call = _Call(scope, receive, send)
        began = time.perf_counter()
        try:
            await self._answer(call, headers)
        finally:
            self._record(call, time.perf_counter() - began)
            request_id.reset(token)

    async def _answer(self, call: "_Call", headers: dict[bytes, bytes]) -> None:
        try:
            length = headers.get(b"content-length", b"0")
            if not length.isdigit() or int(length) > self._settings.max_body:
                raise TooLarge("The body is larger than this service takes.")
            if b"%00" in call.scope["query_string"] or "\0" in call.scope["path"]:
                raise Invalid("url", "A NUL is not text.")  # PostgreSQL would refuse it
            # Whoever is slow to send holds no place that others wait for.
            await call.take_body(self._settings.max_body, self._settings.body_deadline)
            await self._run(call)
        except Problem as problem:
            await call.answer(problem)
        except Exception as error:  # the last stop: no exception may reach the caller
            log.error("request.failed", route=_route(call.scope), **place(error))
            await call.answer(Broken("It was logged, and is a fault of ours."))

    async def _run(self, call: "_Call") -> None:
        if self._in_flight >= self._settings.max_in_flight:
            self._metrics.shed.inc()
            raise Overloaded("Try again in a moment.", headers={"Retry-After": "1"})
        self._in_flight += 1
        self._metrics.in_flight.set(self._in_flight)
        try:
            await self._app(call.scope, call.receive, call.send)
        finally:
            self._in_flight -= 1
            self._metrics.in_flight.set(self._in_flight)

    def _record(self, call: "_Call", seconds: float) -> None:
        method, route = call.scope["method"], _route(call.scope)
        if method not in METHODS:
            method = "other"  # a label for every word that somebody sends would fill the memory
        self._metrics.requests.labels(method, route, call.status).inc()
        self._metrics.seconds.labels(method, route).observe(seconds)
        milliseconds = round(seconds * 1000, 1)
        log.info(
            "request", method=method, route=route, status=call.status, duration_ms=milliseconds
        )


def _route(scope: Scope) -> str:
    """The route's template: a path may hold ids or a capability token."""
    return str(getattr(scope.get("route"), "path", "none"))


class _Call:
    """One request: takes the body that comes in, and marks the answer that goes out."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope, self._receive, self._send = scope, receive, send
        self._body: Message | None = None
        self.status = 0

    async def take_body(self, largest: int, seconds: float) -> None:
        """Read the whole body; raises `TooLarge` or `TooSlow`."""
        body = bytearray()
        try:
            async with asyncio.timeout(seconds):
                while True:
                    message = await self._receive()
                    body += message.get("body", b"")
                    if len(body) > largest:
                        raise TooLarge("The body is larger than this service takes.")
                    if not message.get("more_body"):
                        break
        except TimeoutError:
            raise TooSlow("Send it faster.", headers={"Connection": "close"}) from None
        self._body = {**message, "body": bytes(body)} if "body" in message else message

    async def receive(self) -> Message:
        taken, self._body = self._body, None
        return taken or await self._receive()

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message = {**message, "headers": self._marked(message["headers"])}
        await self._send(message)

    def _marked(self, headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        named = {name.lower() for name, _ in headers}
        extra = [header for header in (*HEADERS, NO_STORE) if header[0] not in named]
        request_id_header = (b"x-request-id", self.scope["state"]["request_id"].encode())
        return [*headers, *extra, request_id_header]

    async def answer(self, problem: Problem) -> None:
        if not self.status:
            await problem_response(problem)(self.scope, self._receive, self.send)


def path_ids(scope: Scope) -> list[UUID]:
    """The ids in a request's path, for the audit trail."""
    ids = []
    for value in scope.get("path_params", {}).values():
        with suppress(ValueError):
            ids.append(UUID(value))
    return ids
