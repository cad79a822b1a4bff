"""One laptop that sends slowly, or without end, takes nothing from anybody else: over real sockets."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from shared import process
from tests.processes import free_ports
from tests.shared import sample
from tests.shared.conftest import Sample, new_settings

HEAD = b"POST /v1/things HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
SLOW = HEAD + b"Content-Length: 100\r\n\r\n{"


@pytest.fixture(scope="module")
async def port(sample_service: Sample) -> AsyncIterator[int]:
    """The sample on a socket: room for five requests, and half a second for a body."""
    issuer = sample_service.issuer
    settings = new_settings(
        sample_service.urls.app, issuer, sample_service.surroundings.settings.data_dir
    )
    settings = settings.model_copy(update={"max_in_flight": 5, "body_deadline": 0.5})
    app = sample.create(settings, sample_service.surroundings.http)
    [free] = free_ports(1)
    server = process._server(app, "127.0.0.1", free, lifespan="off", timeout_graceful_shutdown=1)
    serving = asyncio.create_task(server.serve())
    async with asyncio.timeout(20):
        while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.01)
    yield free
    server.should_exit = True
    await serving
    await app.state.engine.dispose()


async def get(port: int) -> int:
    async with httpx.AsyncClient(timeout=5) as client:
        return (await client.get(f"http://127.0.0.1:{port}/v1/public")).status_code


async def test_slow_bodies_hold_no_place_and_end(port: int) -> None:
    connections = [await asyncio.open_connection("127.0.0.1", port) for _ in range(30)]
    for _, writer in connections:
        writer.write(SLOW)
    assert await get(port) == 204
    answers = await asyncio.gather(*(reader.readline() for reader, _ in connections))
    assert {answer.split()[1] for answer in answers} == {b"408"}
    for _, writer in connections:
        writer.close()


async def endless(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /v1/public HTTP/1.1\r\nHost: a\r\nX: ")
    try:
        for _ in range(200):
            writer.write(b"a" * 10_000)
            await writer.drain()
            if reader.at_eof():
                raise ConnectionResetError
            await asyncio.sleep(0)
    finally:
        writer.close()


async def test_a_header_without_end_is_cut_off(port: int) -> None:
    with pytest.raises(ConnectionError):
        await endless(port)
    assert await get(port) == 204


async def test_many_requests_on_one_connection_are_no_endless_header(port: int) -> None:
    padding = {"X-Padding": "a" * 20_000}
    async with httpx.AsyncClient(timeout=5) as client:
        for _ in range(10):
            answer = await client.get(f"http://127.0.0.1:{port}/v1/public", headers=padding)
            assert answer.status_code == 204
