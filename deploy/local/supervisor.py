"""Starts the whole system in order, shows it, keeps it running, and stops it cleanly."""

import fcntl
import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import monotonic, sleep

import httpx

from deploy.issuer import Issuer
from deploy.local import ports
from deploy.local.child import Child, start_time, stop_all
from deploy.local.database import Databases
from deploy.local.plan import Plan, Task
from deploy.state import State

ENDPOINTS = "endpoints.json"
PROCESSES = "processes.json"
REMIND_SECONDS = 15
INTERRUPTIONS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StackError(RuntimeError):
    """The stack cannot go on; the message says why and what to do."""


class DatabaseMoved(Exception):  # noqa: N818 - named for what happened
    """PostgreSQL died, and had to come back on another port: nobody can find it there."""


class Supervisor:
    def __init__(self, state: State) -> None:
        self.state = state
        self.children: list[Child] = []
        self.began = monotonic()

    def run(self) -> None:
        """Until interrupted: by Ctrl-C, SIGTERM, or a closed terminal."""
        for number in INTERRUPTIONS:
            signal.signal(number, signal.default_int_handler)
        with only_one(self.state):
            self._forget_last_run()
            with ports.claimed() as chosen:
                self._run(chosen)

    def _run(self, chosen: dict[str, int]) -> None:
        databases = Databases(self.state)
        try:
            while True:
                with suppress(DatabaseMoved):
                    self._announce(self._start(databases, chosen))
                    self._keep_running(databases)
                self.say("PostgreSQL's port was taken meanwhile, starting everything again")
                self._stop_children()
        except KeyboardInterrupt:
            print(flush=True)
            self.say("stopping")
        finally:
            self._stop(databases)

    def say(self, text: str) -> None:
        print(f"{monotonic() - self.began:6.1f} s  {text}", flush=True)

    def _forget_last_run(self) -> None:
        (self.state.directory / ENDPOINTS).unlink(missing_ok=True)
        leftovers = list(leftover_pids(self.state))
        if leftovers:
            self.say(f"stopping {len(leftovers)} processes that a killed run left behind")
            stop_all(leftovers)

    def _start(self, databases: Databases, chosen: dict[str, int]) -> Plan:
        if chosen != ports.USUAL:
            self.say("some of the usual ports are taken: all ports below are higher ones")
        urls = databases.start()
        self.say(databases.describe())
        plan = Plan(self.state, urls, chosen)
        self._launch(plan.issuer())
        self._run_to_the_end(*plan.migrations())
        for service in ("cases", "referrals"):
            self._launch(*plan.processes(service))
        # The starter directory is there before resources first answers a search.
        self._run_to_the_end(plan.one_shot("resources", "load-starter"))
        self._launch(*plan.processes("resources"))
        self._wait_until_ready(databases)
        self.state.replace(ENDPOINTS, json.dumps(plan.endpoints) + "\n")
        return plan

    def _launch(self, *tasks: Task) -> None:
        for task in tasks:
            self._child(task)
            self.say(f"starting {task.name}")

    def _run_to_the_end(self, *tasks: Task) -> None:
        for child in [self._child(task) for task in tasks]:
            code = child.wait()
            self.children.remove(child)
            if code:
                raise StackError(f"{child.task.name} failed; {child.log} ends:\n{child.log_tail()}")
            self.say(f"{child.task.name} done")

    def _child(self, task: Task) -> Child:
        log = self.state.folder("logs") / f"{task.name.replace(' ', '-')}.log"
        child = Child(task, log)
        self.children.append(child)
        child.start()
        self._note_processes()
        return child

    def _wait_until_ready(self, databases: Databases) -> None:
        waiting = {child.task.name: child for child in self.children}
        remind_at = monotonic() + REMIND_SECONDS
        with httpx.Client(trust_env=False, timeout=2) as http:
            while waiting:
                self._tend(databases)
                for name, child in list(waiting.items()):
                    if child.alive and _is_ready(http, child.task):
                        self.say(f"{name} is ready")
                        del waiting[name]
                if monotonic() > remind_at:
                    self.say(f"still waiting for {', '.join(waiting)}")
                    remind_at += REMIND_SECONDS
                sleep(0.1)

    def _keep_running(self, databases: Databases) -> None:
        while True:
            self._tend(databases)
            sleep(0.5)

    def _tend(self, databases: Databases) -> None:
        if not databases.running():
            self.say("PostgreSQL died, starting it again")
            if not databases.revive():
                raise DatabaseMoved
        restarted = [child for child in self.children if child.tend(self.say)]
        if restarted:
            self._note_processes()

    def _note_processes(self) -> None:
        alive = {c.process.pid: c.task.name for c in self.children if c.process and c.alive}
        noted = [{"name": n, "pid": p, "started": start_time(p)} for p, n in alive.items()]
        self.state.replace(PROCESSES, json.dumps(noted))

    def _announce(self, plan: Plan) -> None:
        self.say("ready\n")
        for service, url in plan.endpoints.items():
            print(f"  {service:<10} {url}   documents: {url}/{service}/docs")
        print("\n  A case manager's token, good for 12 hours (make token ROLE=... for others):\n")
        print(f"  {Issuer(self.state).user_token('case_manager')}\n")
        print("  Next, in another terminal: make demo        Stop: Ctrl-C\n", flush=True)

    def _stop(self, databases: Databases) -> None:
        for number in INTERRUPTIONS:
            signal.signal(number, signal.SIG_IGN)  # the rest takes seconds, and must be finished
        self._stop_children()
        databases.stop()
        self.say("stopped")

    def _stop_children(self) -> None:
        (self.state.directory / ENDPOINTS).unlink(missing_ok=True)
        stop_all(child.process.pid for child in self.children if child.process and child.alive)
        self.children.clear()
        (self.state.directory / PROCESSES).unlink(missing_ok=True)


@contextmanager
def only_one(state: State) -> Iterator[None]:
    """One supervisor per checkout; the lock is gone with its process, however it ends."""
    with (state.directory / "run.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise StackError(
                f"already running in this checkout (process {lock.read().strip()}): stop it first"
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def leftover_pids(state: State) -> Iterator[int]:
    """Processes noted by the last run that still live; a reused id has another start time."""
    with suppress(FileNotFoundError):
        for noted in json.loads((state.directory / PROCESSES).read_text()):
            if noted["started"] and noted["started"] == start_time(noted["pid"]):
                yield noted["pid"]


def _is_ready(http: httpx.Client, task: Task) -> bool:
    if task.ready is None:
        return True
    with suppress(httpx.HTTPError):
        return http.get(task.ready).status_code == 200
    return False
