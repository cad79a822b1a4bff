"""A day on which something is looked at again, or tried again."""

from datetime import date, timedelta
from typing import Annotated

from pydantic import AfterValidator

from shared import clock
from shared.schemas.strict import Day

A_YEAR = timedelta(days=366)


def coming(day: date) -> date:
    today = clock.now().date()
    if not today <= day <= today + A_YEAR:
        raise ValueError("must be today or later, and within a year")
    return day


ComingDay = Annotated[Day, AfterValidator(coming)]
