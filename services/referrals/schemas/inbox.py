"""The receiver's inbox and waiting list, and the bodies of what is done there."""

from typing import Annotated, Literal

from pydantic import Field

from services.referrals.schemas.acts import example
from services.referrals.schemas.referrals import Referral
from shared.schemas.strict import Answer, Int, Request

Claimant = Literal["me", "nobody", "anybody"]
Order = Literal["newest", "longest_waiting"]


class Inbox(Answer):
    """What was sent to this organization. The counts are over all of it that is not over."""

    items: list[Referral]
    next: str | None
    counts: Annotated[dict[str, int], Field(description="How many, by status")]
    unclaimed: Annotated[int, Field(description="Live, and nobody has taken it on")]
    urgent: int
    overdue: int


class WaitlistPosition(Request):
    """Null: on the list without a position, after those that have one."""

    model_config = example(position=1)

    position: Int | None
