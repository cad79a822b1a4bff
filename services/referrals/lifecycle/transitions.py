"""What may follow what in the life of a referral, and who may do it (domain.md, "Referrals")."""

from enum import StrEnum

from shared.schemas.referrals import LIVE, ReferralStatus

S = ReferralStatus


class Act(StrEnum):
    """Everything that happens to a referral."""

    DRAFT = "draft"
    IMPORT = "import"
    """Moved in from another system: like drafting, a beginning."""
    DISCARD = "discard"
    SUBMIT = "submit"
    APPROVE = "approve"
    RETURN = "return"
    SEND = "send"
    ACCEPT = "accept"
    DECLINE = "decline"
    EXPIRE = "expire"
    ASK_QUESTION = "ask_question"
    ANSWER_QUESTION = "answer_question"
    RECORD_CONTACT = "record_contact"
    START = "start"
    HOLD = "hold"
    RESUME = "resume"
    REPORT_SERVED = "report_served"
    REPORT_NOT_SERVED = "report_not_served"
    WITHDRAW = "withdraw"
    REQUEST_WITHDRAWAL = "request_withdrawal"
    CONFIRM_WITHDRAWAL = "confirm_withdrawal"
    WITHDRAW_NOW = "withdraw_now"
    ASK = "ask"
    CLIENT_ANSWER = "client_answer"
    """The client's word that moves nothing. One that does is a conclusion or a contradiction."""
    CONCLUDE = "conclude"
    STOP_ASKING = "stop_asking"
    RESOLVE = "resolve"
    CONTRADICT = "contradict"
    VOID = "void"


class Party(StrEnum):
    """In what capacity somebody acts. One person can have several."""

    AUTHOR = "author"
    WORKER = "worker"
    """A case manager of the sending organization who may write in the case."""
    ENTRY_WORKER = "entry_worker"
    """The same, in a role whose sending a supervisor approves."""
    SUPERVISOR = "supervisor"
    COORDINATOR = "coordinator"
    ON_CALL = "on_call"
    RECEIVER = "receiver"
    CLIENT = "client"
    CLOCK = "clock"
    SYSTEM = "system"


AT_WORK = frozenset({S.ACCEPTED, S.IN_PROGRESS, S.ON_HOLD})
HOLDS_A_PLACE = frozenset({S.ACCEPTED, S.IN_PROGRESS})
"""With a place of the receiver's, where those are kept. On the waiting list there is none yet."""
NEVER_SENT = frozenset({S.DRAFT, S.PENDING_APPROVAL, S.DISCARDED})
ENDED = frozenset(
    {S.CLOSED, S.DECLINED, S.NOT_SERVED, S.EXPIRED, S.WITHDRAWN, S.DISCARDED, S.ENTERED_IN_ERROR}
)


def _from(starts: frozenset[S], act: Act, end: S | None = None) -> dict[tuple[S, Act], S]:
    """`act` leads from each of `starts` to `end`, or leaves the status as it is."""
    return {(start, act): end or start for start in starts}


