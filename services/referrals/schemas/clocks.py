"""How long an organization lets each clock run before its ladder begins."""

from typing import Annotated

from pydantic import Field, model_validator

from services.referrals.lifecycle.clocks import Setting
from services.referrals.schemas.acts import example
from shared.schemas.strict import Answer, Request


class NewWait(Request):
    """Exactly one of the three. Business days are those of whoever must act; hours go round the clock."""

    model_config = example(business_days=1)

    business_days: Annotated[int | None, Field(strict=True, ge=1, le=60)] = None
    days: Annotated[int | None, Field(strict=True, ge=1, le=365)] = None
    hours: Annotated[int | None, Field(strict=True, ge=1, le=720)] = None

    @model_validator(mode="after")
    def _one_of_them(self) -> "NewWait":
        if sum(value is not None for value in (self.business_days, self.days, self.hours)) != 1:
            raise ValueError("give business days, days or hours: one of them")
        return self


class Wait(Answer):
    """One of the three is not zero."""

    business_days: int
    days: int
    hours: int


class ClockSetting(Answer):
    """A clock's ladder as it runs here: who must act within `first`, who is reminded then, and its end.

    Without an `end` the last reminder repeats. `version` is its ETag: 0 as long as it is the default.
    """

    clock: Setting
    waits_for: str
    first: Wait
    is_default: bool
    rungs: list[str]
    between: Wait | None
    end: str | None
    version: int


class Clocks(Answer):
    items: list[ClockSetting]
