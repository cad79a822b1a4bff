"""The supervisor's parts: what each process is told, where it listens, how it lives and ends."""

import base64
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest

from deploy.issuer import CLIENT_SCOPES, Issuer
from deploy.local import child as children
from deploy.local import ports
from deploy.local.child import Child, ending, pause, start_time, stop_all
from deploy.local.plan import Plan, Task
from deploy.local.supervisor import PROCESSES, StackError, leftover_pids, only_one
from deploy.postgres import SERVICES, ServiceUrls
from deploy.state import CHECKOUT, State

FOREVER = ("http.server", "--bind", "127.0.0.1", "0")
Start = Callable[..., Child]
ENDS = ("compileall", "-h")


@pytest.fixture
def state(tmp_path: Path) -> State:
    return State(tmp_path / "state")


@pytest.fixture
def plan(state: State) -> Plan:
    urls = {s: ServiceUrls(f"{s}-app", f"{s}-worker", f"{s}-migrator") for s in SERVICES}
    return Plan(state, urls, ports.USUAL)


def _eventually(condition: Callable[[], object], within: float = 10) -> None:
    deadline = monotonic() + within
    while not condition():
        assert monotonic() < deadline, "it did not happen in time"
        sleep(0.02)


# What each process is told


def test_each_process_logs_in_as_its_own_role(plan: Plan) -> None:
    for service in SERVICES:
        api, worker = plan.processes(service)
        assert api.environment["CARELOOP_DATABASE_URL"] == f"{service}-app"
        assert worker.environment["CARELOOP_DATABASE_URL"] == f"{service}-worker"
    told = {task.name: task.environment["CARELOOP_DATABASE_URL"] for task in plan.migrations()}
    assert told == {f"{service} migrate": f"{service}-migrator" for service in SERVICES}
    starter = plan.one_shot("resources", "load-starter")
    assert starter.environment["CARELOOP_DATABASE_URL"] == "resources-worker"
    assert starter.module == ("services.resources", "load-starter")


def test_each_process_knows_its_neighbours_and_the_issuer(plan: Plan) -> None:
    for service in SERVICES:
        for task in plan.processes(service):
            told = task.environment
            assert told["CARELOOP_PUBLIC_URL"] == plan.endpoints[service]
            assert told["CARELOOP_RESOURCES_URL"] == "http://127.0.0.1:8102"
            assert told["CARELOOP_JWKS_URL"] == "http://127.0.0.1:8110/jwks.json"
            assert task.ready == f"http://127.0.0.1:{told['CARELOOP_INTERNAL_PORT']}/readyz"


def test_a_service_credential_goes_only_to_its_process(plan: Plan, state: State) -> None:
    issuer = Issuer(state)
    tasks = [task for service in SERVICES for task in plan.processes(service)]
    clients = {
        task.environment["CARELOOP_CLIENT_ID"]: task.environment["CARELOOP_CLIENT_SECRET"]
        for task in tasks
        if "CARELOOP_CLIENT_ID" in task.environment
    }
    assert clients == {client: issuer.client_secret(client) for client in CLIENT_SCOPES}


def test_sealing_keys_are_32_bytes_kept_and_one_per_service(plan: Plan, state: State) -> None:
    def keys(plan: Plan) -> list[str]:
        return [plan.processes(s)[0].environment["CARELOOP_SEALING_KEYS"] for s in SERVICES]

    for text in keys(plan):
        name, _, key = text.partition(":")
        assert name == "k1"
        assert len(base64.urlsafe_b64decode(key)) == 32
    assert len(set(keys(plan))) == 3
    assert keys(plan) == keys(Plan(State(state.directory), plan.databases, plan.ports))


# Where it listens


def test_no_two_processes_share_a_port() -> None:
    assert len(set(ports.USUAL.values())) == len(ports.USUAL)
    assert len({port % ports.STEP for port in range(8101, 8104)}) == 3


def test_two_clones_that_start_at_once_get_different_ports(tmp_path: Path) -> None:
    with ports.claimed(tmp_path) as one, ports.claimed(tmp_path) as two:
        assert not set(one.values()) & set(two.values())
        assert one.keys() == two.keys() == ports.USUAL.keys()
    with ports.claimed(tmp_path) as again:
        assert again == one, "a claim must end with its block"


