"""Several histories under one clock and the same workers, from the first act to long after the last."""

import random
from collections import Counter
from datetime import timedelta

from shared import clock
from tests.loop.acts import something
from tests.loop.crew import Crew
from tests.loop.ground import DAWN, Ground
from tests.loop.history import History
from tests.loop.oracle import broken, moment, state
from tests.loop.oracle.mails import sent_twice
from tests.loop.postbox import Postbox
from tests.referrals.appointing import Creeping

REREAD = "update event_epoch set epoch = gen_random_uuid()"
ROUNDS, DOINGS = 6, 3
DANGER = 0.02
AWAY = timedelta(days=30)
LONGEST_HOP = timedelta(hours=19)
SPANS = [0.05, 0.2, 1, 1, 2, 3, 5]
"""Days between two rounds."""


class Found(AssertionError):  # noqa: N818 - named for what happened
    """What must not be."""


class Batch:
    def __init__(self, ground: Ground, seeds: list[int], rounds: int = ROUNDS) -> None:
        self._ground, self._rounds = ground, rounds
        self._chance = random.Random(seeds[0])
        self._simulation = Creeping(DAWN + timedelta(hours=1))
        self._post = Postbox(ground.directory / "referrals", ground.records)
        self._seeds = seeds
        self.histories: list[History] = []
        self.deaths: Counter[str] = Counter()
        self.trouble: Counter[str] = Counter()

    async def run(self) -> None:
        """Raises `Found`."""
        await self._ground.renew()
        self._post.empty()
        casts = self._ground.casts(len(self._seeds))
        self.histories = [
            History(seed, cast, self._ground, self._post, random.Random(seed))
            for seed, cast in zip(self._seeds, casts, strict=True)
        ]
        with self._simulation.running():
            self._crew = Crew(self._ground.stack, self._ground.records, self._chance)
            try:
                await self._live()
                await self._hear_it_all_again()
                await self._go_away_and_come_back()
            finally:
                self.deaths, self.trouble = self._crew.deaths, self._crew.trouble
                await self._crew.close()

    async def _live(self) -> None:
        for _ in range(self._rounds):
            for _ in range(DOINGS):
                for history in self.histories:
                    await self._act(history)
            if self._chance.random() < 0.3:
                await self._crew.some(10)
            else:
                await self._settle()
            await self._pass(timedelta(days=self._chance.choice(SPANS)))

    async def _act(self, history: History) -> None:
        """Mostly in peace; at times while the workers work."""
        if self._chance.random() < 0.15:
            await history.together(lambda: something(history), lambda: self._crew.some(3))
        else:
            await something(history)
        now = clock.now()
        found = await moment.breaches(self._ground.records, history.cast.sender, now)
        self._none(found, f"seed {history.seed}")

    async def _settle(self, danger: float = DANGER) -> None:
        await self._crew.settle(danger)
        await self._post.look()
        found = await broken(self._ground.records, clock.now())
        found += await sent_twice(self._ground.records, self._post.sent, self._crew.cut_short)
        self._none(found, "settled")

    async def _pass(self, span: timedelta) -> None:
        """In hops of less than a day, the workers at work after each."""
        until = self._simulation.now + span
        while self._simulation.now < until:
            hop = min(LONGEST_HOP, until - self._simulation.now)
            self._simulation.now += hop
            if self._chance.random() < 0.1:
                service = self._chance.choice(["cases", "referrals"])
                await self._ground.records.rows(service, REREAD)
            await self._crew.round(DANGER)
        await self._post.look()

    async def _hear_it_all_again(self) -> None:
        """A log is restored: its readers meet another epoch, and all its events again."""
        await self._settle()
        before = await state(self._ground.records)
        for service in ("cases", "referrals"):
            await self._ground.records.rows(service, REREAD)
        await self._crew.settle(DANGER)
        after = await state(self._ground.records)
        self._none([table for table in before if before[table] != after[table]], "heard again")

    async def _go_away_and_come_back(self) -> None:
        """No worker for thirty days; then all that waited is acted on, and again until nothing waits."""
        self._simulation.now += AWAY
        await self._settle()
        for _ in range(6):
            self._simulation.now += timedelta(days=self._chance.choice([2, 9, 30]))
            await self._settle()

    def _none(self, found: list[str], when: str) -> None:
        if found:
            raise Found(f"{when}, at {self._simulation.now}:\n" + "\n".join(found[:10]))
