"""People who work here, as the API shows them."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from shared.roles import Role
from shared.schemas.strict import Answer, Day, Flag, Line, Request
from shared.zones import zones


def known_zone(name: str) -> str:
    if name not in zones():
        raise ValueError("is not an IANA time zone")
    return name


Zone = Annotated[Line, AfterValidator(known_zone)]


class Organization(Answer):
    id: UUID
    name: str
    timezone: str | None
    version: int


class OrganizationChange(Request):
    """`timezone`: on whose clock clients are reached whose own is not known; UTC without one."""

    name: Line = Field(examples=["Harbour Community Services"])
    timezone: Zone | None = Field(default=None, examples=["America/New_York"])


class Staff(Answer):
    """`id` is the subject of the person's token."""

    id: UUID
    name: str
    roles: list[Role]
    active: bool
    teams: list[UUID]
    supervisors: list[UUID]
    version: int


class StaffChange(Request):
    active: Flag
    teams: list[UUID] = Field(max_length=50)


class NewTeam(Request):
    name: Line = Field(examples=["North team"])


class Team(Answer):
    id: UUID
    name: str
    members: list[UUID]
    version: int


class Members(Request):
    staff_ids: list[UUID] = Field(max_length=500)


class NewSupervisionLine(Request):
    """`from_date` defaults to today; without `to_date` it holds until it is ended."""

    supervisor_id: UUID
    staff_id: UUID
    from_date: Day | None = None
    to_date: Day | None = None


class LineEnd(Request):
    """The first day on which the line no longer holds; today by default."""

    to_date: Day | None = None


class SupervisionLine(Answer):
    id: UUID
    supervisor_id: UUID
    staff_id: UUID
    from_date: date
    to_date: date | None
    version: int


class NewAgreement(Request):
    """A partner that a consent for "any organization with an agreement" covers."""

    partner_id: UUID
    partner_name: Line
    starts_on: Day
    ends_on: Day | None = None


class AgreementChange(Request):
    """The last day on which it is in force; null when it holds until it is ended."""

    ends_on: Day | None = Field(examples=["2027-12-31"])


class Agreement(Answer):
    id: UUID
    partner_id: UUID
    partner_name: str
    starts_on: date
    ends_on: date | None
    created_at: datetime
    version: int
