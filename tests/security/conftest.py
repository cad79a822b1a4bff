"""One walk for each module that goes on from what it made."""

import pytest

from tests.security.walk import Walked, walk
from tests.stack import Stack


@pytest.fixture(scope="module")
async def walked(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Walked:
    return await walk(stack, tmp_path_factory.mktemp("reports"))
