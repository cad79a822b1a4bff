"""Clients, how to reach them, and the facts on record about them."""

import re
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from shared.schemas.disclosures import DataClass
from shared.schemas.strict import Answer, Code, Flag, Language, Line, PastDay, Request, Text

EMAIL = re.compile(r"^[^@\s<>,;:\"]{1,64}@[^@\s<>,;:\"]{1,190}$")


class ChannelKind(StrEnum):
    PHONE = "phone"
    EMAIL = "email"
    ADDRESS = "address"


class NewChannel(Request):
    """A way to reach the client. `safe`: they agreed to be reached by it. `confidential` ones
    (a refuge's address) are encrypted and never leave this organization."""

    kind: ChannelKind
    value: Line = Field(examples=["ana@example.org"])
    safe: Flag = True
    at_home: Flag = False
    confidential: Flag = False

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
    confidential: bool


class ContactPolicy(Request):
    """What was agreed about reaching the client. The reasons are encrypted."""

    contact_prohibited: Flag = False
    contact_refused: Flag = False
    not_at_home: Flag = False
    leave_message: Flag = False
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
