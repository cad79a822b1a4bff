"""Random histories of all services under one simulated clock: whatever is done, the invariants hold."""

from collections import Counter
from collections.abc import AsyncIterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.loop.batch import Batch
from tests.loop.ground import Ground, ground
from tests.server import TestServer

TOGETHER = 4
THE_MAIN_LINE = {"send", "group", "accept", "report_served", "client_answer", "consent.create"}


@pytest.fixture(scope="module")
async def prepared(
    server: TestServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Ground]:
    async with ground(server, tmp_path_factory.mktemp("ground"), TOGETHER) as made:
        yield made


@pytest.fixture(scope="module")
def taken() -> Counter[str]:
    """What was done and not refused, in any of the histories."""
    return Counter()


@settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(seed=st.integers(0, 2**32), rounds=st.integers(1, 6))
@pytest.mark.timeout(900)
async def test_the_invariants_hold(
    prepared: Ground, taken: Counter[str], seed: int, rounds: int
) -> None:
    batch = Batch(prepared, [seed + n for n in range(TOGETHER)], rounds)
    await batch.run()
    for history in batch.histories:
        taken.update(name for name, was_taken in history.tried if was_taken)


def test_the_histories_went_along_the_main_line(taken: Counter[str]) -> None:
    assert set(taken) >= THE_MAIN_LINE
