"""Dead ends: which they are, and whether a client may be sent again to where it came to nothing."""

from dataclasses import dataclass
from datetime import date, timedelta

from services.referrals.lifecycle.reasons import RULES, Reason, Retry
from shared.schemas.referrals import LoopResult, ReferralStatus

S = ReferralStatus
CAME_TO_NOTHING = frozenset({S.DECLINED, S.EXPIRED, S.NOT_SERVED, S.WITHDRAWN, S.DISPUTED})
NOT_ENOUGH = frozenset({LoopResult.UNMET, LoopResult.PARTIAL})
"""Closed, and the client still needs it."""
LATER = timedelta(days=30)
"""How long `later` is, where the receiver named no date."""
ABOUT_THE_LISTING = frozenset({Reason.NOT_ELIGIBLE, Reason.SERVICE_ENDED})
"""What speaks against the listing for good. Deceased or revoked says nothing of the listing."""


def is_dead_end(status: S, loop: LoopResult) -> bool:
    """Whether another referral may follow it."""
    return status in CAME_TO_NOTHING or (status is S.CLOSED and loop in NOT_ENOUGH)


@dataclass(frozen=True, slots=True)
class Bar:
    """Why not again there: until a date, until a person has looked (`review`), or never."""

    reason: Reason
    until: date | None = None
    review: bool = False


def bar(reason: str | None, ended_on: date, retry_on: date | None, today: date) -> Bar | None:
    """What the receiver's last word about this client keeps them from; None where nothing does."""
    if reason is None:
        return None
    code = Reason(reason)
    match RULES[code].retry:
        case Retry.LATER:
            until = retry_on or ended_on + LATER
            return Bar(code, until=until) if today < until else None
        case Retry.REVIEW:
            return Bar(code, review=True)
        case _:
            return Bar(code) if code in ABOUT_THE_LISTING else None
