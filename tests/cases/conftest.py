"""An organization of its own for every module of these tests."""

import pytest

from tests.cases.factories import Agency, new_agency
from tests.stack import Stack


@pytest.fixture(scope="module")
async def agency(stack: Stack) -> Agency:
    return await new_agency(stack)
