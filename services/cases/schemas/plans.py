"""Plan versions with their goals and steps."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from services.cases.lifecycle.plan import Agreement, GoalStatus, PlanStatus, StepStatus
from shared.schemas.strict import Action, Answer, Day, Flag, Line, Request, Text

Attainment = Annotated[
    int, Field(strict=True, ge=-2, le=2, description="Goal attainment scaling: -2 to +2")
]


class StepOwner(StrEnum):
    CLIENT = "client"
    WORKER = "worker"
    PROVIDER = "provider"


class NewPlan(Request):
    """A new version begins with the goals and steps of the version in force, unless `empty`."""

    empty: Flag = False


class NewGoal(Request):
    """`words` are the client's own. Both are encrypted."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"title": "A place of my own by spring", "target_on": "2027-03-20"}]
        }
    )

    title: Line
    words: Text | None = None
    need_ids: list[UUID] = Field(default=[], max_length=20)
    target_on: Day | None = None


class GoalChange(NewGoal):
    """The whole content of the goal."""


class NewStep(Request):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"title": "Visit the shelter", "owner": "client", "due_on": "2027-01-15"}]
        }
    )

    title: Line
    owner: StepOwner
    due_on: Day | None = None
    need_id: UUID | None = None


class StepChange(NewStep):
    """The whole content of the step."""


class Return(Request):
    """Why it needs another look. Encrypted."""

    comment: Text


class Submission(Request):
    """Nothing is needed."""


class ClientAgreement(Request):
    """`verbal` needs a witness; `declined` and `unable` a reason."""

    agreement: Agreement
    witness: Line | None = None
    reason: Text | None = None

    @model_validator(mode="after")
    def explained(self) -> Self:
        if self.agreement is Agreement.VERBAL and self.witness is None:
            raise ValueError("a verbal agreement needs a witness")
        if self.agreement in (Agreement.DECLINED, Agreement.UNABLE) and self.reason is None:
            raise ValueError("a reason is needed")
        return self


class GoalDecision(Request):
    """`attainment` when the goal is completed."""

    attainment: Attainment | None = None


class StepDecision(Request):
    """Nothing is needed."""


class Step(Answer):
    """`identity` is what it keeps across versions; `proposed_done_at` when a referral helped."""

    id: UUID
    identity: UUID
    goal_id: UUID
    plan_id: UUID
    title: str
    owner: StepOwner
    due_on: date | None
    need_id: UUID | None
    referral_id: UUID | None
    status: StepStatus
    proposed_done_at: datetime | None
    done_at: datetime | None
    version: int


class Goal(Answer):
    id: UUID
    identity: UUID
    plan_id: UUID
    title: str
    words: str | None
    need_ids: list[UUID]
    target_on: date | None
    status: GoalStatus
    attainment: int | None
    version: int
    steps: list[Step]


class PlanSummary(Answer):
    id: UUID
    case_id: UUID
    number: int
    status: PlanStatus
    submitted_at: datetime | None
    approved_by: UUID | None
    approved_at: datetime | None
    agreement: Agreement | None
    activated_at: datetime | None
    ended_at: datetime | None
    created_by: UUID
    created_at: datetime
    version: int


class Plan(PlanSummary):
    comment: str | None
    goals: list[Goal]
    actions: list[Action]
