"""JSON logs that can hold no personal data: only the keys named here pass.

An exception is logged by type and place, never by message: a database's message quotes the row.
"""

import logging
import sys
import traceback
from contextvars import ContextVar
from typing import Any

import structlog
from structlog.typing import EventDict

request_id: ContextVar[str] = ContextVar("request_id", default="")

ALLOWED = {
    *("event", "level", "timestamp", "service", "process", "request_id"),
    *("method", "route", "status", "duration_ms", "bytes"),
    *("step", "kind", "type", "id", "count", "attempts", "cursor", "lag_s", "reason", "url"),
    *("error", "trace", "version"),
}
"""`route` is the template (`/v1/clients/{client_id}`), never the path that was called."""


def _only_allowed(_: Any, __: str, event: EventDict) -> EventDict:
    return {key: value for key, value in event.items() if key in ALLOWED}


def _add_request_id(_: Any, __: str, event: EventDict) -> EventDict:
    if current := request_id.get():
        event.setdefault("request_id", current)
    return event


def place(error: BaseException) -> dict[str, Any]:
    """What may be said of an exception: its type, and where it was raised."""
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    trace = [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}:{frame.name}" for frame in frames]
    return {"error": type(error).__name__, "trace": trace}


class _Foreign(logging.Handler):
    """Libraries' own log records: the logger's name and level; their text may quote anything."""

    def emit(self, record: logging.LogRecord) -> None:
        details = place(record.exc_info[1]) if record.exc_info and record.exc_info[1] else {}
        log = structlog.get_logger()
        log.log(record.levelno, "library", kind=record.name, **details)


def configure(service: str, process: str) -> None:
    """Send every log line of this process to stdout as JSON."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            _add_request_id,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _only_allowed,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stdout),
        cache_logger_on_first_use=False,
    )
    structlog.contextvars.bind_contextvars(service=service, process=process)
    root = logging.getLogger()
    root.handlers[:] = [_Foreign()]
    root.setLevel(logging.WARNING)


log = structlog.get_logger()
