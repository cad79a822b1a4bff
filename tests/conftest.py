"""Real PostgreSQL, reached as the roles the services have; fresh databases for every module."""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.server import TestServer, server_for_tests

if TYPE_CHECKING:
    from tests.stack import Stack

ROOT = Path(__file__).parent.parent
SHARED_DATA = Path(os.environ.get("CARELOOP_SHARED", ROOT / ".." / "shared"))


@pytest.fixture(scope="session")
async def server() -> AsyncIterator[TestServer]:
    async with server_for_tests() as server:
        yield server


@pytest.fixture(scope="module")
async def stack(
    server: TestServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator["Stack"]:
    """Three services and their workers on databases of this module's own."""
    from tests.stack import running  # noqa: PLC0415 - imports every service; most tests need none

    async with running(server, tmp_path_factory.mktemp("stack")) as stack:
        yield stack


def founders_data(name: str) -> Path:
    """A folder of real listings or the specification, or a skip (a failure in CI)."""
    path = SHARED_DATA / name
    if not path.exists():
        missing(f"needs {name}, which lies beside the checkout and is not part of the project")
    return path


def missing(reason: str) -> None:
    """Skip for want of a tool or data; with CARELOOP_TEST_EVERYTHING=1 that is a failure."""
    if os.environ.get("CARELOOP_TEST_EVERYTHING") == "1":
        pytest.fail(reason)
    pytest.skip(reason)
