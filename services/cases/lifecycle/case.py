"""The life of a case: the one place that says what may follow what, and who may do it."""

from enum import StrEnum


class CaseStatus(StrEnum):
    INQUIRY = "inquiry"
    WAITLISTED = "waitlisted"
    SCREENED_OUT = "screened_out"
    OPEN = "open"
    ON_HOLD = "on_hold"
    CLOSURE_PROPOSED = "closure_proposed"
    CLOSED = "closed"
    ENTERED_IN_ERROR = "entered_in_error"


class CaseAction(StrEnum):
    OPEN = "open"
    WAITLIST = "waitlist"
    SCREEN_OUT = "screen_out"
    HOLD = "hold"
    RESUME = "resume"
    REVIEW = "review"
    PROPOSE_CLOSURE = "propose_closure"
    APPROVE_CLOSURE = "approve_closure"
    REJECT_CLOSURE = "reject_closure"
    CLOSE_NOW = "close_now"
    VOID = "void"


class Doer(StrEnum):
    """Who may take an action."""

    INTAKE = "intake"
    """Whoever writes this case and may take inquiries."""
    SCREENER = "screener"
    """An intake worker who writes this case, or its supervisor."""
    OWNER = "owner"
    """The owner, or the supervisor."""
    SUPERVISOR = "supervisor"


S, A = CaseStatus, CaseAction
LIVE = (S.INQUIRY, S.WAITLISTED, S.OPEN, S.ON_HOLD, S.CLOSURE_PROPOSED)
"""Somebody is at work on it."""

TRANSITIONS: dict[tuple[CaseStatus, CaseAction], CaseStatus] = {
    (S.INQUIRY, A.OPEN): S.OPEN,
    (S.INQUIRY, A.WAITLIST): S.WAITLISTED,
    (S.INQUIRY, A.SCREEN_OUT): S.SCREENED_OUT,
    (S.WAITLISTED, A.OPEN): S.OPEN,
    (S.WAITLISTED, A.SCREEN_OUT): S.SCREENED_OUT,
    (S.OPEN, A.HOLD): S.ON_HOLD,
    (S.ON_HOLD, A.RESUME): S.OPEN,
    **{(status, A.REVIEW): status for status in (S.WAITLISTED, S.OPEN, S.ON_HOLD)},
    (S.OPEN, A.PROPOSE_CLOSURE): S.CLOSURE_PROPOSED,
    (S.ON_HOLD, A.PROPOSE_CLOSURE): S.CLOSURE_PROPOSED,
    (S.CLOSURE_PROPOSED, A.APPROVE_CLOSURE): S.CLOSED,
    (S.CLOSURE_PROPOSED, A.REJECT_CLOSURE): S.OPEN,
    **{(status, A.CLOSE_NOW): S.CLOSED for status in LIVE},
    **{(status, A.VOID): S.ENTERED_IN_ERROR for status in S if status is not S.ENTERED_IN_ERROR},
}

DOERS: dict[CaseAction, Doer] = {
    A.OPEN: Doer.INTAKE,
    A.WAITLIST: Doer.INTAKE,
    A.SCREEN_OUT: Doer.SCREENER,
    A.HOLD: Doer.OWNER,
    A.RESUME: Doer.OWNER,
    A.REVIEW: Doer.OWNER,
    A.PROPOSE_CLOSURE: Doer.OWNER,
    A.APPROVE_CLOSURE: Doer.SUPERVISOR,
    A.REJECT_CLOSURE: Doer.SUPERVISOR,
    A.CLOSE_NOW: Doer.SUPERVISOR,
    A.VOID: Doer.SUPERVISOR,
}


class Phase(StrEnum):
    ASSESSMENT = "assessment"
    PLANNING = "planning"
    IMPLEMENTATION = "implementation"
    MONITORING = "monitoring"
    CLOSING = "closing"
    POST_CLOSURE = "post_closure"


def phase(status: CaseStatus, *, needs: int, active_plans: int, open_steps: int) -> Phase:
    """Where the work stands, derived from what there is."""
    if status in (S.CLOSED, S.SCREENED_OUT, S.ENTERED_IN_ERROR):
        return Phase.POST_CLOSURE
    if status is S.CLOSURE_PROPOSED:
        return Phase.CLOSING
    if active_plans:
        return Phase.IMPLEMENTATION if open_steps else Phase.MONITORING
    return Phase.PLANNING if needs else Phase.ASSESSMENT
