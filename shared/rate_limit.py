"""Requests per caller: how many a minute, counted in this process."""

import time
from collections import Counter
from collections.abc import Callable

from shared.errors import Problem


class TooManyRequests(Problem):
    status, type, title = 429, "too-many-requests", "Too many requests"


class RateLimiter:
    """Requests per caller over a sliding minute, counted in this process.

    The count of the minute before fades as this minute goes on; what is older is forgotten, so that no
    number of callers fills the memory.
    """

    def __init__(self, per_minute: int, seconds: Callable[[], float] = time.monotonic) -> None:
        self._limit, self._seconds = per_minute, seconds
        self._minute = 0.0
        self._counts, self._before = Counter[str](), Counter[str]()

    def count(self, caller: str) -> None:
        """Raises `TooManyRequests` past the limit."""
        minute, into = divmod(self._seconds(), 60)
        if minute != self._minute:
            self._before = self._counts if minute == self._minute + 1 else Counter()
            self._counts, self._minute = Counter(), minute
        recent = self._counts[caller] + self._before[caller] * (1 - into / 60)
        if recent + 1 > self._limit:
            raise TooManyRequests("Slow down.", headers={"Retry-After": "10"})
        self._counts[caller] += 1
