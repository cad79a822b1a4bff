"""A recorded request, sent again: by somebody else, or for another id."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx
from jose import jwt

from tests.security.recorder import Exchange
from tests.security.walk.people import Person
from tests.stack import Stack


@dataclass(frozen=True)
class Answer:
    """What may be compared: nothing in it is the request's own id or time."""

    status: int
    headers: frozenset[str]
    content: Any


def person_of(stack: Stack, exchange: Exchange) -> Person | None:
    """Whose token it was; None for nobody's and a service's."""
    if not exchange.token:
        return None
    claims = jwt.get_unverified_claims(exchange.token)
    if "org" not in claims:
        return None
    [role] = claims["roles"]
    return Person(stack, role, UUID(claims["org"]), UUID(claims["sub"]), claims["name"])


async def replay(
    who: Person, exchange: Exchange, path: dict[str, str] | None = None
) -> httpx.Response:
    """The same request by `who`, with these parameters in its path."""
    assert exchange.operation is not None
    url = exchange.operation.path.format(**(exchange.path if path is None else path))
    headers = {"Idempotency-Key": uuid4().hex}
    for name in ("content-type", "if-match"):
        if name in exchange.request.headers:
            headers[name] = exchange.request.headers[name]
    query = dict(exchange.request.url.params)
    method = exchange.operation.method
    return await who.http(exchange.service).request(
        method, url, content=exchange.sent, headers=headers, params=query
    )


def answer(response: httpx.Response, ids: dict[str, str]) -> Answer:
    """With what was asked for struck out, so that answers for two ids can be compared."""
    text = response.text
    for name, value in ids.items():
        text = text.replace(value, "{" + name + "}")
    varying = {"x-request-id", "date", "etag"}
    headers = frozenset(f"{k}: {v}" for k, v in response.headers.items() if k not in varying)
    return Answer(response.status_code, headers, json.loads(text))


async def hidden(who: Person, exchange: Exchange) -> tuple[Answer, Answer]:
    """What `who` is answered for what was recorded, and for ids that nothing has."""
    real = await replay(who, exchange)
    random = {name: str(uuid4()) for name in exchange.path}
    nothing = await replay(who, exchange, random)
    return answer(real, exchange.path), answer(nothing, random)
