"""The whole system with the starter directory in it, its workers working as they do in production."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from services.resources.cli import STARTER
from services.resources.imports.run import import_package
from shared.metrics import Metrics
from shared.worker import work
from tests.stack import Stack


@pytest.fixture(scope="module")
async def town(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Stack:
    """The stack with the starter directory loaded and indexed."""
    reports: Path = tmp_path_factory.mktemp("reports")
    db = stack.surroundings["resources"].db
    await import_package(db, STARTER, reports=reports, name="starter", full=True)
    await stack.settle("resources")
    return stack


@asynccontextmanager
async def working(stack: Stack, *services: str) -> AsyncIterator[None]:
    """The workers of these services run beside the test."""
    stopping = asyncio.Event()
    tasks = [asyncio.create_task(work(stack.steps[s], Metrics(), stopping)) for s in services]
    try:
        yield
    finally:
        stopping.set()
        await asyncio.gather(*tasks)
