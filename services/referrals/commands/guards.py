"""What must hold, beside the status, before a person's action moves a referral."""

from datetime import date, datetime, timedelta

from sqlalchemy import Connection, bindparam, exists, select

from services.referrals.commands.moving import Details
from services.referrals.errors import NotYet
from services.referrals.lifecycle.clocks import TRIES
from services.referrals.lifecycle.transitions import Act
from services.referrals.models import referral
from shared import clock
from shared.db import Record, fetch_one
from shared.errors import Invalid

FOLLOWED = select(
    exists().where(referral.c.previous_referral_id == bindparam("p_id")).label("followed")
)


LONGEST_HOLD = timedelta(days=366)


def check(connection: Connection, row: Record, action: Act, details: Details) -> None:
    """Raises when `action` may not be taken yet, or with these details."""
    today = clock.now().date()
    match action:
        case Act.HOLD if details.until is not None and not _reviewable(details.until, today):
            raise Invalid("/until", "The review date is in the past, or more than a year away.")
        case Act.REPORT_SERVED if details.served_on is not None and details.served_on > today:
            raise Invalid("/served_on", "It cannot have been served in the future.")
        case Act.REPORT_SERVED if _before_it_was_sent(details.served_on, row):
            raise Invalid("/served_on", "It was not sent yet on that day.")
        case Act.REQUEST_WITHDRAWAL if row["withdrawal_requested_at"] is not None:
            raise NotYet("The receiver was asked already.", code="withdrawal_requested")
        case Act.CONFIRM_WITHDRAWAL if row["withdrawal_requested_at"] is None:
            raise NotYet("No withdrawal was requested.", code="withdrawal_not_requested")
        case Act.STOP_ASKING if details.cannot_ask is None and row["asked_count"] < TRIES:
            raise NotYet("The client was asked less than three times.", code="tries_left")
        case Act.RESOLVE if details.not_referred_again is None:
            followed = fetch_one(connection, FOLLOWED, p_id=row["id"])
            if followed is None or not followed["followed"]:
                detail = "Say why the client is not referred again, or refer them first."
                raise Invalid("/not_referred_again", detail)


def _before_it_was_sent(served_on: date | None, row: Record) -> bool:
    """By the earliest zone on earth. What was moved in may have been served before it came here."""
    if served_on is None or row["imported"]:
        return False
    sent_at: datetime = row["sent_at"]
    return served_on < (sent_at - timedelta(hours=12)).date()


def _reviewable(until: date, today: date) -> bool:
    return today <= until <= today + LONGEST_HOLD
