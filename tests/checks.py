"""What `make check` asks beyond the linters: each line printed is a thing to mend.

python -m tests.checks
"""

import asyncio
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError

from deploy.openapi import drifted
from deploy.postgres import SERVICES
from tests.server import server_for_tests

ROOT = Path(__file__).parent.parent
MACHINE_PATH = re.compile(r"(^|[^\w.])/(work|farm|home|root)/\w")
ADDRESS = re.compile(r"https?://")


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def stale_documents() -> Iterator[str]:
    for service in drifted():
        yield f"docs/openapi/{service}.json is not what the code says: make openapi"


def addresses_in_locks() -> Iterator[str]:
    for path in tracked("requirements*.txt"):
        if ADDRESS.search(path.read_text()):
            yield f"{path.name} holds an address"


def machine_paths() -> Iterator[str]:
    for path in tracked("*.py", "*.md", "*.toml", "*.yaml", "Makefile", ".ci/*", "*.json", "*.ini"):
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            if MACHINE_PATH.search(line):
                yield f"{path.relative_to(ROOT)}:{number} holds a path of somebody's machine"


def models_without_migrations() -> Iterator[str]:
    """Each service's newest migration leaves exactly the tables its models describe."""
    yield from asyncio.run(_differences())


async def _differences() -> list[str]:
    found = []
    async with server_for_tests() as server:
        for service in SERVICES:
            urls = await server.create(service)
            try:
                await asyncio.to_thread(_check, service, urls.migrator)
            except CommandError as error:
                found.append(f"services/{service}: models and migrations differ: {error}")
            finally:
                await server.drop(urls)
    return found


def _check(service: str, url: str) -> None:
    config = Config(ROOT / "alembic.ini", ini_section=service)
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    command.check(config)


CHECKS = (stale_documents, addresses_in_locks, machine_paths, models_without_migrations)


def main() -> int:
    found = [line for check in CHECKS for line in check()]
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
