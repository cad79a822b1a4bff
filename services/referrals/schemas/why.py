"""Why a referral waits: every clock that runs, and what each does next."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from shared.schemas.referrals import ReferralStatus
from shared.schemas.strict import Answer


class Reminder(Answer):
    """Somebody was told; `about` is the clock that ran out, or what else there was to tell."""

    at: datetime
    party: str
    about: str | None


class Rung(Answer):
    """What the ladder does next, and when, if nobody acts before."""

    what: str
    at: datetime


class Running(Answer):
    """One clock. A paused one stands still while a question of the receiver's is open."""

    clock: str
    waits_for: str
    due_at: datetime
    overdue: bool
    paused: bool
    repeats: Annotated[bool, Field(description="Whether its last rung repeats until somebody acts")]
    next: list[Rung]


class OpenQuestion(Answer):
    """The receiver asked, and waits for the sender's worker."""

    asked_at: datetime
    asked_by: str
    waits_for: str


class Why(Answer):
    """Why it waits. The first of its clocks says who must act now; `since` is when it last moved.

    `because` is the clock that ran out, where something is overdue.
    """

    status: ReferralStatus
    waits_for: str | None
    because: str | None
    since: datetime
    due_at: datetime | None
    overdue: bool
    overdue_since: datetime | None
    question: OpenQuestion | None
    reminded: list[Reminder]
    next: list[Rung]
    clocks: list[Running]
