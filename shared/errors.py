"""Errors that reach a caller, all as RFC 9457 problem details with a stable `type`."""

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException

PROBLEM_JSON = "application/problem+json"
MEMBER = re.compile(r"<\w+\.\w+: ('[^']*')>")
"""How pydantic names the member of an enumeration; its value is what a caller sends."""
FIELD = re.compile(r"[a-z][a-z0-9_\-\[\]]{0,60}|[A-Z_]{1,60}")
UNIQUE_VIOLATION, SERIALIZATION, DEADLOCK, LOCK_TIMEOUT = "23505", "40001", "40P01", "55P03"
AWAY = {"57P01", "57P02", "57P03", "53300"}
"""PostgreSQL is stopping, starting, or has no connection left."""


class Problem(HTTPException):
    """An expected failure. A subclass names it once: status, type and title.

    `detail` and `extra` reach the caller and the logs of proxies: ids and codes, never personal data.
    """

    status: ClassVar[int]
    type: ClassVar[str]
    title: ClassVar[str]

    def __init__(self, detail: str, headers: dict[str, str] | None = None, **extra: Any) -> None:
        super().__init__(self.status, detail, headers)
        self.extra = extra

    def body(self) -> dict[str, Any]:
        return {
            "type": f"/problems/{self.type}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            **self.extra,
        }


class Denial(Problem):
    """A refusal that is written to the audit trail in a transaction of its own."""


class NotFound(Denial):
    """Absent, foreign and restricted are one and the same answer."""

    status, type, title = 404, "not-found", "Not found"


class Forbidden(Denial):
    status, type, title = 403, "forbidden", "Forbidden"


class Unauthenticated(Problem):
    status, type, title = 401, "unauthenticated", "Unauthenticated"


class Invalid(Problem):
    """The request is well-formed, but a field's value cannot be. `pointer` names the field."""

    status, type, title = 422, "invalid", "Invalid request"

    def __init__(self, pointer: str, detail: str, **extra: Any) -> None:
        super().__init__(detail, errors=[{"pointer": pointer, "detail": detail}], **extra)


class Conflict(Problem):
    status, type, title = 409, "conflict", "Conflict"


class ActionNotAllowed(Conflict):
    """`status_now` and the actions `allowed` to this caller say what can be done instead."""

    type, title = "action-not-allowed", "Not possible in this status"


class TryAgain(Problem):
    """The database refused for a reason that is gone the next time."""

    status, type, title = 503, "try-again", "Try again"


class DatabaseUnavailable(Problem):
    status, type, title = 503, "database-unavailable", "The database did not answer"

    def __init__(self) -> None:
        super().__init__("Try again in a moment.", headers={"Retry-After": "2"})


class NeighbourUnavailable(Problem):
    status, type, title = 503, "neighbour-unavailable", "A service we depend on did not answer"


def problem_response(problem: Problem) -> JSONResponse:
    return JSONResponse(
        problem.body(), problem.status_code, headers=problem.headers, media_type=PROBLEM_JSON
    )


async def on_problem(_: Request, exc: Exception) -> JSONResponse:
    assert isinstance(exc, Problem)
    return problem_response(exc)


def pointer(error: dict[str, Any]) -> str:
    """A JSON pointer for the body, `query/limit` and the like for what stands elsewhere."""
    where, *path = error["loc"]
    if error["type"] == "json_invalid":
        return ""
    prefix = "" if where == "body" else str(where)
    return "/".join([prefix, *map(_named, path)])


def message(error: Mapping[str, Any]) -> str:
    """What is wrong, in the caller's words."""
    return MEMBER.sub(r"\1", error["msg"])


def _named(part: str | int) -> str:
    # An unknown field's name is what somebody typed: only what looks like a name in code is said.
    return str(part) if isinstance(part, int) or FIELD.fullmatch(part) else "?"


async def on_invalid(_: Request, exc: Exception) -> JSONResponse:
    # `input` and `ctx` are left out: they echo what the person typed.
    assert isinstance(exc, RequestValidationError)
    errors = [{"pointer": pointer(e), "detail": message(e)} for e in exc.errors()[:50]]
    body = {"type": "/problems/invalid", "title": "Invalid request", "status": 422}
    return JSONResponse({**body, "errors": errors}, 422, media_type=PROBLEM_JSON)


async def on_http(_: Request, exc: Exception) -> JSONResponse:
    assert isinstance(exc, HTTPException)
    kind = {404: "no-such-path", 405: "method-not-allowed"}.get(exc.status_code, "http")
    body = {"type": f"/problems/{kind}", "title": exc.detail, "status": exc.status_code}
    return JSONResponse(body, exc.status_code, exc.headers, media_type=PROBLEM_JSON)


async def on_database(_: Request, exc: Exception) -> JSONResponse:
    assert isinstance(exc, DBAPIError)
    state = getattr(exc.orig, "sqlstate", None)
    if state == UNIQUE_VIOLATION:
        return problem_response(Conflict("The same thing is already on record."))
    if state in (SERIALIZATION, DEADLOCK, LOCK_TIMEOUT):
        detail = "Another request was changing the same thing."
        return problem_response(TryAgain(detail, headers={"Retry-After": "1"}))
    if exc.connection_invalidated or state in AWAY:
        return problem_response(DatabaseUnavailable())
    raise exc


def install(app: FastAPI) -> None:
    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(DBAPIError, on_database)
