"""The load: a keep-alive HTTP/1.1 client, small enough not to be what is measured.

Run as `python -m tests.bench.load`: a JSON line of work comes in, a JSON line of what it took goes out.
"""

import asyncio
import json
import re
import sys
from collections import Counter
from dataclasses import asdict, dataclass, field
from itertools import count
from time import perf_counter
from typing import Any
from uuid import uuid4

import uvloop

LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class Work:
    """Requests, sent in turn by each of `concurrency` connections for `seconds`."""

    port: int
    requests: list[dict[str, Any]]
    headers: dict[str, str] = field(default_factory=dict)
    new_keys: bool = False
    """Give each request an Idempotency-Key of its own."""
    concurrency: int = 1
    seconds: float = 1.0


@dataclass
class Outcome:
    """Milliseconds of each request, and how many had which status."""

    seconds: float
    milliseconds: list[float]
    statuses: dict[str, int]


class Connection:
    """One connection that is kept open, with one request on it at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def open(cls, port: int) -> "Connection":
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def send(self, request: bytes) -> tuple[int, bytes]:
        """The status and the body of the answer."""
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = LENGTH.search(head)
        body = await self._reader.readexactly(int(length[1])) if length else b""
        return int(head[9:12]), body

    async def close(self) -> None:
        self._writer.close()
        await self._writer.wait_closed()


def raw(request: dict[str, Any], headers: dict[str, str]) -> bytes:
    """`request` ({method, path, body}) as it goes over the wire, all but the end of its head."""
    body = json.dumps(request["body"]).encode() if "body" in request else b""
    lines = [f"{request['method']} {request['path']} HTTP/1.1", "host: bench"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if body:
        lines += ["content-type: application/json", f"content-length: {len(body)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def keyed(request: bytes) -> bytes:
    head, end, body = request.partition(b"\r\n\r\n")
    return head + b"\r\nidempotency-key: " + uuid4().hex.encode() + end + body


async def bear(work: Work) -> Outcome:
    """Put the load on, and say what it took."""
    requests = [raw(request, work.headers) for request in work.requests]
    turn, milliseconds, statuses = count(), list[float](), Counter[str]()
    connections = [await Connection.open(work.port) for _ in range(work.concurrency)]
    began = perf_counter()
    until = began + work.seconds

    async def keep_sending(connection: Connection) -> None:
        while perf_counter() < until:
            request = requests[next(turn) % len(requests)]
            if work.new_keys:
                request = keyed(request)
            sent = perf_counter()
            status, _ = await connection.send(request)
            milliseconds.append(1000 * (perf_counter() - sent))
            statuses[str(status)] += 1

    await asyncio.gather(*(keep_sending(connection) for connection in connections))
    seconds = perf_counter() - began
    for connection in connections:
        await connection.close()
    return Outcome(seconds, milliseconds, dict(statuses))


def main() -> None:
    for line in sys.stdin:
        outcome = uvloop.run(bear(Work(**json.loads(line))))
        print(json.dumps(asdict(outcome)), flush=True)


if __name__ == "__main__":
    main()
