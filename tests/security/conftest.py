"""One system, walked once, for all that is tested here."""

from collections.abc import AsyncIterator

import pytest

from tests.security.walk import Walked, walk
from tests.server import TestServer
from tests.stack import running


@pytest.fixture(scope="session")
async def walked(
    server: TestServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Walked]:
    async with running(server, tmp_path_factory.mktemp("walked")) as stack:
        yield await walk(stack, tmp_path_factory.mktemp("reports"))
