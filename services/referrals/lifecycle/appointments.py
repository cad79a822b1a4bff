"""What may follow what in the life of an appointment, and whose part it is."""

from enum import StrEnum


class AppointmentStatus(StrEnum):
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    REPLACED = "replaced"
    """Another time was proposed instead."""
    CANCELLED = "cancelled"
    ATTENDED = "attended"
    LATE = "late"
    NO_SHOW = "no_show"


S = AppointmentStatus


class Step(StrEnum):
    CONFIRM = "confirm"
    DECLINE = "decline"
    RESCHEDULE = "reschedule"
    CANCEL = "cancel"
    ATTENDED = "attended"
    LATE = "late"
    NO_SHOW = "no_show"


class Side(StrEnum):
    """Who proposes, and who confirms: never the same, where both have an account."""

    SENDER = "sender"
    RECEIVER = "receiver"


TRANSITIONS: dict[tuple[S, Step], S] = {
    (S.PROPOSED, Step.CONFIRM): S.CONFIRMED,
    (S.PROPOSED, Step.DECLINE): S.DECLINED,
    (S.PROPOSED, Step.RESCHEDULE): S.REPLACED,
    (S.PROPOSED, Step.CANCEL): S.CANCELLED,
    (S.CONFIRMED, Step.RESCHEDULE): S.REPLACED,
    (S.CONFIRMED, Step.CANCEL): S.CANCELLED,
    (S.CONFIRMED, Step.ATTENDED): S.ATTENDED,
    (S.CONFIRMED, Step.LATE): S.LATE,
    (S.CONFIRMED, Step.NO_SHOW): S.NO_SHOW,
}
ATTENDANCE = frozenset({Step.ATTENDED, Step.LATE, Step.NO_SHOW})
RECORD = "record_attendance"
ANSWERS = frozenset({Step.CONFIRM, Step.DECLINE})
NOT_OVER = frozenset({S.PROPOSED, S.CONFIRMED})


def follow(status: S, step: Step, *, at_work: bool) -> S | None:
    """`at_work`: the receiver works on the referral; else nothing new is agreed."""
    if step in (Step.CONFIRM, Step.RESCHEDULE) and not at_work:
        return None
    return TRANSITIONS.get((status, step))


def may(
    step: Step, sides: frozenset[Side], proposed_by: Side, *, receiver_has_account: bool
) -> bool:
    """Whether someone of these sides may take the step at all.

    The side that did not propose answers. For a receiver without an account its sender answers too:
    what they were told on the phone.
    """
    if step not in ANSWERS:
        return bool(sides)
    if sides - {proposed_by}:
        return True
    return not receiver_has_account and Side.SENDER in sides


def offered(
    status: S,
    sides: frozenset[Side],
    proposed_by: Side,
    *,
    at_work: bool,
    receiver_has_account: bool,
) -> list[str]:
    """The actions' names; the three of attendance are one."""
    steps = [
        step
        for step in Step
        if follow(status, step, at_work=at_work)
        and may(step, sides, proposed_by, receiver_has_account=receiver_has_account)
    ]
    return list(dict.fromkeys(RECORD if step in ATTENDANCE else str(step) for step in steps))
