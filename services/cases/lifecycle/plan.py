"""The lives of a plan version, its goals and its steps."""

from enum import StrEnum


class PlanStatus(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    ACTIVE = "active"
    SUPERSEDED = "superseded"
    COMPLETED = "completed"
    DISCONTINUED = "discontinued"


class PlanAction(StrEnum):
    SUBMIT = "submit"
    APPROVE = "approve"
    RETURN = "return"
    EDIT = "edit"
    ACTIVATE = "activate"
    DISCARD = "discard"
    SUPERSEDE = "supersede"
    COMPLETE = "complete"
    DISCONTINUE = "discontinue"


class GoalStatus(StrEnum):
    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    ACTIVE = "active"
    ON_HOLD = "on_hold"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class GoalAction(StrEnum):
    ACCEPT = "accept"
    REJECT = "reject"
    HOLD = "hold"
    RESUME = "resume"
    COMPLETE = "complete"
    CANCEL = "cancel"


class StepStatus(StrEnum):
    OPEN = "open"
    DONE = "done"
    CANCELLED = "cancelled"


class StepAction(StrEnum):
    CONFIRM_DONE = "confirm_done"
    CANCEL = "cancel"


class Agreement(StrEnum):
    """What the client said to the plan."""

    SIGNED = "signed"
    VERBAL = "verbal"
    DECLINED = "declined"
    UNABLE = "unable"


P, A = PlanStatus, PlanAction
EDITABLE = (P.DRAFT, P.SUBMITTED, P.APPROVED)
PLAN: dict[tuple[PlanStatus, PlanAction], PlanStatus] = {
    (P.DRAFT, A.SUBMIT): P.SUBMITTED,
    (P.SUBMITTED, A.APPROVE): P.APPROVED,
    (P.SUBMITTED, A.RETURN): P.DRAFT,
    **{(status, A.EDIT): P.DRAFT for status in EDITABLE},
    (P.APPROVED, A.ACTIVATE): P.ACTIVE,
    (P.DRAFT, A.DISCARD): P.DISCONTINUED,
    (P.APPROVED, A.DISCARD): P.DISCONTINUED,
    (P.ACTIVE, A.SUPERSEDE): P.SUPERSEDED,
    (P.ACTIVE, A.COMPLETE): P.COMPLETED,
    (P.ACTIVE, A.DISCONTINUE): P.DISCONTINUED,
}
INTERNAL = frozenset({A.EDIT, A.SUPERSEDE})
"""Never asked for by name: they follow from something else."""

G, GA = GoalStatus, GoalAction
GOAL: dict[tuple[GoalStatus, GoalAction], GoalStatus] = {
    (G.PROPOSED, GA.ACCEPT): G.ACCEPTED,
    (G.PROPOSED, GA.REJECT): G.REJECTED,
    (G.ACTIVE, GA.HOLD): G.ON_HOLD,
    (G.ON_HOLD, GA.RESUME): G.ACTIVE,
    (G.ACTIVE, GA.COMPLETE): G.COMPLETED,
    (G.ON_HOLD, GA.COMPLETE): G.COMPLETED,
    **{(s, GA.CANCEL): G.CANCELLED for s in (G.ACCEPTED, G.ACTIVE, G.ON_HOLD)},
}

STEP: dict[tuple[StepStatus, StepAction], StepStatus] = {
    (StepStatus.OPEN, StepAction.CONFIRM_DONE): StepStatus.DONE,
    (StepStatus.OPEN, StepAction.CANCEL): StepStatus.CANCELLED,
}
