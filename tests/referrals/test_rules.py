"""The pure rules against tables kept by hand, not read from the code under test."""

from datetime import UTC, datetime, time
from uuid import UUID, uuid4

import pytest

from services.referrals.lifecycle.business_time import Calendar
from services.referrals.lifecycle.clocks import LADDERS, RUNNING, STARTS, Clock
from services.referrals.lifecycle.loop import Said, Word, contradicts, loop_result
from services.referrals.lifecycle.reasons import RULES, Reason
from services.referrals.lifecycle.transitions import ENDED, TRANSITIONS, Party
from shared.schemas.referrals import UNRESOLVED, LoopResult, ReferralStatus

ANA, BEN = uuid4(), uuid4()

# receiver's word and who wrote it, client's word and who wrote it, loop, whether they contradict
LOOPS: list[tuple[str, UUID | None, str, UUID | None, str, bool]] = [
    ("", None, "", None, "open", False),
    ("", None, "not_yet", None, "open", False),
    ("served", ANA, "", None, "provider_only", False),
    ("served", ANA, "not_yet", None, "provider_only", False),
    ("not_served", ANA, "", None, "unmet", False),
    ("declined", ANA, "", None, "unmet", False),
    ("declined", ANA, "not_yet", None, "unmet", False),
    ("", None, "yes", None, "client_only", False),
    ("", None, "partly", None, "partial", False),
    ("", None, "no", None, "unmet", False),
    ("served", ANA, "yes", None, "confirmed", False),
    ("served", ANA, "yes", BEN, "confirmed", False),
    ("served", ANA, "yes", ANA, "staff_reported", False),
    ("served", ANA, "partly", None, "partial", False),
    ("served", ANA, "partly", ANA, "staff_reported", False),
    ("served", ANA, "no", None, "disputed", True),
    ("served", ANA, "no", ANA, "staff_reported", True),
    ("not_served", ANA, "yes", None, "disputed", True),
    ("not_served", ANA, "partly", None, "partial", False),
    ("not_served", ANA, "no", None, "unmet", False),
    ("declined", ANA, "yes", BEN, "disputed", True),
    ("declined", ANA, "partly", None, "partial", False),
    ("declined", ANA, "no", None, "unmet", False),
    ("declined", ANA, "no", ANA, "staff_reported", False),
]


@pytest.mark.parametrize(("said", "by", "answered", "via", "loop", "against"), LOOPS)
def test_the_loop_is_computed_from_both_words(
    said: str, by: UUID | None, answered: str, via: UUID | None, loop: str, against: bool
) -> None:
    receiver = Word(Said(said), by) if said else None
    client = Word(Said(answered), via) if answered else None
    assert loop_result(receiver, client) is LoopResult(loop)
    assert contradicts(receiver, client) is against


def test_every_unresolved_status_has_a_clock_and_no_ended_one_needs_it() -> None:
    waiting = UNRESOLVED | {ReferralStatus.DRAFT, ReferralStatus.PENDING_APPROVAL}
    assert waiting <= set(RUNNING)
    assert waiting | ENDED == set(ReferralStatus)
    started = {clock for clocks in STARTS.values() for clock in clocks}
    assert started | {Clock.ASK_ONCE, Clock.SUPERSEDED} == set(Clock)


def test_whatever_leads_into_a_waiting_status_leaves_a_clock_running() -> None:
    for (before, act), after in TRANSITIONS.items():
        running = RUNNING.get(after, frozenset())
        if before is not after and after not in ENDED:
            kept = RUNNING.get(before, frozenset()) & running
            assert set(STARTS.get(act, ())) & running or kept, (before, act, after)


def test_every_ladder_ends_or_reminds_somebody_forever() -> None:
    for clock, ladder in LADDERS.items():
        assert ladder.end or ladder.rungs, clock
        assert ladder.waits_for in set(Party)


def test_every_reason_has_a_rule() -> None:
    assert set(RULES) == set(Reason)


NINE_TO_FIVE = Calendar("America/New_York", time(9), time(17))
BUSINESS = [
    # Friday 16:00 in New York, two business days: Tuesday 16:00
    ("2026-11-20T21:00", 2, "2026-11-24T21:00"),
    # Saturday counts from Monday's opening
    ("2026-11-21T15:00", 2, "2026-11-25T14:00"),
    # before opening counts from opening, after closing from the next opening
    ("2026-11-23T11:00", 1, "2026-11-24T14:00"),
    ("2026-11-23T23:30", 1, "2026-11-25T14:00"),
    # the clock goes back on 1 November: 10:00 stays 10:00 there
    ("2026-10-30T14:00", 1, "2026-11-02T15:00"),
]


@pytest.mark.parametrize(("start", "days", "end"), BUSINESS)
def test_business_days_are_counted_where_whoever_must_act_works(
    start: str, days: int, end: str
) -> None:
    begin = datetime.fromisoformat(start).replace(tzinfo=UTC)
    assert NINE_TO_FIVE.after(begin, days) == datetime.fromisoformat(end).replace(tzinfo=UTC)
