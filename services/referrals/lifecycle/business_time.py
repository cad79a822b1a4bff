"""Business time of whoever must act: pure, in the calendar's own zone."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Calendar:
    """When an organization works. Weekdays count from Monday = 0."""

    timezone: str = "UTC"
    opens: time = time(9)
    closes: time = time(17)
    weekdays: frozenset[int] = frozenset(range(5))

    def works_on(self, day: date) -> bool:
        return day.weekday() in self.weekdays

    def is_open(self, at: datetime) -> bool:
        local = at.astimezone(ZoneInfo(self.timezone))
        return self.works_on(local.date()) and self.opens <= local.time() < self.closes

    def next_open(self, at: datetime) -> datetime:
        """`at` itself when open, else the next opening."""
        local = at.astimezone(ZoneInfo(self.timezone))
        if self.is_open(at):
            return local
        day = local.date()
        if not self.works_on(day) or local.time() >= self.opens:
            day = self._working_day_after(day)
        return datetime.combine(day, self.opens, ZoneInfo(self.timezone))

    def after(self, start: datetime, days: int) -> datetime:
        """The moment `days` working days after `start`, in UTC; time out of hours does not count."""
        begin = self.next_open(start)
        day = begin.date()
        for _ in range(days):
            day = self._working_day_after(day)
        return datetime.combine(day, begin.time(), begin.tzinfo).astimezone(UTC)

    def _working_day_after(self, day: date) -> date:
        day += timedelta(days=1)
        while not self.works_on(day):
            day += timedelta(days=1)
        return day


DEFAULT = Calendar()
