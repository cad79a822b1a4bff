"""`make run` as a newcomer and a bad day would have it: twice, side by side, after kill -9."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from shutil import copy, copytree, ignore_patterns
from time import monotonic, sleep

import httpx
import pytest

from deploy.local.child import start_time
from deploy.postgres import SERVICES, Server
from deploy.state import CHECKOUT, State

START_WITHIN_SECONDS = 120


class Clone:
    """Another checkout of this project, and the supervisor that runs in it."""

    def __init__(self, path: Path) -> None:
        for part in ("deploy", "services", "shared"):
            copytree(CHECKOUT / part, path / part, ignore=ignore_patterns("__pycache__"))
        copy(CHECKOUT / "alembic.ini", path)
        self.path = path
        self.state = path / ".careloop"
        self.supervisor: subprocess.Popen[bytes] | None = None

    def command(self, *arguments: str) -> subprocess.Popen[bytes]:
        with (self.path / "output").open("ab") as output:
            return subprocess.Popen(
                [sys.executable, "-m", "deploy.local", *arguments],
                cwd=self.path,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def run(self) -> None:
        (self.state / "endpoints.json").unlink(missing_ok=True)
        self.supervisor = self.command("run")

    @property
    def output(self) -> str:
        return (self.path / "output").read_text()

    def endpoints(self) -> dict[str, str]:
        """Their addresses, once the stack is ready."""
        assert self.supervisor is not None
        deadline = monotonic() + START_WITHIN_SECONDS
        while not (self.state / "endpoints.json").exists():
            assert self.supervisor.poll() is None, self.output
            assert monotonic() < deadline, self.output
            sleep(0.1)
        found: dict[str, str] = json.loads((self.state / "endpoints.json").read_text())
        return found

    def processes(self) -> dict[str, int]:
        noted = json.loads((self.state / "processes.json").read_text())
        return {entry["name"]: entry["pid"] for entry in noted}

    def end(self, number: signal.Signals) -> int:
        assert self.supervisor is not None
        self.supervisor.send_signal(number)
        return self.supervisor.wait(60)

    def remove(self) -> None:
        if self.supervisor and self.supervisor.poll() is None:
            self.end(signal.SIGTERM)
        assert self.command("clean").wait(60) == 0, self.output


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clone]:
    clone = Clone(tmp_path_factory.mktemp("clone"))
    clone.run()
    yield clone
    clone.remove()


def _eventually(condition: Callable[[], object], within: float = 30) -> None:
    deadline = monotonic() + within
    while not condition():
        assert monotonic() < deadline, "it did not happen in time"
        sleep(0.1)


def _answers(endpoints: dict[str, str]) -> bool:
    return all(
        httpx.get(f"{endpoints[service]}/{service}/openapi.json", timeout=10).status_code == 200
        for service in SERVICES
    )


def test_everything_answers_where_the_file_says(clone: Clone) -> None:
    endpoints = clone.endpoints()
    assert endpoints.keys() == set(SERVICES)
    assert _answers(endpoints)
    assert "make demo" in clone.output


def test_the_token_it_prints_is_accepted(clone: Clone) -> None:
    token = next(line.strip() for line in clone.output.splitlines() if "  eyJ" in line)
    url = f"{clone.endpoints()['cases']}/v1/staff/me"
    assert httpx.get(url).status_code == 401
    assert httpx.get(url, headers={"Authorization": f"Bearer {token}"}).status_code == 200


def test_a_second_run_is_refused_and_harms_nothing(clone: Clone) -> None:
    endpoints = clone.endpoints()
    assert clone.command("run").wait(60) == 1
    assert "already running in this checkout" in clone.output
    assert clone.endpoints() == endpoints


def test_two_clones_run_side_by_side(clone: Clone, tmp_path: Path) -> None:
    other = Clone(tmp_path / "other")
    other.run()
    try:
        assert not set(other.endpoints().values()) & set(clone.endpoints().values())
        assert _answers(other.endpoints())
    finally:
        other.remove()
    assert _answers(clone.endpoints())


def test_a_dead_process_and_a_dead_database_come_back(clone: Clone) -> None:
    endpoints, before = clone.endpoints(), clone.processes()["cases worker"]
    os.kill(before, signal.SIGKILL)
    os.kill(Server(clone.state / "postgres").pid, signal.SIGKILL)
    _eventually(lambda: clone.processes().get("cases worker", before) != before)
    _eventually(Server(clone.state / "postgres").running)
    _eventually(lambda: _answers(endpoints))


def test_a_database_that_cannot_come_back_to_its_port_moves_the_whole_stack(clone: Clone) -> None:
    clone.endpoints()
    server = Server(clone.state / "postgres")
    port = server.port
    with socket.socket() as squatter:
        squatter.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        os.kill(server.pid, signal.SIGKILL)
        _eventually(lambda: _taken(squatter, port))
        _eventually(lambda: "starting everything again" in clone.output)
        endpoints = clone.endpoints()
        _eventually(lambda: _answers(endpoints))
    assert Server(clone.state / "postgres").port != port


def _taken(squatter: socket.socket, port: int) -> bool:
    with suppress(OSError):
        squatter.bind(("127.0.0.1", port))
        squatter.listen()
        return True
    return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_asked_to_stop_it_leaves_nothing_running(clone: Clone, number: signal.Signals) -> None:
    clone.endpoints()
    pids = clone.processes().values()
    assert clone.end(number) == 0
    assert not (clone.state / "endpoints.json").exists()
    assert not any(start_time(pid) for pid in pids)
    assert not Server(clone.state / "postgres").running()
    clone.run()


def test_after_kill_9_of_everything_it_starts_with_the_same_secrets(clone: Clone) -> None:
    clone.endpoints()
    secret = State(clone.state).secret("sealing-cases")
    pids = [*clone.processes().values(), Server(clone.state / "postgres").pid]
    clone.end(signal.SIGKILL)
    for pid in pids:
        if start_time(pid):
            os.kill(pid, signal.SIGKILL)
    clone.run()
    assert _answers(clone.endpoints())
    assert State(clone.state).secret("sealing-cases") == secret
