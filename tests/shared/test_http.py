"""A neighbour that is slow, wrong or absent: one deadline, one meaning, over real sockets."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import pytest
from pydantic import SecretStr

from shared.errors import NeighbourUnavailable, NotFound
from shared.http import NeighbourRefused, ServiceClient, ServiceTokens, new_client
from shared.logging import request_id
from shared.schemas.strict import Answer
from shared.settings import ServiceSettings

PROBLEM = b"content-type: application/problem+json\r\n"
JSON = b"content-type: application/json\r\n"
Respond = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]


class Fact(Answer):
    name: str


class Neighbour(ServiceClient):
    name = "neighbour"


@asynccontextmanager
async def neighbour(respond: Respond, deadline: float = 3) -> AsyncIterator[Neighbour]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        await respond(request, writer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with new_client() as http:
        yield Neighbour(http, f"http://127.0.0.1:{port}", "token", deadline)
    server.close()


def answering(status: bytes, headers: bytes, body: bytes) -> Respond:
    async def respond(_: bytes, writer: asyncio.StreamWriter) -> None:
        length = b"content-length: %d\r\n" % len(body)
        writer.write(b"HTTP/1.1 " + status + b"\r\n" + headers + length + b"\r\n" + body)
        await writer.drain()

    return respond


async def test_a_good_answer_is_parsed_and_unknown_fields_are_ignored() -> None:
    async with neighbour(answering(b"200 OK", JSON, b'{"name": "a", "newer": 1}')) as client:
        assert await client.get("/", Fact) == Fact(name="a")


async def test_the_request_carries_our_id_token_and_key() -> None:
    seen: list[bytes] = []

    async def respond(request: bytes, writer: asyncio.StreamWriter) -> None:
        seen.append(request.lower())
        await answering(b"201 Created", JSON, b'{"name": "a"}')(request, writer)

    token = request_id.set("request-42")
    async with neighbour(respond) as client:
        await client.post("/", Fact, {}, key="k-1")
    request_id.reset(token)
    for header in (
        b"x-request-id: request-42",
        b"authorization: bearer token",
        b"idempotency-key: k-1",
    ):
        assert header in seen[0]


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (b"200 OK", JSON, b"not json"),
        (b"200 OK", JSON, b'{"other": 1}'),
        (b"404 Not Found", b"content-type: text/html\r\n", b"<h1>nginx</h1>"),
        (b"404 Not Found", JSON, b'{"detail": "Not Found"}'),
        (b"302 Found", b"location: http://127.0.0.1:1/\r\n", b""),
        (b"500 Internal Server Error", PROBLEM, b'{"type": "/problems/internal"}'),
        (b"503 Service Unavailable", PROBLEM, b'{"type": "/problems/overloaded"}'),
        (b"409 Conflict", PROBLEM, b"not json"),
        (b"401 Unauthorized", PROBLEM, b'{"type": "/problems/unauthenticated"}'),
    ],
)
async def test_what_is_no_answer_is_unavailable(status: bytes, headers: bytes, body: bytes) -> None:
    async with neighbour(answering(status, headers, body)) as client:
        with pytest.raises(NeighbourUnavailable):
            await client.get("/", Fact)


async def test_only_a_not_found_problem_means_absent() -> None:
    body = b'{"type": "/problems/not-found", "detail": "gone"}'
    async with neighbour(answering(b"404 Not Found", PROBLEM, body)) as client:
        with pytest.raises(NotFound):
            await client.get("/", Fact)


async def test_a_refusal_is_passed_on_as_it_is() -> None:
    body = b'{"type": "/problems/consent-missing", "status": 409, "missing": ["contact"]}'
    async with neighbour(answering(b"409 Conflict", PROBLEM, body)) as client:
        with pytest.raises(NeighbourRefused) as refused:
            await client.get("/", Fact)
    assert refused.value.status_code == 409
    assert refused.value.code == "consent-missing"
    assert refused.value.body()["missing"] == ["contact"]


async def test_a_slow_drip_ends_at_the_deadline() -> None:
    async def drip(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n" + JSON + b"content-length: 100\r\n\r\n")
        for _drop in range(100):
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.05)

    async with neighbour(drip, deadline=0.3) as client:
        began = time.monotonic()
        with pytest.raises(NeighbourUnavailable):
            await client.get("/", Fact)
    assert time.monotonic() - began < 3


async def test_nobody_there_is_unavailable() -> None:
    async with new_client() as http:
        with pytest.raises(NeighbourUnavailable):
            await Neighbour(http, "http://127.0.0.1:1", "token").get("/", Fact)


async def test_a_silent_identity_provider_is_asked_once_for_all_who_wait() -> None:
    asked = 0

    async def fail(_: httpx.Request) -> httpx.Response:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0.05)
        raise httpx.ConnectError("down")

    settings = ServiceSettings(database_url=SecretStr(""), sealing_keys=SecretStr(""))
    async with httpx.AsyncClient(transport=httpx.MockTransport(fail)) as http:
        tokens = ServiceTokens(http, settings)
        answers = await asyncio.gather(*(tokens.get() for _ in range(20)), return_exceptions=True)
    assert {type(answer) for answer in answers} == {NeighbourUnavailable}
    assert asked == 1
