"""Why a referral ended without help: each code, whose it is, and when to try again (domain.md)."""

from dataclasses import dataclass
from enum import StrEnum


class Retry(StrEnum):
    ANY_TIME = "any_time"
    LATER = "later"
    NEVER_HERE = "never_here"
    """Never this client at this listing."""
    REVIEW = "review"
    """A person looks at it first."""
    AFTER_HOLD = "after_hold"
    NOT_AT_ALL = "not_at_all"


@dataclass(frozen=True, slots=True)
class Rule:
    party: str
    retry: Retry = Retry.ANY_TIME


class Reason(StrEnum):
    NO_CAPACITY = "no_capacity"
    NOT_ELIGIBLE = "not_eligible"
    OUT_OF_AREA = "out_of_area"
    SERVICE_ENDED = "service_ended"
    INSUFFICIENT_INFORMATION = "insufficient_information"
    SAFETY_EXCLUSION = "safety_exclusion"
    NO_FUNDS = "no_funds"
    LANGUAGE_BARRIER = "language_barrier"
    NO_OUTCOME_REPORTED = "no_outcome_reported"
    CLIENT_DECLINED = "client_declined"
    CLIENT_NO_LONGER_NEEDS = "client_no_longer_needs"
    NEEDS_MET_ELSEWHERE = "needs_met_elsewhere"
    COULD_NOT_CONTACT = "could_not_contact"
    NO_SHOW = "no_show"
    MISSING_DOCUMENTS = "missing_documents"
    TRANSPORT_BARRIER = "transport_barrier"
    COST_BARRIER = "cost_barrier"
    MOVED = "moved"
    HOSPITALISED_OR_INCARCERATED = "hospitalised_or_incarcerated"
    DECEASED = "deceased"
    DUPLICATE = "duplicate"
    SENT_IN_ERROR = "sent_in_error"
    EXPIRED_NO_RESPONSE = "expired_no_response"
    CONSENT_REVOKED = "consent_revoked"
    SUPERSEDED = "superseded"
    OTHER = "other"


RULES: dict[Reason, Rule] = {
    Reason.NO_CAPACITY: Rule("provider", Retry.LATER),
    Reason.NOT_ELIGIBLE: Rule("provider", Retry.NEVER_HERE),
    Reason.OUT_OF_AREA: Rule("provider"),
    Reason.SERVICE_ENDED: Rule("provider", Retry.NOT_AT_ALL),
    Reason.INSUFFICIENT_INFORMATION: Rule("provider"),
    Reason.SAFETY_EXCLUSION: Rule("provider", Retry.REVIEW),
    Reason.NO_FUNDS: Rule("provider", Retry.LATER),
    Reason.LANGUAGE_BARRIER: Rule("provider"),
    Reason.NO_OUTCOME_REPORTED: Rule("provider"),
    Reason.CLIENT_DECLINED: Rule("client"),
    Reason.CLIENT_NO_LONGER_NEEDS: Rule("client"),
    Reason.NEEDS_MET_ELSEWHERE: Rule("client"),
    Reason.COULD_NOT_CONTACT: Rule("client"),
    Reason.NO_SHOW: Rule("client"),
    Reason.MISSING_DOCUMENTS: Rule("client"),
    Reason.TRANSPORT_BARRIER: Rule("client"),
    Reason.COST_BARRIER: Rule("client"),
    Reason.MOVED: Rule("client"),
    Reason.HOSPITALISED_OR_INCARCERATED: Rule("client", Retry.AFTER_HOLD),
    Reason.DECEASED: Rule("client", Retry.NOT_AT_ALL),
    Reason.DUPLICATE: Rule("sender"),
    Reason.SENT_IN_ERROR: Rule("sender"),
    Reason.EXPIRED_NO_RESPONSE: Rule("system"),
    Reason.CONSENT_REVOKED: Rule("system", Retry.NOT_AT_ALL),
    Reason.SUPERSEDED: Rule("system"),
    Reason.OTHER: Rule("other", Retry.REVIEW),
}

ASK_THE_CLIENT = frozenset({Reason.COULD_NOT_CONTACT, Reason.NO_SHOW})
"""Said of the client by the receiver, so the client is asked too."""
