"""Open or not, in the location's own zone, over midnight, summer time and holidays."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.resources.opening_hours import WEEKDAYS, Opening, Schedule, occurs, opening, span_on
from services.resources.zones import zone_of_address

CHICAGO = "America/Chicago"
OFFICE = Schedule(CHICAGO, time(9), time(17), freq="WEEKLY", byday="MO,TU,WE,TH,FR")
FRIDAY = date(2026, 11, 20)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_open_in_its_own_zone_not_in_utc() -> None:
    assert opening([OFFICE], at("2026-11-20T14:59")).open_now is False
    assert opening([OFFICE], at("2026-11-20T15:00")) == Opening(
        True, at("2026-11-20T23:00"), at("2026-11-23T15:00")
    )
    assert opening([OFFICE], at("2026-11-20T23:00")) == Opening(False, None, at("2026-11-23T15:00"))


def test_summer_time_moves_the_moment_not_the_hour() -> None:
    assert opening([OFFICE], at("2026-03-06T23:30")).next_opening == at("2026-03-09T14:00")


def test_a_night_shift_lasts_into_the_next_day() -> None:
    night = Schedule(CHICAGO, time(22), time(6), freq="WEEKLY", byday="FR")
    assert opening([night], at("2026-11-21T11:00")).open_now is True
    assert opening([night], at("2026-11-21T12:00")).open_now is False


def test_round_the_clock() -> None:
    for closes in (time(0), time(23, 59)):
        always = Schedule(CHICAGO, time(0), closes, freq="WEEKLY", byday="SU,MO,TU,WE,TH,FR,SA")
        assert opening([always], at("2026-11-21T05:59:30")).open_now is True


def test_split_days_and_holidays() -> None:
    split = [
        replace(OFFICE, closes_at=time(12)),
        replace(OFFICE, opens_at=time(13), closes_at=time(17)),
    ]
    assert opening(split, at("2026-11-20T18:30")) == Opening(False, None, at("2026-11-20T19:00"))
    holiday = Schedule(CHICAGO, valid_from=FRIDAY, valid_to=FRIDAY)
    assert opening([*split, holiday], at("2026-11-20T15:30")).open_now is False


def test_nothing_is_known_without_hours_or_zone() -> None:
    nowhere = replace(OFFICE, zone=None)
    unread = replace(OFFICE, unread=True)
    for schedules in ([], [nowhere], [unread], [Schedule(CHICAGO)], [replace(OFFICE, zone="No")]):
        assert opening(schedules, at("2026-11-20T16:00")) == Opening(None)


@pytest.mark.parametrize(
    ("address", "zone"),
    [
        (("FL", "33136", None), "America/New_York"),
        (("FL ", "32501", "US"), "America/Chicago"),
        (("FL", "32456", "US"), None),
        (("FL", None, None), None),
        (("IA", None, None), "America/Chicago"),
        (("NY", "10001", "CA"), None),
        (("Ontario", "K1A", None), None),
        ((None, None, None), None),
    ],
)
def test_a_zone_only_where_the_address_leaves_no_doubt(
    address: tuple[str | None, str | None, str | None], zone: str | None
) -> None:
    assert zone_of_address(*address) == zone


WEEKLY = st.builds(
    Schedule,
    zone=st.sampled_from([CHICAGO, "Pacific/Honolulu", "Asia/Kolkata"]),
    opens_at=st.times(),
    closes_at=st.times(),
    freq=st.just("WEEKLY"),
    byday=st.lists(st.sampled_from(WEEKDAYS), min_size=1, max_size=7).map(",".join),
    interval=st.sampled_from([None, 1, 2, 3]),
    dtstart=st.just(date(2026, 10, 28)),
)


@given(
    schedules=st.lists(WEEKLY, min_size=1, max_size=4),
    moment=st.integers(0, 48_000).map(lambda n: at("2026-10-29T00:00") + timedelta(minutes=n)),
)
def test_as_if_every_day_were_looked_at(schedules: list[Schedule], moment: datetime) -> None:
    days = range(-1, 43)
    spans = [span_on(each, [], moment, ahead) for each in schedules for ahead in days]
    now = [span[1] for span in spans if span and span[0] <= moment < span[1]]
    later = [span[0] for span in spans if span and span[0] > moment]
    expected = Opening(bool(now), max(now, default=None), min(later, default=None))
    assert opening(schedules, moment) == expected


MONTHLY = Schedule(CHICAGO, time(9), time(10), freq="MONTHLY")


@pytest.mark.parametrize(
    ("schedule", "days"),
    [
        (replace(MONTHLY, byday="2TU"), [10]),
        (replace(MONTHLY, byday="-1FR"), [27]),
        (replace(MONTHLY, byday="1MO,3MO"), [2, 16]),
        (replace(MONTHLY, bymonthday="1,15,-1"), [1, 15, 30]),
        (replace(MONTHLY, dtstart=date(2026, 10, 5)), [5]),
        (replace(MONTHLY, dtstart=date(2026, 10, 5), interval=2), []),
        (replace(OFFICE, byday="MO", dtstart=date(2026, 11, 2), interval=2), [2, 16, 30]),
        (replace(OFFICE, byday="MO", dtstart=date(2026, 11, 2), count=2), [2, 9]),
        (replace(OFFICE, byday="MO", dtstart=date(2026, 11, 2), count=0), []),
        (replace(OFFICE, byday="MO", dtstart=date(2017, 1, 2), count=500), []),
        (replace(MONTHLY, dtstart=date(2017, 1, 10), count=119), [10]),
        (replace(MONTHLY, dtstart=date(2017, 1, 10), count=118), []),
        (replace(OFFICE, byday="MO", until=date(2026, 11, 9)), [2, 9]),
        (replace(OFFICE, byday="SU", valid_from=date(2026, 11, 20)), [22, 29]),
        (replace(OFFICE, byday=None, dtstart=date(2026, 11, 4)), [4, 11, 18, 25]),
        (replace(OFFICE, freq=None, byday=None, dtstart=FRIDAY), [20]),
    ],
)
def test_recurrences(schedule: Schedule, days: list[int]) -> None:
    november = [date(2026, 11, day) for day in range(1, 31)]
    assert [day.day for day in november if occurs(schedule, day)] == days


def test_a_count_is_counted_once_for_a_schedule_not_for_every_day() -> None:
    over = [replace(OFFICE, dtstart=date(2017, 1, 2), count=n) for n in range(1, 101)]
    began = perf_counter()
    assert opening(over, at("2026-11-20T16:00")).open_now is False
    assert perf_counter() - began < 5  # it was half a minute
