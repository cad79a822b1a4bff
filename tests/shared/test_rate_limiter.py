"""The limit on a caller's requests: a sliding minute, and no memory of callers who have gone."""

import threading

import pytest

from shared.rate_limit import RateLimiter, TooManyRequests


class Seconds:
    """A clock that is set by hand."""

    now = 30.0

    def __call__(self) -> float:
        return self.now


def taken(limiter: RateLimiter, tries: int) -> int:
    """How many of that many requests at once are let through."""
    through = 0
    for _ in range(tries):
        try:
            limiter.count("caller")
        except TooManyRequests:
            continue
        through += 1
    return through


@pytest.mark.parametrize(
    ("later", "through"),
    [(29.9, 0), (30.0, 0), (31.0, 1), (60.0, 50), (89.9, 99), (90.0, 100), (10_000.0, 100)],
)
def test_the_minute_slides(later: float, through: int) -> None:
    seconds = Seconds()
    limiter = RateLimiter(100, seconds)
    assert taken(limiter, 200) == 100
    seconds.now += later
    assert taken(limiter, 200) == through


def test_callers_who_have_gone_are_forgotten_and_no_thread_is_needed() -> None:
    seconds = Seconds()
    limiter, threads = RateLimiter(100, seconds), threading.active_count()
    for number in range(1000):
        limiter.count(f"caller {number}")
    seconds.now += 120
    limiter.count("another")
    assert threading.active_count() == threads
    assert len(limiter._counts) + len(limiter._before) == 1
