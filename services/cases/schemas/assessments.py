"""Assessments: templates as data, answers given, and what they score and propose."""

from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict, Field

from services.cases.instruments import Result, Template
from services.cases.lifecycle.assessment import AssessmentStatus
from shared.schemas.strict import Action, Answer, Code, Int, Request


class Templates(Answer):
    items: list[Template]


class NewAssessment(Request):
    template: Code = Field(examples=["phq-2"])


class Answers(Request):
    """Merged into what was answered before: a partial save."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"answers": {"phq_1": 2, "phq_2": 1}}]}
    )

    answers: dict[Code, Int] = Field(max_length=300)


class Completion(Request):
    """Nothing is needed."""


class AssessmentSummary(Answer):
    id: UUID
    case_id: UUID
    client_id: UUID
    template: str
    template_version: int
    status: AssessmentStatus
    amends_id: UUID | None
    completed_at: datetime | None
    created_by: UUID
    created_at: datetime
    version: int


class Assessment(AssessmentSummary):
    """`result` once completed. What it proposes becomes a need only when a person accepts it."""

    answers: dict[str, int]
    result: Result | None
    missing: list[str]
    actions: list[Action]