def test_a_taken_port_moves_the_whole_set(tmp_path: Path) -> None:
    with ports.claimed(tmp_path) as usual:
        pass
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", usual["referrals api"]))
        holder.listen()
        with ports.claimed(tmp_path) as moved:
            assert not set(moved.values()) & set(usual.values())


# How a process lives and ends


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a trial's log is, and modules of its own."""
    return tmp_path


@pytest.fixture
def started(folder: Path) -> Iterator[Start]:
    """Starts children, which end with the test."""
    made: list[Child] = []

    def start(*module: str) -> Child:
        child = Child(Task("trial", module, {"PYTHONPATH": str(folder)}), folder / "trial.log")
        child.start()
        made.append(child)
        return child

    yield start
    stop_all(_pid(child) for child in made if child.alive)
    for child in made:
        child.wait()


def _pid(child: Child) -> int:
    assert child.process is not None
    return child.process.pid


def test_what_dies_is_started_again_and_said(started: Start) -> None:
    said: list[str] = []
    child = started(*FOREVER)
    first = _pid(child)
    assert not child.tend(said.append), "a live process was started again"
    os.kill(first, signal.SIGKILL)
    _eventually(lambda: child.tend(said.append))
    assert child.alive
    assert _pid(child) != first
    assert len(said) == 1
    assert "trial died (SIGKILL), starting it again in 0.5 s" in said[0]


def test_restarts_slow_down_and_never_end() -> None:
    pauses = [pause(deaths) for deaths in range(1, 40)]
    assert pauses[:3] == [0.5, 1, 2]
    assert pauses == sorted(pauses)
    assert pauses[-1] == pause(10**6) == children.LONGEST_PAUSE_SECONDS


def test_an_ending_is_told_in_words() -> None:
    assert (ending(1), ending(-9)) == ("exit 1", "SIGKILL")


def test_logs_are_private_and_the_last_ones_are_kept(started: Start, folder: Path) -> None:
    for _ in range(2):
        assert started(*ENDS).wait() == 0
    names = {path.name for path in folder.glob("trial*")}
    assert names == {"trial.log", "trial.log.1"}
    assert (folder / "trial.log").stat().st_mode & 0o777 == 0o600
    assert "usage: compileall" in (folder / "trial.log").read_text()


def test_one_that_ignores_the_request_to_stop_is_killed(
    started: Start, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(children, "STOP_WITHIN_SECONDS", 0.2)
    (folder / "deaf.py").write_text(
        "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print('deaf', flush=True)\ntime.sleep(60)\n"
    )
    child = started("deaf")
    _eventually(lambda: "deaf" in child.log.read_text())
    stop_all([_pid(child)])
    assert child.wait() == -signal.SIGKILL


@pytest.mark.skipif(sys.platform != "linux", reason="other kernels do not tell a child")
def test_a_killed_supervisor_takes_its_children_along(tmp_path: Path) -> None:
    script = (
        "from pathlib import Path; from time import sleep\n"
        "from deploy.local.child import Child; from deploy.local.plan import Task\n"
        f"child = Child(Task('x', {FOREVER!r}, {{}}), Path({str(tmp_path / 'x.log')!r}))\n"
        "child.start(); print(child.process.pid, flush=True); sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, cwd=CHECKOUT
    ) as supervisor:
        assert supervisor.stdout is not None
        child = int(supervisor.stdout.readline())
        assert start_time(child)
        supervisor.kill()
    _eventually(lambda: start_time(child) is None)


def test_only_what_the_last_run_started_is_a_leftover(state: State) -> None:
    mine = os.getpid()
    noted = [
        {"name": "lives", "pid": mine, "started": start_time(mine)},
        {"name": "its id was reused", "pid": mine, "started": "1"},
        {"name": "is gone", "pid": 2**22 + 1, "started": "1"},
        {"name": "died before it was noted", "pid": 2**22 + 2, "started": None},
    ]
    assert list(leftover_pids(state)) == []
    state.replace(PROCESSES, json.dumps(noted))
    assert list(leftover_pids(state)) == [mine]


def test_a_second_run_in_the_same_checkout_is_refused(state: State) -> None:
    refused = pytest.raises(StackError, match=f"process {os.getpid()}")
    with only_one(state), refused, only_one(state):
        pass
    with only_one(state):
        pass


def test_anothers_state_is_not_touched(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can make another user's directory")
    directory = tmp_path / "state"
    directory.mkdir()
    os.chown(directory, 65534, 65534)
    with pytest.raises(PermissionError, match="another user"):
        State(directory)
