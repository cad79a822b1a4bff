"""What is due on a referral and when, whom its ladder reminds, and what ends it (domain.md, "Clocks")."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.referrals.lifecycle.business_time import Calendar
from services.referrals.lifecycle.transitions import Act, Party
from shared.schemas.referrals import ReferralStatus as S


class Clock(StrEnum):
    """The kinds of deadline."""

    DRAFT = "draft"
    APPROVAL = "approval"
    ANSWER = "answer"
    FIRST_CONTACT = "first_contact"
    OUTCOME = "outcome"
    HOLD = "hold"
    WITHDRAWAL = "withdrawal"
    ASK = "ask"
    ASK_ONCE = "ask_once"
    DISPUTE = "dispute"
    QUESTION = "question"
    SUPERSEDED = "superseded"
    """Another of its group was accepted: due at once."""


@dataclass(frozen=True, slots=True)
class Wait:
    """A time to wait, in business days, calendar days or hours round the clock: one of them."""

    business_days: int = 0
    days: int = 0
    hours: int = 0

    def after(self, start: datetime, calendar: Calendar) -> datetime:
        if self.business_days:
            return calendar.after(start, self.business_days)
        return start + timedelta(days=self.days, hours=self.hours)


@dataclass(frozen=True, slots=True)
class Ladder:
    """Who must act within `first`; who is reminded at each rung after it; what ends it.

    Without an end the last rung repeats every `REPEAT` until somebody acts.
    """

    waits_for: Party
    first: Wait
    rungs: tuple[Party, ...]
    between: Wait = Wait(business_days=1)
    end: Act | None = None

    def reminds(self, step: int) -> Party | None:
        """Who is reminded at this step; None when the ladder ends here."""
        if step < len(self.rungs):
            return self.rungs[step]
        return None if self.end else self.rungs[-1]

    def next(self, step: int, now: datetime, calendar: Calendar) -> datetime:
        """When the step after `step` is due."""
        last = step + 1 >= len(self.rungs) and self.end is None
        return (REPEAT if last else self.between).after(now, calendar)


REPEAT = Wait(business_days=5)
TRIES = 3
BETWEEN_TRIES = timedelta(days=2)
UP: tuple[Party, ...] = (Party.WORKER, Party.SUPERVISOR, Party.COORDINATOR)

LADDERS: dict[Clock, Ladder] = {
    Clock.DRAFT: Ladder(
        Party.AUTHOR, Wait(days=7), (Party.AUTHOR, Party.SUPERVISOR, Party.COORDINATOR)
    ),
    Clock.APPROVAL: Ladder(
        Party.SUPERVISOR, Wait(business_days=1), (Party.SUPERVISOR, Party.COORDINATOR)
    ),
    Clock.ANSWER: Ladder(
        Party.RECEIVER, Wait(business_days=2), (Party.RECEIVER, *UP), end=Act.EXPIRE
    ),
    Clock.FIRST_CONTACT: Ladder(Party.RECEIVER, Wait(business_days=3), (Party.RECEIVER, *UP)),
    Clock.OUTCOME: Ladder(
        Party.RECEIVER,
        Wait(days=30),
        (Party.RECEIVER, Party.WORKER, Party.SUPERVISOR),
        between=Wait(days=30),
        end=Act.REPORT_NOT_SERVED,
    ),
    # Its first date is the review date; two reviews that lapse end it.
    Clock.HOLD: Ladder(
        Party.RECEIVER, Wait(), (Party.RECEIVER,), Wait(business_days=5), Act.REPORT_NOT_SERVED
    ),
    Clock.WITHDRAWAL: Ladder(Party.RECEIVER, Wait(business_days=3), (), end=Act.CONFIRM_WITHDRAWAL),
    Clock.ASK: Ladder(Party.CLOCK, Wait(days=7), UP, end=Act.STOP_ASKING),
    Clock.ASK_ONCE: Ladder(Party.CLOCK, Wait(days=7), (), end=Act.ASK),
    Clock.DISPUTE: Ladder(Party.WORKER, Wait(business_days=2), UP),
    Clock.QUESTION: Ladder(Party.WORKER, Wait(business_days=2), UP),
    Clock.SUPERSEDED: Ladder(Party.SYSTEM, Wait(), (), end=Act.WITHDRAW_NOW),
}
URGENT_ANSWER = Ladder(
    Party.RECEIVER, Wait(hours=4), (Party.RECEIVER, *UP), Wait(hours=1), Act.EXPIRE
)
"""Urgent: 4 hours round the clock, and an hour a rung."""

RUNNING: dict[S, frozenset[Clock]] = {
    S.DRAFT: frozenset({Clock.DRAFT, Clock.SUPERSEDED}),
    S.PENDING_APPROVAL: frozenset({Clock.APPROVAL, Clock.SUPERSEDED}),
    S.SENT: frozenset({Clock.ANSWER, Clock.QUESTION, Clock.SUPERSEDED}),
    S.ACCEPTED: frozenset({Clock.FIRST_CONTACT, Clock.OUTCOME, Clock.QUESTION, Clock.WITHDRAWAL}),
    S.IN_PROGRESS: frozenset({Clock.OUTCOME, Clock.QUESTION, Clock.WITHDRAWAL}),
    S.ON_HOLD: frozenset({Clock.HOLD, Clock.QUESTION, Clock.WITHDRAWAL}),
    S.AWAITING_CONFIRMATION: frozenset({Clock.ASK}),
    S.DECLINED: frozenset({Clock.ASK_ONCE}),
    S.NOT_SERVED: frozenset({Clock.ASK_ONCE}),
    S.DISPUTED: frozenset({Clock.DISPUTE}),
}
"""The clocks that may run in a status; any other is stopped on the way in."""

STARTS: dict[Act, tuple[Clock, ...]] = {
    Act.DRAFT: (Clock.DRAFT,),
    Act.RETURN: (Clock.DRAFT,),
    Act.SUBMIT: (Clock.APPROVAL,),
    Act.SEND: (Clock.ANSWER,),
    Act.APPROVE: (Clock.ANSWER,),
    Act.ACCEPT: (Clock.FIRST_CONTACT, Clock.OUTCOME),
    Act.ASK_QUESTION: (Clock.QUESTION,),
    Act.HOLD: (Clock.HOLD,),
    Act.RESUME: (Clock.OUTCOME,),
    Act.REQUEST_WITHDRAWAL: (Clock.WITHDRAWAL,),
    Act.REPORT_SERVED: (Clock.ASK,),
    Act.CONTRADICT: (Clock.DISPUTE,),
}
STOPS: dict[Act, tuple[Clock, ...]] = {
    Act.RECORD_CONTACT: (Clock.FIRST_CONTACT,),
    Act.ANSWER_QUESTION: (Clock.QUESTION,),
}
PAUSED = [clock for clock, ladder in LADDERS.items() if ladder.waits_for is Party.RECEIVER]
"""The clocks that stand still while the receiver waits for an answer to a question."""
LONGEST_PAUSE = 5
"""Working days of the receiver's that questions may pause one referral for, in all."""


