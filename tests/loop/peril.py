"""Processes that may be killed at any of their calls to the database, and lose all that they remembered."""

from typing import Any

import httpx
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from tests.stack import Neighbours, Stack


class Crash(BaseException):
    """The process is killed. No `except Exception` of its own can go on after this."""


class Fate:
    """Ends one process at one of its coming calls to the database: before a statement, or a commit."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.dead = False
        self.deaths = 0
        self._calls_left: int | None = None
        for moment in ("before_cursor_execute", "commit"):
            event.listen(engine.sync_engine, moment, self.meet)

    def doom(self, calls: int) -> None:
        self._calls_left = calls

    def meet(self, *_: Any) -> None:
        """Whatever else the process was doing at the same time ends at its next call too."""
        if self._calls_left == 0 and not self.dead:
            self.dead, self._calls_left = True, None
            self.deaths += 1
        if self.dead:
            raise Crash
        if self._calls_left is not None:
            self._calls_left -= 1

    def revive(self) -> None:
        """The process is started again."""
        self.dead, self._calls_left = False, None


class Mortal(httpx.AsyncBaseTransport):
    """The way to an API whose process may be killed: its callers see the connection break."""

    def __init__(self, inner: httpx.AsyncBaseTransport, fate: Fate) -> None:
        self._inner, self._fate = inner, fate

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        try:
            answer = await self._inner.handle_async_request(request)
            self._fate.meet()  # it has done all there was to do, and dies before it has said so
        except Crash:
            raise httpx.ReadError("it broke off", request=request) from None
        return answer


def endanger(stack: Stack) -> dict[str, Fate]:
    """The APIs of the stack may be killed from now on."""
    fates = {service: Fate(app.state.engine) for service, app in stack.apps.items()}
    assert isinstance(stack.transport, Neighbours)
    apps = stack.transport.apps
    for service, fate in fates.items():
        apps[service] = Mortal(apps[service], fate)
    return fates
