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
from tests.server import start_server

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
    server = asyncio.run(start_server(ROOT / ".careloop" / "test-postgres"))
    for service in SERVICES:
        urls = asyncio.run(server.create(service))
        config = Config(ROOT / "alembic.ini", ini_section=service)
        config.set_main_option("sqlalchemy.url", urls.migrator.replace("%", "%%"))
        try:
            command.check(config)
        except CommandError as error:
            yield f"services/{service}: models and migrations differ: {error}"
        finally:
            asyncio.run(server.drop(urls))


CHECKS = (stale_documents, addresses_in_locks, machine_paths, models_without_migrations)


def main() -> int:
    found = [line for check in CHECKS for line in check()]
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
