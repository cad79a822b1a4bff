"""Hand-overs of a client from one side to the other."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, model_validator

from services.referrals.schemas.acts import example
from shared.schemas.strict import Answer, Flag, Moment, Request

Warm = Literal["warm_call", "joint_visit"]
NotAchieved = Literal[
    "client_absent",
    "client_changed_mind",
    "receiver_absent",
    "interpreter_absent",
    "no_time",
    "technical",
    "other",
]


class Present(StrEnum):
    WORKER = "worker"
    RECEIVER = "receiver"
    CLIENT = "client"
    PROXY = "proxy"
    INTERPRETER = "interpreter"


class NewHandOff(Request):
    """Who was there, as roles. What was not achieved has a reason."""

    model_config = example(
        kind="warm_call",
        achieved=True,
        present=["worker", "receiver", "client"],
        at="2026-11-20T10:00:00-05:00",
    )

    kind: Warm
    achieved: Flag
    present: Annotated[list[Present], Field(min_length=1, max_length=5)]
    at: Annotated[Moment, Field(description="Not in the future, not before the referral was begun")]
    reason: NotAchieved | None = None

    @model_validator(mode="after")
    def _what_failed_has_a_reason(self) -> "NewHandOff":
        if self.achieved == (self.reason is not None):
            raise ValueError("a reason belongs to what was not achieved, and to nothing else")
        return self


class HandOff(Answer):
    id: UUID
    referral_id: UUID
    kind: Warm
    achieved: bool
    reason: NotAchieved | None
    present: list[Present]
    at: datetime
    recorded_at: datetime
