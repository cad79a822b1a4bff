"""A worker: steps that each do one thing and say whether there was anything to do.

`step(now) -> did something` is all there is, so that a simulation can drive the same functions.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime

from shared import clock
from shared.app import Ready, database_answers
from shared.db import Context, Database, create_engine
from shared.deadlines import DeadlineKeeper, Handler
from shared.events.contracts import Event
from shared.events.reader import Effect, EventReader
from shared.http import Http, ServiceTokens, new_client
from shared.logging import log, place
from shared.metrics import Metrics
from shared.sealing import Keyring
from shared.settings import ServiceSettings

Step = Callable[[datetime], Awaitable[bool]]
IDLE, LONGEST_PAUSE = 0.25, 30.0


class Surroundings:
    """What a worker's steps are built from."""

    def __init__(self, settings: ServiceSettings, http: Http | None = None) -> None:
        self.settings = settings
        self.http = http or new_client()
        self.tokens = ServiceTokens(self.http, settings)
        self.metrics = Metrics()
        self.keyring = Keyring(settings.sealing_keys.get_secret_value())
        url = settings.database_url.get_secret_value()
        self.engine = create_engine(url, self.keyring, settings.database_pool)
        self.db = Database(self.engine, Context())
        self.ready: list[Ready] = [lambda: database_answers(self.engine)]

    def reader(self, log_name: str, url: str, effects: Mapping[type[Event], Effect]) -> Step:
        """A step that takes the events of the neighbour at `url`."""
        return EventReader(
            log_name,
            url,
            effects,
            db=self.db,
            http=self.http,
            tokens=self.tokens,
            metrics=self.metrics,
            wait=self.settings.event_wait,
            deadline=self.settings.neighbour_deadline,
        ).step

    def keeper(self, handlers: Mapping[str, Handler]) -> Step:
        """A step that acts on what is due."""
        return DeadlineKeeper(self.db, handlers, self.metrics).step

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Surroundings"]:
        try:
            yield self
        finally:
            await self.http.aclose()
            await self.engine.dispose()


async def work(steps: Mapping[str, Step], metrics: Metrics, stopping: asyncio.Event) -> None:
    """Run every step in a loop of its own until `stopping`; a failing step pauses longer each time."""
    tasks = [asyncio.create_task(_loop(name, step, metrics)) for name, step in steps.items()]
    await stopping.wait()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _loop(name: str, step: Step, metrics: Metrics) -> None:
    pause = IDLE
    while True:
        outcome = "idle"
        try:
            if await step(clock.now()):
                outcome, pause = "done", 0.0
            else:
                pause = IDLE
        except Exception as error:  # a worker outlives whatever its neighbours do
            outcome = "failed"
            pause = min(max(pause, IDLE) * 2, LONGEST_PAUSE)
            log.warning("step.failed", step=name, **place(error))
        metrics.steps.labels(name, outcome).inc()
        await asyncio.sleep(pause)


async def settle(steps: Mapping[str, Step], rounds: int = 200) -> bool:
    """Run the steps in turn until none has anything to do; whether there was anything.

    The simulation's and the tests' loop.
    """
    for done_before in range(rounds):
        done = [await step(clock.now()) for step in steps.values()]
        if not any(done):
            return done_before > 0
    raise RuntimeError(f"the steps {', '.join(steps)} never settle")
