"""Two workers of every service, whose steps come in any order, and which die and are started again."""

import asyncio
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

import httpx

from shared import clock
from shared.worker import Step, Surroundings
from tests.loop.peril import Crash, Fate
from tests.loop.records import Records
from tests.stack import WORKERS, Stack

SERVICES = ("cases", "referrals", "resources")
MOST_CALLS = 25
"""Before a doomed worker dies: about as many calls as the longest step makes."""
ROUNDS = 300
TAKEN = "select referral_id from message where taken_at is not null"
Post = tuple[str, int]
"""A service, and which of its two workers."""


@dataclass
class Worker:
    surroundings: Surroundings
    steps: Mapping[str, Step]
    fate: Fate


class Crew:
    """All workers of a stack. `trouble` counts what a step failed with, which the worker outlives."""

    def __init__(self, stack: Stack, records: Records, chance: random.Random) -> None:
        self._stack, self._records, self._chance = stack, records, chance
        self._http = httpx.AsyncClient(transport=stack.transport)
        self._workers: dict[Post, Worker] = {}
        self._dying: list[Surroundings] = []
        self.deaths: Counter[str] = Counter()
        self.trouble: Counter[str] = Counter()
        self.cut_short: Counter[UUID] = Counter()
        """The referrals about which a message may have been on its way when its worker died."""
        for post in [(service, number) for service in SERVICES for number in (0, 1)]:
            self._hire(post)

    async def some(self, steps: int) -> None:
        """A few steps of whichever workers, now and then two at once."""
        turns = [(post, name) for post in self._workers for name in self._steps(post[0])]
        for _ in range(steps):
            await self._together(self._chance.sample(turns, self._chance.choice([1, 1, 2, 3])))

    async def settle(self, danger: float = 0.0) -> None:
        """Until nobody has anything left to do. `danger`: how likely a worker dies at any step."""
        for _ in range(ROUNDS):
            await self._records.until_all_readable()
            if not await self.round(danger):
                return
            danger *= 0.7  # whoever dies for ever does nothing
        raise RuntimeError("the workers never settle")

    async def round(self, danger: float = 0.0) -> bool:
        """Every step is taken by one of the two, or by both; whether any did something."""
        turns = [
            ((service, number), name)
            for service in SERVICES
            for name in self._steps(service)
            for number in self._chance.choice([(0,), (1,), (0, 1)])
        ]
        self._chance.shuffle(turns)
        busy = False
        for group in self._groups(turns):
            if self._chance.random() < danger:
                self.doom(self._chance.choice(group)[0])
            busy |= await self._together(group)
        return busy

    def doom(self, post: Post) -> None:
        self._workers[post].fate.doom(self._chance.randrange(MOST_CALLS))

    async def close(self) -> None:
        for worker in self._workers.values():
            self._dying.append(worker.surroundings)
        await self._bury()
        await self._http.aclose()

    def _steps(self, service: str) -> list[str]:
        return [name for name in self._workers[service, 0].steps if name != "prune"]

    def _groups(self, turns: list[tuple[Post, str]]) -> Iterator[list[tuple[Post, str]]]:
        while turns:
            size = self._chance.choice([1, 1, 2, 4])
            yield turns[:size]
            turns = turns[size:]

    async def _together(self, turns: list[tuple[Post, str]]) -> bool:
        done = await asyncio.gather(*(self._turn(post, name) for post, name in turns))
        await self._bury()
        return any(done)

    async def _turn(self, post: Post, name: str) -> bool:
        """As a worker's loop does: a step is repeated while it has something to do."""
        worker = self._workers[post]
        did = False
        try:
            while await worker.steps[name](clock.now()):
                did = True
        except Crash:
            self.deaths[f"{post[0]}.{name}"] += 1
            if name == "messages":
                taken = await self._records.rows("referrals", TAKEN)
                self.cut_short.update(row["referral_id"] for row in taken)
            if self._workers[post] is worker:
                self._dying.append(worker.surroundings)
                self._hire(post)
            return True
        except Exception as error:  # as in shared/worker.py, whose loop goes on with the next
            self.trouble[f"{post[0]}.{name}: {type(error).__name__}"] += 1
            return False
        return did

    def _hire(self, post: Post) -> None:
        service = post[0]
        settings = self._stack.surroundings[service].settings
        surroundings = Surroundings(settings, self._http)
        fate = Fate(surroundings.engine)
        steps = WORKERS[service].create_steps(surroundings)
        self._workers[post] = Worker(surroundings, steps, fate)

    async def _bury(self) -> None:
        while self._dying:
            await self._dying.pop().engine.dispose()
