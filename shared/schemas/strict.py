"""Base models: what we are sent is strict and bounded, what we are answered may grow.

Strings carry no NUL, surrogate or control character, numbers fit their columns, lists are bounded:
every one of these was a 500 or a silent loss in stock FastAPI.
"""

import unicodedata
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

from shared import clock

INT_MAX = 2**31 - 1
EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
NOT_TEXT = {"Cc", "Cs", "Co", "Cn"}


def printable(value: str) -> str:
    if any(unicodedata.category(c) in NOT_TEXT for c in value if c not in "\n\t"):
        raise ValueError("control characters and unpaired surrogates are not text")
    return value


def one_line(value: str) -> str:
    if "\n" in value or "\t" in value:
        raise ValueError("must be one line")
    return printable(value)


def no_bool(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("must be a number")  # pydantic takes ValueError
    return value


Line = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200, strip_whitespace=True),
    AfterValidator(one_line),
]
"""One line of text, 1 to 200 characters."""

Text = Annotated[
    str,
    StringConstraints(min_length=1, max_length=10_000, strip_whitespace=True),
    AfterValidator(printable),
]
"""Some paragraphs, 1 to 10,000 characters."""

Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.\-]{0,79}$")]
"""A code of a vocabulary: lower case, up to 80 characters."""

Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$")]
"""ISO 639 code, with an optional script or region."""

Int = Annotated[int, Field(strict=True, ge=0, le=INT_MAX)]
"""A count: a JSON integer from 0 to 2^31-1."""

Flag = Annotated[bool, Field(strict=True)]

Moment = Annotated[AwareDatetime, Field(ge=EARLIEST, le=LATEST)]
"""A time with its offset, from 1900 to 2200: near the ends of the calendar it has no UTC."""

Day = Annotated[date, Field(ge=EARLIEST.date(), le=LATEST.date())]
"""A date from 1900 to 2200: what is computed from it stays in the calendar."""


def not_ahead(day: date) -> date:
    # By the latest zone on earth, it may be tomorrow already.
    if day > (clock.now() + timedelta(hours=14)).date():
        raise ValueError("must not be in the future")
    return day


PastDay = Annotated[Day, AfterValidator(not_ahead)]

Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False), BeforeValidator(no_bool)]
Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False), BeforeValidator(no_bool)]


class Request(BaseModel):
    """What a caller sends: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Answer(BaseModel):
    """What a service answers, and what its callers parse: unknown fields are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Action(Answer):
    """What this caller may do next with a resource; `blocked_by` says why not yet."""

    name: str
    method: str = "POST"
    href: str
    blocked_by: str | None = None
