"""Optimistic locking over HTTP: the ETag is the row's version."""

import re
from typing import Annotated

from fastapi import Depends, Header, Response

from shared.errors import Problem

FORM = re.compile(r'^(?:W/)?"(\d{1,9})"$')


class PreconditionRequired(Problem):
    status, type, title = 428, "precondition-required", "If-Match is required"


class Stale(Problem):
    """Somebody changed it since it was read; `version` is the one now."""

    status, type, title = 412, "stale", "Changed since it was read"


async def if_match(
    if_match: Annotated[
        str | None, Header(max_length=100, description="The ETag that was read")
    ] = None,
) -> int:
    if if_match is None:
        raise PreconditionRequired("Send the ETag that was read as If-Match.")
    form = FORM.match(if_match)
    if form is None:
        raise Stale("If-Match is not an ETag of this resource.")
    return int(form[1])


ReadVersion = Annotated[int, Depends(if_match)]
"""The version the caller read: 428 when missing."""


def tag(response: Response, version: int) -> None:
    response.headers["ETag"] = f'"{version}"'


def check_version(version: int, read: int) -> None:
    """Raise `Stale` unless the row, locked by the caller, is still what was read."""
    if version != read:
        raise Stale("It was changed since it was read.", version=version)
