"""One PostgreSQL server per checkout: started, found again after a crash, stopped."""

import fcntl
import hashlib
import locale
import re
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import Self

from deploy.postgres import binaries
from deploy.postgres.account import Account, PostgresError

SUPERUSER = "careloop_admin"
FIRST_PORT = 54329
ROOT_SHELTER = Path("/var/lib/careloop")
SETTINGS_FILE = "careloop.conf"
START_WITHIN_SECONDS = 60
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "max_wal_size": "1GB",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
    "log_min_messages": "warning",
    "log_min_error_statement": "panic",  # a failing statement may hold personal data
    "log_parameter_max_length_on_error": "0",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
UNSAFE_BUT_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Server:
    """The server whose lock and identity are in `base`, a directory of the checkout.

    Its data is there too, except as root: the account that root borrows cannot reach the checkout,
    so the data lives below /var/lib/careloop, under a name that only this `base` has.
    """

    def __init__(self, base: Path) -> None:
        self.base = base.resolve()
        self.base.parent.mkdir(mode=0o700, exist_ok=True)
        self.base.mkdir(mode=0o700, exist_ok=True)
        self.account = Account.pick()
        self.home = self._home()

    @cached_property
    def binaries(self) -> binaries.Binaries:
        kept = {int(path.name.removeprefix("data-")) for path in self.home.glob("data-[0-9][0-9]")}
        return binaries.find(self.account, self.home, prefer=kept)

    @property
    def data(self) -> Path:
        return self.home / f"data-{self.binaries.major}"

    @property
    def log(self) -> Path:
        return self.home / "server.log"

    @property
    def port(self) -> int:
        return int(self._pidfile()[3])

    @property
    def pid(self) -> int:
        return int(self._pidfile()[0])

    def url(self, database: str = "postgres") -> str:
        """The superuser's URL, in SQLAlchemy's form."""
        password = (self.home / "password").read_text().strip()
        return f"postgresql+asyncpg://{SUPERUSER}:{password}@127.0.0.1:{self.port}/{database}"

    def running(self) -> bool:
        lines = self._pidfile()
        ready = len(lines) >= 8 and lines[7].strip() == "ready"
        return ready and int(lines[0]) in self._processes() and _accepts(int(lines[3]))

    def start(self, test: bool = False) -> Self:
        """Return with the server up. `test` trades safety of the data for speed."""
        with self._locked():
            if not self.running():
                if not (self.data / "PG_VERSION").exists():
                    self._create()
                self._launch(SETTINGS | (UNSAFE_BUT_FAST if test else {}))
        return self

    def stop(self) -> None:
        with self._locked():
            # Asked in the middle of crash recovery, "fast" may wait for ever.
            if self._processes() and self._control("stop", "-m", "fast", seconds=15).returncode:
                self._control("stop", "-m", "immediate")

    def remove(self) -> None:
        """Stop, and delete the data for good."""
        if any(self.home.glob("data-*")):
            self.stop()
        shutil.rmtree(self.home, ignore_errors=True)
        shutil.rmtree(self.base, ignore_errors=True)

    def _home(self) -> Path:
        if not self.account.is_borrowed:
            return self.base
        # A copied checkout has another path, a checkout made anew has another id: neither may
        # meet the data of the first, whose keys it lacks.
        kept = self.base / "id"
        if not kept.exists():
            kept.write_text(secrets.token_hex(16))
        name = hashlib.sha256(f"{kept.read_text()} {self.base}".encode()).hexdigest()[:16]
        home = ROOT_SHELTER / name
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.account.own(home)
        return home

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with (self.base / "lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _create(self) -> None:
        password = self.home / "password"
        if not password.exists():
            password.touch(mode=0o600)
            password.write_text(secrets.token_urlsafe(24) + "\n")
            self.account.own(password)
        for unfinished in self.home.glob("new-*"):
            shutil.rmtree(unfinished)
        new = self.home / f"new-{self.binaries.major}"
        options = ["-E", "UTF8", "-A", "scram-sha-256", "--no-instructions", *self._locales()]
        made = self.account.run(
            self.binaries / "initdb", "-D", new, "-U", SUPERUSER, f"--pwfile={password}", *options
        )
        if made.returncode:
            raise PostgresError(f"initdb failed:\n{made.stdout}")
        with (new / "postgresql.conf").open("a") as settings:
            settings.write(f"\ninclude_if_exists = '{SETTINGS_FILE}'\n")
        new.rename(self.data)  # only a complete cluster gets the name

    def _locales(self) -> list[str]:
        """One order of text on every system, and an LC_CTYPE that knows letters beyond ASCII."""
        options = ["--locale=C", f"--lc-ctype={_unicode_ctype()}"]
        if self.binaries.major >= 17:
            options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        return options

    def _launch(self, settings: dict[str, str]) -> None:
        deadline = time.monotonic() + START_WITHIN_SECONDS
        first = self._last_port() or FIRST_PORT
        while True:
            port = str(_free_port(first))
            self._configure(settings | {"port": port, "cluster_name": self._mark})
            started = self._control("start", "-l", self.log)
            if started.returncode == 0 or self.running():  # it may have recovered by itself
                return
            if time.monotonic() > deadline:
                raise PostgresError(f"did not start:\n{started.stdout}\n{self._log_tail()}")
            self._drop_stale_pidfile()
            time.sleep(0.25)  # the dead server's children may still hold its memory

    def _last_port(self) -> int | None:
        """Kept over a crash, so that the processes that use it find the server again."""
        with suppress(OSError):
            found = re.search(r"^port = '(\d+)'", (self.data / SETTINGS_FILE).read_text(), re.M)
            return int(found[1]) if found else None
        return None

    def _configure(self, settings: dict[str, str]) -> None:
        lines = (f"{name} = '{value}'\n" for name, value in settings.items())
        (self.data / SETTINGS_FILE).write_text("".join(lines))

    def _control(
        self, *command: str | Path, seconds: int = START_WITHIN_SECONDS
    ) -> subprocess.CompletedProcess[str]:
        return self.account.run(
            self.binaries / "pg_ctl", "-D", self.data, "-w", "-t", str(seconds), *command
        )

    def _drop_stale_pidfile(self) -> None:
        """After a crash the number in it may be another process's, which PostgreSQL believes."""
        if self._pidfile() and not self._processes():
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _pidfile(self) -> list[str]:
        with suppress(OSError):
            return (self.data / "postmaster.pid").read_text().splitlines()
        return []

    @property
    def _mark(self) -> str:
        """Stands in the title of each of the server's processes."""
        return "careloop-" + hashlib.sha256(str(self.data).encode()).hexdigest()[:12]

    def _processes(self) -> set[int]:
        """Live processes of this data directory; a zombie has no command line left."""
        return {
            pid
            for pid, line in _command_lines()
            if "postgres" in line and (str(self.data) in line or self._mark in line)
        }

    def _log_tail(self) -> str:
        with suppress(OSError):
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])
        return ""


def _command_lines() -> Iterator[tuple[int, str]]:
    if not Path("/proc/self/cmdline").exists():
        listed = subprocess.run(
            ["ps", "-A", "-o", "pid=,args="], capture_output=True, text=True, check=True
        )
        for line in listed.stdout.splitlines():
            pid, _, command = line.strip().partition(" ")
            yield int(pid), command
        return
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            yield int(entry.name), (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()


def _unicode_ctype() -> str:
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        for name in ("C.UTF-8", "C.utf8", "en_US.UTF-8", "en_US.utf8", "UTF-8"):
            with suppress(locale.Error):
                locale.setlocale(locale.LC_CTYPE, name)
                return name
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
    raise PostgresError("this system has no UTF-8 locale: install C.UTF-8 or en_US.UTF-8")


def _accepts(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def _free_port(first: int) -> int:
    for port in range(first, first + 100):
        with suppress(OSError), socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return port
    raise PostgresError(f"no free port between {first} and {first + 99}")