class Setting(StrEnum):
    """The clocks whose first wait an organization may set."""

    DRAFT = "draft"
    APPROVAL = "approval"
    ANSWER = "answer"
    ANSWER_URGENT = "answer_urgent"
    FIRST_CONTACT = "first_contact"
    OUTCOME = "outcome"
    WITHDRAWAL = "withdrawal"
    ASK = "ask"
    ASK_ONCE = "ask_once"
    DISPUTE = "dispute"
    QUESTION = "question"


def ladder(clock: Clock, urgent: bool) -> Ladder:
    return URGENT_ANSWER if clock is Clock.ANSWER and urgent else LADDERS[clock]


def ladder_of(setting: Setting) -> Ladder:
    urgent = setting is Setting.ANSWER_URGENT
    return URGENT_ANSWER if urgent else LADDERS[Clock(setting)]


def setting_of(clock: Clock, urgent: bool) -> str:
    """The name under which an organization sets it."""
    return Setting.ANSWER_URGENT if clock is Clock.ANSWER and urgent else clock


def stopped(after: S, act: Act) -> list[Clock]:
    """The clocks that `act`, leading to `after`, stops."""
    running = RUNNING.get(after, frozenset())
    return [clock for clock in Clock if clock not in running or clock in STOPS.get(act, ())]


def spaced(last_try: datetime | None, now: datetime) -> bool:
    """Whether asking now is another try: tries stand at least two days apart."""
    return last_try is None or now - last_try >= BETWEEN_TRIES


@dataclass(frozen=True, slots=True)
class Rung:
    """What a ladder will do, and when."""

    what: str
    at: datetime


def rungs_ahead(clock: Clock, urgent: bool, step: int, asked: int) -> Sequence[str]:
    """What the ladder will do from `step` on: whom it reminds, then how it ends.

    `asked`: how often the client was asked already, which is what the clock that asks counts.
    """
    if clock is Clock.ASK:
        return [Act.ASK] * (TRIES - asked) + [Act.STOP_ASKING]
    rule = ladder(clock, urgent)
    ahead = [f"remind_{party}" for party in rule.rungs[step:]]
    if rule.end:
        return [*ahead, rule.end]
    return ahead or [f"remind_{rule.rungs[-1]}"]


def project(
    clock: Clock, urgent: bool, step: int, due_at: datetime, calendar: Calendar, asked: int
) -> list[Rung]:
    """The rungs ahead with their times, if nobody acts."""
    rule = ladder(clock, urgent)
    found, at = [], due_at
    for number, what in enumerate(rungs_ahead(clock, urgent, step, asked), step):
        found.append(Rung(what, at))
        at = at + BETWEEN_TRIES if clock is Clock.ASK else rule.next(number, at, calendar)
    return found
