"""Clients, how to reach them, and the facts on record about them."""

import re
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from services.cases.schemas.people import Zone
from shared.schemas.disclosures import ContactDecision, DataClass
from shared.schemas.strict import Answer, Code, Flag, Language, Line, PastDay, Request, Text

EMAIL = re.compile(r"^[^@\s<>,;:\"]{1,64}@[^@\s<>,;:\"]{1,190}$")


LocalTime = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
"""Hours and minutes of a clock on the wall: 09:00."""

Weekday = Annotated[int, Field(strict=True, ge=0, le=6)]


class ChannelKind(StrEnum):
    PHONE = "phone"
    EMAIL = "email"
    ADDRESS = "address"


class Way(StrEnum):
    EMAIL = "email"
    TEXT = "text"
    PHONE = "phone"


class Purpose(StrEnum):
    """What the client is reached for. The same policy decides for all."""

    OUTCOME = "outcome"
    APPOINTMENT = "appointment"
    CALENDAR = "calendar"


class NewChannel(Request):
    """A way to reach the client. `safe`: they agreed to be reached by it. `texts`: this phone may be
    sent text messages. `shared`: others may see what is left there. `confidential` ones (a refuge's
    address) are encrypted and never leave this organization."""

    kind: ChannelKind
    value: Line = Field(examples=["ana@example.org"])
    safe: Flag = True
    at_home: Flag = False
    texts: Flag = False
    shared: Flag = False
    confidential: Flag = False

    @model_validator(mode="after")
    def takes_texts(self) -> Self:
        if self.texts and self.kind is not ChannelKind.PHONE:
            raise ValueError("only a phone takes text messages")
        return self

    @model_validator(mode="after")
    def can_be_written_to(self) -> Self:
        if self.kind is ChannelKind.EMAIL and not EMAIL.match(self.value):
            raise ValueError("is not an e-mail address")
        return self


class Channel(Answer):
    id: UUID
    kind: ChannelKind
    value: str
    safe: bool
    at_home: bool
    texts: bool
    shared: bool
    confidential: bool


class ContactHours(Request):
    """When the client may be reached, on their own clock. Weekdays count from Monday = 0."""

    opens: LocalTime = Field(examples=["09:00"])
    closes: LocalTime = Field(examples=["17:00"])
    weekdays: list[Weekday] = Field(
        default=[0, 1, 2, 3, 4, 5, 6], min_length=1, max_length=7, examples=[[0, 1, 2, 3, 4]]
    )

    @model_validator(mode="after")
    def opens_before_it_closes(self) -> Self:
        if self.opens >= self.closes:
            raise ValueError("opens must be before closes")
        return self


class ContactPolicy(Request):
    """What was agreed about reaching the client. The reasons are encrypted.

    Without `hours` it is 08:00 to 20:00 every day; without `timezone`, on the organization's clock.
    `order`: the ways to use, best first, and no others; without it email, text, phone.
    """

    contact_prohibited: Flag = False
    contact_refused: Flag = False
    not_at_home: Flag = False
    leave_message: Flag = False
    hours: ContactHours | None = None
    timezone: Zone | None = None
    order: list[Way] | None = Field(default=None, min_length=1, max_length=3)
    reasons: Text | None = None


class NewClient(Request):
    """`not_duplicate_of` names the records that were looked at and are somebody else."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "given_name": "Ana",
                    "family_name": "Reyes",
                    "birth_date": "1988-04-02",
                    "language": "es",
                    "channels": [{"kind": "email", "value": "ana@example.org"}],
                }
            ]
        }
    )

    given_name: Line
    family_name: Line
    birth_date: PastDay | None = None
    pronouns: Line | None = None
    language: Language = "en"
    interpreter: Flag = False
    channels: list[NewChannel] = Field(default=[], max_length=20)
    contact: ContactPolicy = ContactPolicy()
    not_duplicate_of: list[UUID] = Field(default=[], max_length=50)
    confirm_new: Flag = False


class ClientChange(Request):
    """Only the fields that are sent change."""

    # The defaults are never written; they let null be refused where a value is needed.
    given_name: Line = Field(default="-", examples=["Ana"])
    family_name: Line = Field(default="-", examples=["Reyes"])
    birth_date: PastDay | None = None
    pronouns: Line | None = None
    language: Language = "en"
    interpreter: Flag = False
    deceased_on: PastDay | None = None
    contact: ContactPolicy = ContactPolicy()


class Client(Answer):
    id: UUID
    given_name: str
    family_name: str
    birth_date: date | None
    pronouns: str | None
    language: str
    interpreter: bool
    deceased_on: date | None
    contact: ContactPolicy
    channels: list[Channel]
    created_at: datetime
    version: int


class Hours(Answer):
    opens: str
    closes: str
    weekdays: list[int]
    timezone: str


class UsableWay(Answer):
    channel: Way
    address: str
    shared: bool
    """Others may answer: ask for the client, and say nothing else."""


class HowToContact(ContactDecision):
    """The best way first; `ways` are all that may be used, `hours` when."""

    hours: Hours
    ways: list[UsableWay]


class ClientSearch(Request):
    """Give a name (the beginnings of its words), a birth date, or a phone number."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "ana rey"}]})

    name: Line | None = None
    birth_date: PastDay | None = None
    phone: Line | None = None

    @model_validator(mode="after")
    def names_something(self) -> Self:
        if self.name is None and self.birth_date is None and self.phone is None:
            raise ValueError("name, birth_date or phone is needed")
        return self


class FoundClient(Answer):
    """`readable` when the caller may open the record; otherwise this is all they may know."""

    id: UUID
    given_name: str
    family_name: str
    birth_date: date | None
    case_status: str | None
    readable: bool


class NewFact(Request):
    """One fact of one class of data: `benefits` / `snap` / `{"since": "2026-01-01"}`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"data_class": "benefits", "kind": "snap", "value": "receives"}]
        }
    )

    data_class: DataClass
    kind: Code
    value: Text


class Fact(Answer):
    id: UUID
    data_class: DataClass
    kind: str
    value: Any
    created_at: datetime
    version: int
