"""Cases: who is served by whom, and in what state the work is."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from services.cases.lifecycle.case import CaseStatus, Phase
from shared.schemas.strict import Action, Answer, Code, Day, Flag, Int, Request, Text

Guard = Annotated[str, StringConstraints(pattern=r"^[A-Z_]{3,40}$")]
"""The code of a closure guard, such as OPEN_REFERRAL."""


class NewCase(Request):
    """An inquiry. `presenting` is the client's own account of why they came; it is encrypted."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "client_id": "0f8b1c8e-8f0e-4a58-9d63-5f5b5d0b6d11",
                    "presenting": "I will lose my flat at the end of the month.",
                }
            ]
        }
    )

    client_id: UUID
    presenting: Text | None = None
    team_id: UUID | None = None
    restricted: Flag = False


class OpenCase(Request):
    """Opening names an owner: the caller, unless somebody else is named."""

    owner_id: UUID | None = None
    team_id: UUID | None = None


class WaitlistCase(Request):
    priority: Int = Field(default=3, ge=1, le=5)
    review_on: Day


class ScreenOut(Request):
    """`pointed_to`: where the person was sent instead. Encrypted."""

    reason: Code = Field(examples=["not_eligible"])
    pointed_to: Text


class HoldCase(Request):
    reason: Code = Field(examples=["client_away"])
    review_on: Day


class ResumeCase(Request):
    """Nothing is needed to go on."""


class ReviewCase(Request):
    """Looked at; when it is looked at again."""

    review_on: Day


class ProposeClosure(Request):
    """`overrides`: a guard's code and the reason it does not matter here."""

    outcome: Code = Field(examples=["goals_met"])
    summary: Text
    transition_plan: Text | None = None
    overrides: dict[Guard, Text] = Field(default={}, max_length=20)


class ApproveClosure(Request):
    """Guards are judged again now."""


class RejectClosure(Request):
    comment: Text


class CloseNow(Request):
    """Without a proposal: `deceased` (once the death is on record), `duplicate` or `safety`."""

    reason: Code = Field(pattern="^(deceased|duplicate|safety)$", examples=["deceased"])
    explanation: Text


class VoidCase(Request):
    reason: Code = Field(examples=["wrong_client"])


class OwnerChange(Request):
    owner_id: UUID
    team_id: UUID | None = None


class CareTeam(Request):
    staff_ids: list[UUID] = Field(max_length=50)


class Restriction(Request):
    """A restricted case is absent for everybody who is not named on it."""

    restricted: Flag


class CaseSummary(Answer):
    id: UUID
    client_id: UUID
    status: CaseStatus
    owner_id: UUID
    team_id: UUID | None
    restricted: bool
    priority: int | None
    review_on: date | None
    opened_at: datetime | None
    closed_at: datetime | None
    created_at: datetime
    version: int


class Case(CaseSummary):
    """`phase` is derived from the work; `actions` are what this caller may do next."""

    phase: Phase
    named: list[UUID]
    presenting: str | None
    reason: str | None
    explanation: dict[str, Any] | None
    outcome: str | None
    previous_case_id: UUID | None
    next_due_at: datetime | None
    actions: list[Action]


class TimelineEntry(Answer):
    """What happened, in codes. `subject` is the thing it happened to."""

    id: UUID
    case_id: UUID | None
    kind: str
    subject: UUID
    actor: UUID | None
    codes: list[str]
    created_at: datetime
