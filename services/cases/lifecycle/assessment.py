"""The life of an assessment: filled in, completed for good, amended only by a new one."""

from enum import StrEnum


class AssessmentStatus(StrEnum):
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    AMENDED = "amended"


class AssessmentAction(StrEnum):
    ANSWER = "answer"
    COMPLETE = "complete"
    AMEND = "amend"


S, A = AssessmentStatus, AssessmentAction
TRANSITIONS: dict[tuple[AssessmentStatus, AssessmentAction], AssessmentStatus] = {
    (S.IN_PROGRESS, A.ANSWER): S.IN_PROGRESS,
    (S.IN_PROGRESS, A.COMPLETE): S.COMPLETED,
    (S.COMPLETED, A.AMEND): S.AMENDED,
}
