"""As whom PostgreSQL runs: it refuses to be root, so root borrows an existing account."""

import os
import pwd
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

BORROWED_BY_ROOT = ("postgres", "_postgres", "nobody")


class PostgresError(RuntimeError):
    """PostgreSQL could not be found, started or prepared; the message says what to do."""


@dataclass(frozen=True)
class Account:
    uid: int
    gid: int

    @classmethod
    def pick(cls) -> Self:
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid())
        for name in BORROWED_BY_ROOT:
            with suppress(KeyError):
                found = pwd.getpwnam(name)
                return cls(found.pw_uid, found.pw_gid)
        raise PostgresError(
            "running as root, and there is no account `postgres` or `nobody` to run PostgreSQL as: "
            "start as an ordinary user, or set CARELOOP_DATABASE_URL_ADMIN"
        )

    @property
    def is_borrowed(self) -> bool:
        return self.uid != os.geteuid()

    def own(self, path: Path) -> None:
        if self.is_borrowed:
            os.chown(path, self.uid, self.gid)

    def run(self, *command: str | Path, timeout: float = 120) -> subprocess.CompletedProcess[str]:
        """Run as this account. Output goes through a file: a daemon would keep a pipe open."""
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                env=_environment(),
                timeout=timeout,
                check=False,
                start_new_session=True,  # Ctrl-C must not cut short a start or a stop
                user=self.uid if self.is_borrowed else None,
                group=self.gid if self.is_borrowed else None,
                extra_groups=[] if self.is_borrowed else None,
            )
            output.seek(0)
            return subprocess.CompletedProcess(done.args, done.returncode, output.read())


def _environment() -> dict[str, str]:
    """Ours without PG*, which would redirect the tools, and without locales that may be absent."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "LC_", "LANG"))}
    return {**kept, "LC_ALL": "C"}
