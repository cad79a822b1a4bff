"""One clock for everybody in the process. It goes forward only."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from shared import clock


class Timeline:
    """What `shared.clock` says while it is `shown`: to every service, worker, thread and token."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    @property
    def now(self) -> datetime:
        return self._now

    def forward(self, to: datetime) -> None:
        if to < self._now:
            raise ValueError(f"it is {self._now} already, and cannot be {to} again")
        self._now = to

    @contextmanager
    def shown(self) -> Iterator[None]:
        with clock.simulated(lambda: self._now):
            yield
