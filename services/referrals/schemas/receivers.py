"""Receivers, the people to ask for there, and how many they can take."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from services.referrals.schemas.acts import example
from services.referrals.schemas.calendars import Calendar, NewCalendar
from shared.schemas.strict import Answer, Flag, Int, Line, Request

Email = Annotated[Line, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]
Ids = Annotated[list[UUID], Field(max_length=50)]
Purpose = Literal["referrals", "urgent", "supervisor", "other"]


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
    hours: NewCalendar | None = Field(
        default=None, description="A link receiver's working hours; a tenant sets its calendar"
    )

    @model_validator(mode="after")
    def _answers_for_something(self) -> "NewReceiver":
        if not self.organization_ids and not self.service_ids:
            raise ValueError("name an organization or a service that it answers for")
        if self.name is None and not self.from_listing:
            raise ValueError("a name is needed, or the one listing of a link receiver")
        if self.hours is not None and self.kind == "tenant":
            raise ValueError("a tenant's hours are its calendar")
        return self

    @property
    def from_listing(self) -> bool:
        """Whether the directory is asked who it is."""
        return self.name is None and self.kind == "link" and len(self.service_ids) == 1


class ReceiverChange(Request):
    """Only the fields that are sent change."""

    model_config = example(active=False)

    # The defaults are never written; they let null be refused where a value is needed.
    name: Line = "-"
    email: Email | None = None
    phone: Line | None = None
    active: Flag = Field(default=True, description="Whether it takes new referrals")
    organization_ids: Ids = Field(default=[], description="HSDS organizations it answers for")
    service_ids: Ids = Field(default=[], description="HSDS services it answers for")
    hours: NewCalendar | None = Field(
        default=None, description="A link receiver's working hours; a tenant sets its calendar"
    )


class Receiver(Answer):
    id: UUID
    kind: Literal["tenant", "link"]
    name: str
    email: str | None
    phone: str | None
    organization_ids: list[UUID]
    service_ids: list[UUID]
    hours: Calendar | None
    active: bool
    version: int
    created_at: datetime


class NewContact(Request):
    """Somebody to ask for at a receiver."""

    model_config = example(name="Desk, mornings", email="desk@pantry.example", purpose="referrals")

    name: Line
    email: Email | None = None
    phone: Line | None = None
    purpose: Purpose = "referrals"

    @model_validator(mode="after")
    def _can_be_reached(self) -> "NewContact":
        if self.email is None and self.phone is None:
            raise ValueError("an e-mail address or a phone number is needed")
        return self


class ContactChange(Request):
    """Only the fields that are sent change."""

    model_config = example(active=False)

    # As in ReceiverChange.
    name: Line = "-"
    email: Email | None = None
    phone: Line | None = None
    purpose: Purpose = "referrals"
    active: Flag = True


class Contact(Answer):
    """A tenant's contacts are there for every sender, a link receiver's for whoever keeps it."""

    id: UUID
    receiver_id: UUID
    name: str
    email: str | None
    phone: str | None
    purpose: Purpose
    active: bool
    version: int
    created_at: datetime


class NewCapacity(Request):
    """`places` in all, those that are taken included. Less than are taken is allowed, and means full."""

    model_config = example(places=12)

    places: Int


class Capacity(Answer):
    """Places as of when they were last counted; who was accepted or has left since is in `taken`.

    Null, with version 0: nobody counts them.
    """

    receiver_id: UUID
    service_id: UUID
    places: int | None
    taken: int | None
    free: int | None
    as_of: datetime | None
    version: int
