"""A process that is started, started again when it dies, and never outlives its supervisor."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep
from typing import IO

from deploy.local.plan import Task
from deploy.state import CHECKOUT

PR_SET_PDEATHSIG = 1
STEADY_AFTER_SECONDS = 60
LONGEST_PAUSE_SECONDS = 30.0
STOP_WITHIN_SECONDS = 10


class Child:
    def __init__(self, task: Task, log: Path) -> None:
        self.task = task
        self.log = log
        self.process: subprocess.Popen[bytes] | None = None
        self.deaths = 0
        self.started = 0.0
        self.restart_at: float | None = None
        _rotate(log)

    def start(self) -> None:
        with self.log.open("ab") as output:
            self.process = start(self.task, output)
        self.started, self.restart_at = monotonic(), None

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def tend(self, say: Callable[[str], None]) -> bool:
        """Start it again if it died and its pause is over; true when it was started."""
        if self.process is None or self.alive:
            return False
        if self.restart_at is None:
            steady = monotonic() - self.started > STEADY_AFTER_SECONDS
            self.deaths = 1 if steady else self.deaths + 1
            self.restart_at = monotonic() + pause(self.deaths)
            say(
                f"{self.task.name} died ({ending(self.process.returncode)}), starting it again in "
                f"{pause(self.deaths):g} s; its log: {self.log}"
            )
        if monotonic() < self.restart_at:
            return False
        self.start()
        return True

    def wait(self) -> int:
        if self.process is None:
            raise RuntimeError(f"{self.task.name} was not started")
        return self.process.wait()

    def log_tail(self, lines: int = 15) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


def start(task: Task, output: IO[bytes] | None) -> subprocess.Popen[bytes]:
    """Start a task; its output goes to a file, or to ours."""
    return subprocess.Popen(
        [sys.executable, "-m", *task.module],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output else None,
        cwd=CHECKOUT,
        env={**os.environ, **task.environment, "PYTHONUNBUFFERED": "1"},
        start_new_session=output is not None,  # Ctrl-C is the supervisor's to hear
        preexec_fn=_dies_with_parent(),
    )


def pause(deaths: int) -> float:
    """Seconds before the next start: at once at first, slower and slower, never given up."""
    return min(LONGEST_PAUSE_SECONDS, 0.5 * 2.0 ** min(deaths - 1, 10))


def ending(code: int) -> str:
    return f"exit {code}" if code >= 0 else signal.Signals(-code).name


def stop_all(pids: Iterable[int]) -> None:
    """End process groups: asked first, killed after ten seconds."""
    remaining = {pid for pid in pids if _signal(pid, signal.SIGTERM)}
    deadline = monotonic() + STOP_WITHIN_SECONDS
    while remaining and monotonic() < deadline:
        remaining = {pid for pid in remaining if start_time(pid)}
        sleep(0.05)
    for pid in remaining:
        _signal(pid, signal.SIGKILL)


def start_time(pid: int) -> str | None:
    """When a live process started: with its id, a name no other process ever has."""
    if not Path("/proc/self/stat").exists():
        return _start_time_by_ps(pid)
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return None
    state, started = fields[0], fields[19]
    return None if state == "Z" else started


def _start_time_by_ps(pid: int) -> str | None:
    command = ["ps", "-o", "stat=", "-o", "lstart=", "-p", str(pid)]
    listed = subprocess.run(command, capture_output=True, text=True, check=False)
    state, _, started = listed.stdout.strip().partition(" ")
    return None if state.startswith("Z") else started.strip() or None


def _signal(pid: int, number: signal.Signals) -> bool:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)
        return True
    return False


def _rotate(log: Path) -> None:
    with suppress(FileNotFoundError):
        log.replace(log.with_suffix(".log.1"))
    log.touch(mode=0o600)


def _dies_with_parent() -> Callable[[], None] | None:
    """On Linux the kernel kills the child when the supervisor is gone, even by kill -9."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    parent = os.getpid()

    def bind() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it was gone before we asked
            os._exit(1)

    return bind
