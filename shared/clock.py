"""The one reader of the wall clock, so that a simulation can be the clock of every service at once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

_source: Callable[[], datetime] | None = None


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC) if _source is None else _source()


@contextmanager
def simulated(source: Callable[[], datetime]) -> Iterator[None]:
    """Until the block ends, `now()` is what `source()` says (an aware UTC time)."""
    global _source  # there is one clock in a process, that is the point
    before, _source = _source, source
    try:
        yield
    finally:
        _source = before
