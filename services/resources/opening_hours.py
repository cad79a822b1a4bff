"""When a listing is open, from HSDS schedules (RFC 5545 recurrences) in the location's own zone.

Days are tried one by one over a bounded window: no recurrence can make it run on.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
AHEAD = 42
"""Days in which the next opening is looked for."""
COUNTED = 3660
"""Days over which a schedule's `count` is counted."""
LAST_MINUTE = time(23, 59)


@dataclass(frozen=True)
class Schedule:
    """One HSDS schedule. Without `zone` its hours mean no moment."""

    zone: str | None
    opens_at: time | None = None
    closes_at: time | None = None
    freq: str | None = None
    byday: str | None = None
    bymonthday: str | None = None
    interval: int | None = None
    dtstart: date | None = None
    until: date | None = None
    count: int | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    unread: bool = False
    """It recurs in a way that is not worked out here (week numbers, days of the year)."""

    @classmethod
    def of(cls, row: dict[str, Any], default_zone: str | None) -> "Schedule":
        """From a row as JSON."""
        return cls(
            zone=row["zone"] or default_zone,
            opens_at=row["opens_at"] and time.fromisoformat(row["opens_at"]),
            closes_at=row["closes_at"] and time.fromisoformat(row["closes_at"]),
            freq=row["freq"],
            byday=row["byday"],
            bymonthday=row["bymonthday"],
            interval=row["interval"],
            count=row["count"],
            unread=bool(row["byweekno"] or row["byyearday"]),
            dtstart=day_of(row["dtstart"]),
            until=day_of(row["until"]),
            valid_from=day_of(row["valid_from"]),
            valid_to=day_of(row["valid_to"]),
        )

    @property
    def closes_days(self) -> bool:
        """A dated row without hours: a holiday."""
        dated = self.valid_from is not None and self.freq is None and self.byday is None
        return dated and self.opens_at is None and self.closes_at is None


def day_of(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


@dataclass(frozen=True)
class Opening:
    """`open_now` is None where no hours are known."""

    open_now: bool | None
    closes_at: datetime | None = None
    next_opening: datetime | None = None


UNKNOWN = Opening(None)


def opening(schedules: Iterable[Schedule], at: datetime) -> Opening:
    """Whether it is open at a moment, until when, and when it opens next (UTC)."""
    timed = [s for s in schedules if s.closes_days or (s.opens_at and s.closes_at)]
    useful = [s for s in timed if not s.unread and zone_of(s.zone) is not None]
    if not any(s.opens_at for s in useful):
        return UNKNOWN
    closures = [s for s in useful if s.closes_days]
    hours = [s for s in useful if s.opens_at]
    now: list[datetime] = []
    later: list[datetime] = []
    for ahead in range(-1, AHEAD + 1):  # from yesterday on: a night shift may still last
        last = bool(later) and ahead > 0  # one day more: another zone's may begin earlier
        for schedule in hours:
            span = span_on(schedule, closures, at, ahead)
            if span is not None and span[0] > at:
                later.append(span[0])
            elif span is not None and at < span[1]:
                now.append(span[1])
        if last:
            break
    return Opening(bool(now), max(now, default=None), min(later, default=None))


@lru_cache(maxsize=1_000)
def zone_of(name: str | None) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError):
        return None


def span_on(
    schedule: Schedule, closures: Sequence[Schedule], at: datetime, ahead: int
) -> tuple[datetime, datetime] | None:
    """When it opens and closes (UTC) on the day that lies `ahead` of `at`, where it is."""
    zone, opens, closes = zone_of(schedule.zone), schedule.opens_at, schedule.closes_at
    assert zone is not None
    assert opens is not None
    assert closes is not None
    day = at.astimezone(zone).date() + timedelta(days=ahead)
    if not occurs(schedule, day) or any(occurs(closure, day) for closure in closures):
        return None
    overnight = closes <= opens or closes >= LAST_MINUTE
    end_day = day + timedelta(days=1) if overnight else day
    end = time(0) if closes >= LAST_MINUTE else closes
    start = datetime.combine(day, opens, zone)
    return start.astimezone(UTC), datetime.combine(end_day, end, zone).astimezone(UTC)


def occurs(schedule: Schedule, day: date) -> bool:
    first = max(filter(None, (schedule.valid_from, schedule.dtstart)), default=date.min)
    last = min(filter(None, (schedule.valid_to, schedule.until)), default=date.max)
    return first <= day <= last and recurs(schedule, day) and day <= last_counted(schedule)


@lru_cache(maxsize=10_000)
def last_counted(schedule: Schedule) -> date:
    """The day of the last of the times that a schedule with a `count` has."""
    if schedule.count is None or schedule.dtstart is None:
        return date.max
    if schedule.count < 1:
        return date.min
    start = schedule.dtstart.toordinal()
    end = min(start + COUNTED, date.max.toordinal())
    times = (day for day in map(date.fromordinal, range(start, end + 1)) if recurs(schedule, day))
    return next(islice(times, schedule.count - 1, None), date.fromordinal(end))


def recurs(schedule: Schedule, day: date) -> bool:
    every = schedule.interval or 1
    if schedule.freq == "MONTHLY":
        start = schedule.dtstart or day
        months = (day.year - start.year) * 12 + day.month - start.month
        return months % every == 0 and in_month(schedule, day)
    if schedule.freq == "WEEKLY" or schedule.byday:
        start = schedule.dtstart or day
        weeks = (monday(day) - monday(start)).days // 7
        return weeks % every == 0 and WEEKDAYS[day.weekday()] in weekdays(schedule, day)
    return schedule.valid_from is not None or schedule.dtstart == day


def weekdays(schedule: Schedule, day: date) -> list[str]:
    if schedule.byday:
        return [each.strip()[-2:].upper() for each in schedule.byday.split(",")]
    return [WEEKDAYS[(schedule.dtstart or day).weekday()]]


def in_month(schedule: Schedule, day: date) -> bool:
    """By day of the month (-1: the last), by weekday (`2TU`, `-1FR`), or as the first time."""
    length = (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    if schedule.bymonthday:
        return {str(day.day), str(day.day - length.day - 1)} & words(schedule.bymonthday) != set()
    if schedule.byday:
        name = WEEKDAYS[day.weekday()]
        nth, nth_last = (day.day - 1) // 7 + 1, (length.day - day.day) // 7 + 1
        return {name, f"{nth}{name}", f"+{nth}{name}", f"-{nth_last}{name}"} & words(
            schedule.byday.upper()
        ) != set()
    return schedule.dtstart is not None and schedule.dtstart.day == day.day


def words(listed: str) -> set[str]:
    return {word.strip() for word in listed.split(",")}


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
