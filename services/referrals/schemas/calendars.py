"""When an organization works."""

from datetime import date, time
from typing import Annotated

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic.config import JsonDict

from services.referrals.lifecycle.business_time import MIDNIGHT
from shared.schemas.strict import Answer, Day, Line, Request
from shared.zones import zones

OF_DAY = {"type": "string", "pattern": r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$"}
LocalTime = Annotated[time, WithJsonSchema(OF_DAY)]
"""A time of day without a zone: JSON Schema's own `time` demands one."""
EXAMPLE: JsonDict = {
    "timezone": "America/New_York",
    "opens": "09:00",
    "closes": "17:00",
    "weekdays": [0, 1, 2, 3, 4],
    "holidays": ["2026-12-25", "2027-01-01"],
}


def known_zone(name: str) -> str:
    if name not in zones():
        raise ValueError("is not an IANA time zone")
    return name


class NewCalendar(Request):
    """Weekdays count from Monday = 0. Clocks of those who work by it stand still out of hours.

    `closes` at midnight is the end of the day: 00:00 to 00:00 is round the clock.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    timezone: Annotated[Line, AfterValidator(known_zone)]
    opens: LocalTime
    closes: LocalTime
    weekdays: Annotated[
        list[Annotated[int, Field(strict=True, ge=0, le=6)]], Field(min_length=1, max_length=7)
    ]
    holidays: list[Day] = Field(
        default=[], max_length=366, description="Days on which nobody works"
    )

    @field_validator("weekdays", "holidays", mode="after")
    @classmethod
    def _each_once(cls, days: list[int] | list[date]) -> list[int] | list[date]:
        return sorted({*days})

    @model_validator(mode="after")
    def _opens_before_it_closes(self) -> "NewCalendar":
        if self.opens.tzinfo or self.closes.tzinfo:
            raise ValueError("`opens` and `closes` are local times")
        if self.opens >= self.closes and self.closes != MIDNIGHT:
            raise ValueError("`opens` must be before `closes`")
        return self


class Calendar(Answer):
    timezone: str
    opens: LocalTime
    closes: LocalTime
    weekdays: list[int]
    holidays: list[date]
