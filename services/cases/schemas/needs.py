"""Needs: what the client needs, in their own words and our own categories."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from services.cases.lifecycle.need import NeedStatus
from shared.schemas.needs import NeedCategory
from shared.schemas.strict import Action, Answer, Code, Int, Request, Text

Severity = Annotated[Int, Field(ge=1, le=5, description="1 is mild, 5 is a crisis")]
Priority = Annotated[Int, Field(ge=1, le=9, description="The client's own order: 1 comes first")]


class NewNeed(Request):
    """`words` are the client's own, and encrypted. `from_assessment` says what proposed it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "category": "housing",
                    "severity": 4,
                    "priority": 1,
                    "words": "Somewhere to stay before the first of the month.",
                }
            ]
        }
    )

    category: NeedCategory
    severity: Severity = 3
    priority: Priority = 1
    words: Text | None = None
    from_assessment: UUID | None = None


class NeedChange(Request):
    """Only the fields that are sent change."""

    severity: Severity = 3
    priority: Priority = 1
    words: Text | None = None


class NeedDecision(Request):
    """Why a person says so. `explanation` is encrypted."""

    reason: Code = Field(examples=["moved_in_with_family"])
    explanation: Text | None = None
    said_by: Code = Field(default="client", examples=["client", "family"])


class Need(Answer):
    """`marked`: the loop result by which a person must decide what became of it."""

    id: UUID
    case_id: UUID
    client_id: UUID
    category: NeedCategory
    gravity_code: str | None
    severity: int
    priority: int
    words: str | None
    status: NeedStatus
    marked: str | None
    met_by_referral_id: UUID | None
    resolution: str | None
    created_at: datetime
    version: int
    actions: list[Action]
