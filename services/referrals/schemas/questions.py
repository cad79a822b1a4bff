"""Questions about a referral, and their answers."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.referrals.schemas.acts import example
from shared.schemas.strict import Answer, Request, Text


class NewQuestion(Request):
    model_config = example(text="Is there a step at the entrance of the flat?")

    text: Annotated[Text, Field(description="Kept encrypted. Name nobody: the packet does that")]


class NewAnswer(Request):
    model_config = example(text="No step, and a lift from the garage.")

    text: Annotated[Text, Field(description="Kept encrypted. Name nobody: the packet does that")]


class Question(Answer):
    """What the receiver asked. It is open until it is answered, or nobody waits for it any more."""

    id: UUID
    asked_at: datetime
    asked_by: UUID | None
    asked: str
    answered_at: datetime | None
    answered_by: UUID | None
    answer: str | None
    open: bool
