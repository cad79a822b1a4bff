"""Receivers, and when an organization works."""

from datetime import datetime, time
from typing import Annotated, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)

from shared.schemas.strict import Answer, Line, Request
from shared.zones import zones

Email = Annotated[Line, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]
Ids = Annotated[list[UUID], Field(max_length=50)]
OF_DAY = {"type": "string", "pattern": r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$"}
LocalTime = Annotated[time, WithJsonSchema(OF_DAY)]
"""A time of day without a zone: JSON Schema's own `time` demands one."""


class NewReceiver(Request):
    """A `tenant` answers here, with accounts; a `link` receiver is kept by the sender that made it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "link",
                    "name": "Harbor Street Pantry",
                    "email": "desk@pantry.example",
                    "service_ids": ["7a1de0ab-2a53-4c40-8a5c-0d6a3f6f2f21"],
                }
            ]
        }
    )

    kind: Literal["tenant", "link"]
    name: Annotated[
        Line | None,
        Field(description="A link receiver's, and its contact, may come from its listing"),
    ] = None
    email: Email | None = None
    phone: Line | None = None
    organization_ids: Ids = Field(default=[], description="HSDS organizations it answers for")
    service_ids: Ids = Field(default=[], description="HSDS services it answers for")

    @model_validator(mode="after")
    def _answers_for_something(self) -> "NewReceiver":
        if not self.organization_ids and not self.service_ids:
            raise ValueError("name an organization or a service that it answers for")
        if self.name is None and not self.from_listing:
            raise ValueError("a name is needed, or the one listing of a link receiver")
        return self

    @property
    def from_listing(self) -> bool:
        """Whether the directory is asked who it is."""
        return self.name is None and self.kind == "link" and len(self.service_ids) == 1


class Receiver(Answer):
    id: UUID
    kind: Literal["tenant", "link"]
    name: str
    email: str | None
    phone: str | None
    organization_ids: list[UUID]
    service_ids: list[UUID]
    version: int
    created_at: datetime


def known_zone(name: str) -> str:
    if name not in zones():
        raise ValueError("is not an IANA time zone")
    return name


class NewCalendar(Request):
    """Weekdays count from Monday = 0. Clocks of those who work by it stand still out of hours."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "timezone": "America/New_York",
                    "opens": "09:00",
                    "closes": "17:00",
                    "weekdays": [0, 1, 2, 3, 4],
                }
            ]
        }
    )

    timezone: Annotated[Line, AfterValidator(known_zone)]
    opens: LocalTime
    closes: LocalTime
    weekdays: Annotated[
        list[Annotated[int, Field(strict=True, ge=0, le=6)]], Field(min_length=1, max_length=7)
    ]

    @model_validator(mode="after")
    def _opens_before_it_closes(self) -> "NewCalendar":
        if self.opens.tzinfo or self.closes.tzinfo or self.opens >= self.closes:
            raise ValueError("`opens` must be before `closes`, both local times")
        return self


class Calendar(Answer):
    timezone: str
    opens: LocalTime
    closes: LocalTime
    weekdays: list[int]