TRANSITIONS: dict[tuple[S, Act], S] = {
    **_from(frozenset({S.DRAFT, S.PENDING_APPROVAL}), Act.DISCARD, S.DISCARDED),
    (S.DRAFT, Act.SUBMIT): S.PENDING_APPROVAL,
    (S.PENDING_APPROVAL, Act.APPROVE): S.SENT,
    (S.PENDING_APPROVAL, Act.RETURN): S.DRAFT,
    (S.DRAFT, Act.SEND): S.SENT,
    (S.SENT, Act.ACCEPT): S.ACCEPTED,
    (S.SENT, Act.DECLINE): S.DECLINED,
    (S.SENT, Act.EXPIRE): S.EXPIRED,
    (S.EXPIRED, Act.ACCEPT): S.ACCEPTED,
    **_from(LIVE, Act.ASK_QUESTION),
    **_from(LIVE, Act.ANSWER_QUESTION),
    (S.ACCEPTED, Act.RECORD_CONTACT): S.ACCEPTED,
    (S.ACCEPTED, Act.START): S.IN_PROGRESS,
    **_from(frozenset({S.ACCEPTED, S.IN_PROGRESS}), Act.HOLD, S.ON_HOLD),
    (S.ON_HOLD, Act.RESUME): S.IN_PROGRESS,
    **_from(AT_WORK, Act.REPORT_SERVED, S.AWAITING_CONFIRMATION),
    **_from(AT_WORK, Act.REPORT_NOT_SERVED, S.NOT_SERVED),
    (S.SENT, Act.WITHDRAW): S.WITHDRAWN,
    **_from(AT_WORK, Act.REQUEST_WITHDRAWAL),
    **_from(AT_WORK, Act.CONFIRM_WITHDRAWAL, S.WITHDRAWN),
    **_from(LIVE, Act.WITHDRAW_NOW, S.WITHDRAWN),
    (S.AWAITING_CONFIRMATION, Act.ASK): S.AWAITING_CONFIRMATION,
    **_from(frozenset({S.DECLINED, S.NOT_SERVED}), Act.ASK),
    **_from(frozenset(S) - NEVER_SENT - {S.ENTERED_IN_ERROR}, Act.CLIENT_ANSWER),
    # A client's yes, partly or no concludes; where it contradicts the receiver it is a contradiction.
    (S.AWAITING_CONFIRMATION, Act.CONCLUDE): S.CLOSED,
    **_from(
        frozenset({S.AWAITING_CONFIRMATION, S.CLOSED, S.DECLINED, S.NOT_SERVED}),
        Act.CONTRADICT,
        S.DISPUTED,
    ),
    (S.AWAITING_CONFIRMATION, Act.STOP_ASKING): S.CLOSED,
    (S.DISPUTED, Act.RESOLVE): S.CLOSED,
    **_from(frozenset(S) - {S.ENTERED_IN_ERROR}, Act.VOID, S.ENTERED_IN_ERROR),
}

RECEIVERS = frozenset(
    {
        Act.ACCEPT,
        Act.DECLINE,
        Act.RECORD_CONTACT,
        Act.START,
        Act.HOLD,
        Act.RESUME,
        Act.REPORT_SERVED,
        Act.REPORT_NOT_SERVED,
        Act.CONFIRM_WITHDRAWAL,
    }
)
"""What the receiver does; a worker may write it down for them, marked."""

_WORKERS = frozenset({Party.WORKER, Party.ENTRY_WORKER})
MAY: dict[Act, frozenset[Party]] = {
    Act.DISCARD: frozenset({Party.AUTHOR, Party.SUPERVISOR}),
    Act.SUBMIT: frozenset({Party.ENTRY_WORKER}),
    Act.APPROVE: frozenset({Party.SUPERVISOR}),
    Act.RETURN: frozenset({Party.SUPERVISOR}),
    Act.SEND: frozenset({Party.WORKER}),
    **{act: _WORKERS | {Party.RECEIVER} for act in RECEIVERS},
    Act.ASK_QUESTION: frozenset({Party.RECEIVER}),
    Act.ANSWER_QUESTION: _WORKERS,
    Act.WITHDRAW: _WORKERS,
    Act.REQUEST_WITHDRAWAL: _WORKERS,
    Act.WITHDRAW_NOW: frozenset({Party.SUPERVISOR}),
    Act.ASK: _WORKERS,
    Act.CLIENT_ANSWER: _WORKERS,
    Act.STOP_ASKING: _WORKERS,
    Act.RESOLVE: _WORKERS,
    Act.VOID: frozenset({Party.SUPERVISOR}),
}
"""Who may ask for it by name. Clocks, the system and the client's answer move a referral themselves."""


def follow(status: S, act: Act) -> S | None:
    """The status that `act` leads to, or None where it may not be taken."""
    return TRANSITIONS.get((status, act))


def acts_from(status: S) -> list[Act]:
    return [act for start, act in TRANSITIONS if start is status]
