"""What the processes would write to their logs, kept to be looked through."""

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout

import structlog

from shared.logging import configure


@contextmanager
def captured_logs() -> Iterator[io.StringIO]:
    """The logging that production has, into a buffer; afterwards all is as before."""
    buffer, root = io.StringIO(), logging.getLogger()
    before, handlers, level = structlog.get_config(), root.handlers[:], root.level
    with redirect_stdout(buffer):
        configure("all", "test")
    try:
        yield buffer
    finally:
        structlog.configure(**before)
        structlog.contextvars.unbind_contextvars("service", "process")
        root.handlers[:], root.level = handlers, level
