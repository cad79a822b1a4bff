"""The processes that are killed."""

from collections.abc import AsyncIterator

import pytest

from tests.processes import Town, running
from tests.server import TestServer


@pytest.fixture(scope="module")
async def town(server: TestServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """Six processes on fresh databases with the starter directory, over real sockets."""
    async with running(server, tmp_path_factory.mktemp("town")) as town:
        yield town
