"""`make demo-network` as a test: the whole state table is walked, and every comparison holds.

The comparisons are shown to go red as well: on nothing, and on what another kind of actor did.
"""

from pathlib import Path

import pytest

from tests.conftest import missing
from tests.network import findings
from tests.network.browser import NoBrowser
from tests.network.domain_table import TABLE, steps
from tests.network.findings import Seen
from tests.network.performance import perform
from tests.network.scenarios import SCENARIOS


@pytest.mark.timeout(900)  # two minutes on two cores that have nothing else to do
async def test_the_whole_state_table_is_played(tmp_path: Path) -> None:
    try:
        outcome = await perform(tmp_path, lambda _: None)
    except NoBrowser as absent:
        missing(str(absent))
        return
    assert {found.what: found.missing for found in outcome.findings if found.missing} == {}
    assert outcome.table.count("\n") > len(SCENARIOS)


def test_forty_clients_each_with_a_story_of_their_own() -> None:
    assert len(SCENARIOS) == len({scenario.title for scenario in SCENARIOS}) == 40


def test_what_was_not_seen_is_missing() -> None:
    for finding in (findings.transitions(()), findings.rows_of_the_table(())):
        assert len(finding.missing) == finding.seen > 70
    by_somebody_else = {
        Seen(start, row.action, end, "a passer-by") for row in TABLE for start, _, end in steps(row)
    }
    assert findings.rows_of_the_table(by_somebody_else).missing == []
    nobody = findings.actors(by_somebody_else)
    assert len(nobody.missing) == nobody.seen > 70
    stolen = Seen("declined", "accept", "accepted", "receiver, link")
    assert findings.beyond_the_table([stolen]).missing == ["declined --accept--> accepted"]
