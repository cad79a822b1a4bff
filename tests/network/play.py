"""Plays all scenarios at once, under one clock that goes from one thing that is due to the next."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from tests.loop.oracle import broken
from tests.network.browser import Visitors
from tests.network.cast import Cast
from tests.network.players import Player
from tests.network.script import Scenario

MOMENT = timedelta(hours=1)
"""What is due within an hour is done in one go."""
WEEK = timedelta(days=7)


class Play:
    """The players, and what the oracle finds on the way: nobody to act, a date in the past."""

    def __init__(self, cast: Cast, visitors: Visitors, scenarios: Sequence[Scenario]) -> None:
        self.cast, self.stage = cast, cast.stage
        self.begins = self.stage.timeline.now
        self.players = [
            Player(number, scenario, cast, visitors, self.begins)
            for number, scenario in enumerate(scenarios)
        ]
        self.breaches: list[str] = []
        self.looks = 0
        self._look_again = self.begins

    async def perform(self, say: Callable[[str], None]) -> None:
        """Until every scenario is over."""
        while unfinished := [p for p in self.players if not p.over(self.stage.timeline.now)]:
            now = self.stage.timeline.now
            ready = [player for player in unfinished if player.wakes <= now]
            if not ready:
                await self._later(min(player.wakes for player in unfinished))
                continue
            for player in ready:
                await player.next()
            await self.stage.settle()
            say(f"{now:%d %b %H:%M}  {len(unfinished)} stories, {len(ready)} of them act")
        await self.look()

    async def _later(self, wakes: datetime) -> None:
        timeline = self.stage.timeline
        due = await self.stage.next_due()
        soon = wakes if due is None else min(wakes, max(due, timeline.now + MOMENT))
        timeline.forward(soon)
        await self.stage.settle()
        if timeline.now >= self._look_again:
            await self.look()

    async def look(self) -> None:
        """Ask the oracle whether anybody falls through the cracks."""
        self.looks += 1
        found = await broken(self.stage, self.stage.timeline.now)
        self.breaches += [breach for breach in found if breach not in self.breaches]
        self._look_again = self.stage.timeline.now + WEEK
