"""The other processes of a measurement: the load and the yardstick."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from subprocess import PIPE
from typing import Any

from tests.bench.load import Connection, Outcome, Work
from tests.processes import ROOT, STARTS_WITHIN

EXPECTED = {"200", "201"}


class Driver:
    """Puts load on from a process of its own, so that waiting is not counted as serving."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    async def run(self, work: Work) -> Outcome:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asdict(work)) + "\n")
        self._process.stdin.flush()
        line = await asyncio.to_thread(self._process.stdout.readline)
        outcome = Outcome(**json.loads(line))
        if not set(outcome.statuses) <= EXPECTED:
            raise RuntimeError(f"{work.requests[0]} was answered {outcome.statuses}")
        return outcome


def _start(module: str, **options: Any) -> subprocess.Popen[Any]:
    return subprocess.Popen([sys.executable, "-m", module], cwd=ROOT, **options)


@asynccontextmanager
async def driver() -> AsyncIterator[Driver]:
    process = _start("tests.bench.load", stdin=PIPE, stdout=PIPE, text=True)
    try:
        yield Driver(process)
    finally:
        process.kill()
        process.communicate()


@asynccontextmanager
async def yardstick(port: int, environment: dict[str, str]) -> AsyncIterator[int]:
    """The bare application, answering on `port`; the id of its process."""
    told = {**os.environ, "BENCH_PORT": str(port), **environment}
    process = _start("tests.bench.bare", env=told)
    try:
        await _answering(port, process)
        yield process.pid
    finally:
        process.terminate()
        process.wait()


async def _answering(port: int, process: subprocess.Popen[bytes]) -> None:
    end = asyncio.get_running_loop().time() + STARTS_WITHIN
    while asyncio.get_running_loop().time() < end and process.poll() is None:
        try:
            await (await Connection.open(port)).close()
        except OSError:
            await asyncio.sleep(0.05)
        else:
            return
    raise RuntimeError("the bare application did not start")
