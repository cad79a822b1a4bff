"""When things are due: business time, Monday to Friday in UTC, and how long each state may wait."""

from datetime import UTC, date, datetime, time, timedelta

SATURDAY = 5
LAST_DAY = date.max - timedelta(days=1)
INTAKE_WITHIN = timedelta(hours=24)
REVIEW_EVERY = timedelta(days=30)
DRAFT_WITHIN = timedelta(days=7)
AGREEMENT_WITHIN = timedelta(days=7)
LOCK_AFTER = timedelta(hours=24)
APPROVAL_DAYS, NOTE_DAYS, COSIGN_DAYS, DECISION_DAYS, DISPUTE_DAYS, AGAIN_DAYS = 3, 2, 2, 5, 2, 5


def business_days_after(start: datetime, days: int) -> datetime:
    """The same hour, `days` working days later."""
    due = start
    while days:
        due += timedelta(days=1)
        if due.weekday() < SATURDAY:
            days -= 1
    return due


def start_of(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


def end_of(day: date) -> datetime:
    """The moment `day` is over."""
    return start_of(min(day, LAST_DAY) + timedelta(days=1))
