"""The words for where a referral stands, which cases and referrals share (domain.md, "Referrals")."""

from enum import StrEnum


class ReferralStatus(StrEnum):
    DRAFT = "draft"
    PENDING_APPROVAL = "pending_approval"
    SENT = "sent"
    ACCEPTED = "accepted"
    IN_PROGRESS = "in_progress"
    ON_HOLD = "on_hold"
    AWAITING_CONFIRMATION = "awaiting_confirmation"
    DISPUTED = "disputed"
    CLOSED = "closed"
    DECLINED = "declined"
    NOT_SERVED = "not_served"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    DISCARDED = "discarded"
    ENTERED_IN_ERROR = "entered_in_error"


LIVE = frozenset(
    {
        ReferralStatus.SENT,
        ReferralStatus.ACCEPTED,
        ReferralStatus.IN_PROGRESS,
        ReferralStatus.ON_HOLD,
    }
)
"""The receiver may still act."""

UNRESOLVED = LIVE | {ReferralStatus.AWAITING_CONFIRMATION, ReferralStatus.DISPUTED}
"""Somebody must still act: an open need with one of these is addressed."""


class LoopResult(StrEnum):
    """Computed from the latest word of each side, never set."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    PARTIAL = "partial"
    DISPUTED = "disputed"
    PROVIDER_ONLY = "provider_only"
    CLIENT_ONLY = "client_only"
    STAFF_REPORTED = "staff_reported"
    UNMET = "unmet"
