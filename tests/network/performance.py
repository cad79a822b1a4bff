"""The whole demo: everything set up, played to its end, and looked at."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.network import findings, letters, printed, reported
from tests.network.browser import open_browser, visitors
from tests.network.cast import gather
from tests.network.findings import Finding
from tests.network.play import Play
from tests.network.scenarios import SCENARIOS
from tests.network.script import Scenario
from tests.network.stage import set_up
from tests.server import server_for_tests

START = datetime(2031, 3, 3, 10, tzinfo=UTC)
"""A Monday; everything real is in the past by then."""


@dataclass(frozen=True)
class Outcome:
    table: str
    findings: list[Finding]

    @property
    def holds(self) -> bool:
        return not any(finding.missing for finding in self.findings)


async def perform(
    directory: Path, say: Callable[[str], None], scenarios: Sequence[Scenario] = SCENARIOS
) -> Outcome:
    async with (
        open_browser() as browser,
        server_for_tests() as server,
        set_up(server, directory, START) as stage,
        visitors(browser, str(stage.addresses["referrals"]), directory) as behind_links,
    ):
        say("The sender and six providers ...")
        play = Play(await gather(stage), behind_links, scenarios)
        await play.perform(say)
        letters_sent, days = len(stage.post.letters), (stage.timeline.now - START).days
        say(f"{days} days, {behind_links.visits} visits to link pages, {letters_sent} mails")
        found = await _looked_at(play)
        return Outcome((await printed.table(play)).table(), found)


async def _looked_at(play: Play) -> list[Finding]:
    happened = await findings.seen(play.cast)
    clients = [player.client for player in play.players]
    return [
        findings.endings(play, await printed.ends(play)),
        findings.transitions(happened),
        findings.rows_of_the_table(happened),
        findings.actors(happened),
        findings.beyond_the_table(happened),
        *await findings.in_the_rows(play),
        *await reported.compare(play.cast, START.year),
        *letters.check(play.stage, play.cast, clients),
    ]
