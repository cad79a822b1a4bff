"""Request bodies parsed strictly: no duplicate keys, no NaN, no depth that could exhaust the stack."""

import json
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from shared.errors import Invalid

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Invalid("", "The body names a member twice.")
    return members


def _no_constant(name: str) -> Any:
    raise Invalid("", f"{name} is not JSON.")


class StrictRequest(Request):
    async def json(self) -> Any:
        if not hasattr(self, "_json"):
            body = await self.body()
            try:
                self._json = json.loads(
                    body.decode(), object_pairs_hook=_unique, parse_constant=_no_constant
                )
            except (UnicodeDecodeError, RecursionError, ValueError) as error:
                if isinstance(error, json.JSONDecodeError):
                    raise
                raise Invalid("", "The body is not JSON in UTF-8.") from None
        return self._json


class StrictRoute(APIRoute):
    """Give it to every router that takes bodies: `APIRouter(route_class=StrictRoute)`."""

    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()

        async def strict(request: Request) -> Response:
            return await handle(StrictRequest(request.scope, request.receive))

        return strict
