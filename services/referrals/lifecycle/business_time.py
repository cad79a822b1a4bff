"""Business time of whoever must act: pure, in the calendar's own zone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

MIDNIGHT = time(0)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """When an organization works. Weekdays count from Monday = 0; closing at midnight ends the day."""

    timezone: str = "UTC"
    opens: time = time(9)
    closes: time = time(17)
    weekdays: frozenset[int] = frozenset(range(5))
    holidays: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        assert self.weekdays, "who never works can keep no date"

    @property
    def day_length(self) -> timedelta:
        """What a working day has, but for those on which a clock is put forward or back."""
        begins = datetime.combine(date.min, self.opens)
        return datetime.combine(self._closing_day(date.min), self.closes) - begins

    def works_on(self, day: date) -> bool:
        return day.weekday() in self.weekdays and day not in self.holidays

    def is_open(self, at: datetime) -> bool:
        day = at.astimezone(ZoneInfo(self.timezone)).date()
        begins, ends = self._hours(day)
        return self.works_on(day) and begins <= at < ends

    def next_open(self, at: datetime) -> datetime:
        """`at` itself when open, else the next opening."""
        begins, _ = next(self._spans(at))
        return max(begins, at).astimezone(ZoneInfo(self.timezone))

    def after(self, start: datetime, days: int) -> datetime:
        """The moment `days` working days after `start`, in UTC; time out of hours does not count."""
        begin = self.next_open(start)
        day = begin.date()
        for _ in range(days):
            day = self._working_day_after(day)
        return datetime.combine(day, begin.time(), begin.tzinfo).astimezone(UTC)

    def working_time(self, start: datetime, end: datetime) -> timedelta:
        """How long it is open from `start` to `end`."""
        spans = takewhile(lambda span: max(span[0], start) < end, self._spans(start))
        return sum((min(ends, end) - max(begins, start) for begins, ends in spans), timedelta())

    def add(self, start: datetime, working: timedelta) -> datetime:
        """The first moment, in UTC, by which it has been open for `working` since `start`."""
        if not working:
            return start.astimezone(UTC)
        spans = self._spans(start)
        begins, ends = next(spans)
        while (here := ends - max(begins, start)) < working:
            working -= here
            begins, ends = next(spans)
        return max(begins, start).astimezone(UTC) + working

    def _spans(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The hours of each working day, in UTC, from the one that is not over at `at`."""
        day = at.astimezone(ZoneInfo(self.timezone)).date() - DAY
        while True:
            day = self._working_day_after(day)
            begins, ends = self._hours(day)
            if ends > max(begins, at):
                yield begins, ends

    def _hours(self, day: date) -> tuple[datetime, datetime]:
        """Where the clock is put forward over them, the hours of a day may be none."""
        zone = ZoneInfo(self.timezone)
        begins = datetime.combine(day, self.opens, zone).astimezone(UTC)
        ends = datetime.combine(self._closing_day(day), self.closes, zone).astimezone(UTC)
        return begins, ends

    def _closing_day(self, day: date) -> date:
        return day + DAY if self.closes == MIDNIGHT else day

    def _working_day_after(self, day: date) -> date:
        day += DAY
        while not self.works_on(day):
            day += DAY
        return day


DEFAULT = Calendar()
ROUND_THE_CLOCK = Calendar("UTC", MIDNIGHT, MIDNIGHT, frozenset(range(7)))
