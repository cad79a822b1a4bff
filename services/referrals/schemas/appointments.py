"""Appointments about a referral, as both sides see them."""

from datetime import datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, model_validator

from services.referrals.lifecycle.appointments import AppointmentStatus, Side, Step
from services.referrals.schemas.acts import Note, example
from services.referrals.schemas.calendars import known_zone
from shared.schemas.strict import Action, Answer, Line, Moment, Request

Kind = Literal["in_person", "phone", "video", "home_visit"]
LONGEST = timedelta(hours=24)


class NewAppointment(Request):
    """Times with their offset; `timezone` is the IANA zone in which they are told to the client."""

    model_config = example(
        starts_at="2026-12-01T10:00:00-05:00",
        ends_at="2026-12-01T11:00:00-05:00",
        timezone="America/New_York",
        kind="in_person",
        place="Front desk, second floor",
    )

    starts_at: Moment
    ends_at: Moment
    timezone: Annotated[Line, AfterValidator(known_zone)]
    kind: Kind
    place: Annotated[
        Line | None, Field(description="Where, or the number or room; kept encrypted")
    ] = None

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> "NewAppointment":
        if not timedelta() < self.ends_at - self.starts_at <= LONGEST:
            raise ValueError("it must end after it starts, within a day")
        return self


class Attendance(Request):
    """Whether the client came. A `no_show` has a reason; `unknown` is one."""

    model_config = example(attendance="no_show", reason="logistics", note="The bus did not run.")

    attendance: Literal[Step.ATTENDED, Step.LATE, Step.NO_SHOW]
    reason: Literal["acceptable", "unacceptable", "logistics", "unknown"] | None = None
    note: Note = None

    @model_validator(mode="after")
    def _only_who_stayed_away_has_a_reason(self) -> "Attendance":
        if (self.reason is not None) != (self.attendance is Step.NO_SHOW):
            raise ValueError("a reason belongs to `no_show`, and to nothing else")
        return self


class Appointment(Answer):
    """`proposed_by` is the side; the other one confirms. `note` is of its end: why, or how it went."""

    id: UUID
    referral_id: UUID
    service_name: str
    status: AppointmentStatus
    version: int
    starts_at: datetime
    ends_at: datetime
    timezone: str
    kind: Kind
    place: str | None
    proposed_by: Side
    replaces_id: UUID | None
    attendance_reason: str | None
    note: str | None
    created_at: datetime
    decided_at: datetime | None
    actions: list[Action]
