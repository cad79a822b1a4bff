"""A question of the receiver's stops its clocks until the sender answers, for five days at the most.

Each clock is moved as far as the pause may last, and moved back by what was not used of it when the
answer comes. So nothing waits without a date, and who never answers stops no clock for ever.
"""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import Connection, bindparam, insert, update

from services.referrals.commands.acting import judged, on_record
from services.referrals.commands.moving import Actor, move
from services.referrals.errors import NotYet, QuestionOpen
from services.referrals.lifecycle.business_time import ROUND_THE_CLOCK, Calendar
from services.referrals.lifecycle.clocks import LONGEST_PAUSE, PAUSED, Clock
from services.referrals.lifecycle.transitions import Act
from services.referrals.models import question
from services.referrals.queries.calendars import calendar_for
from services.referrals.queries.questions import UNANSWERED, open_question
from shared import clock, deadlines
from shared.auth import Principal
from shared.db import Record, execute, fetch_one
from shared.sealing import seal

INSERT = insert(question)
ANSWER = update(question).where(question.c.id == bindparam("p_id"))


def ask(connection: Connection, caller: Principal, referral_id: UUID, text: str) -> Record:
    row, actor = judged(connection, caller, referral_id, Act.ASK_QUESTION)
    ask_locked(connection, row, actor, text)
    return on_record(connection, caller, referral_id, Act.ASK_QUESTION)


def answer(connection: Connection, caller: Principal, referral_id: UUID, text: str) -> Record:
    row, actor = judged(connection, caller, referral_id, Act.ANSWER_QUESTION)
    answer_locked(connection, row, actor, text)
    return on_record(connection, caller, referral_id, Act.ANSWER_QUESTION)


def ask_locked(connection: Connection, row: Record, by: Actor, text: str) -> Record:
    """Put the receiver's question on a locked referral. Raises QuestionOpen where one waits already."""
    if row["question_at"] is not None:
        raise QuestionOpen("Wait for the answer to the question before.")
    now, question_id = clock.now(), uuid4()
    left = _left_to_ask(connection, row)
    moved = move(connection, row, Act.ASK_QUESTION, by, question_at=now)
    asked = {
        "id": question_id,
        "organization": row["organization"],
        "receiver_organization": row["receiver_organization"],
        "referral_id": row["id"],
        "asked_at": now,
        "asked_by": by.subject,
        "asked": seal(connection, text, "question", "asked", question_id),
        "paused": _pause(connection, row, now, left),
    }
    connection.execute(INSERT, asked)
    return moved


def answer_locked(connection: Connection, row: Record, by: Actor, text: str) -> Record:
    """Answer the open question of a locked referral: its receiver's clocks go on."""
    asked = open_question(connection, row)
    if asked is None:
        raise NotYet("Nothing was asked.", code="no_question")
    now = clock.now()
    calendar = _pauses_by(connection, row)
    used = min(calendar.working_time(asked["asked_at"], now), _left(row, calendar))
    _resume(connection, row, asked, calendar, used)
    spent = row["paused_seconds"] + round(used.total_seconds())
    moved = move(connection, row, Act.ANSWER_QUESTION, by, question_at=None, paused_seconds=spent)
    sealed = seal(connection, text, "question", "answer", asked["id"])
    answered = {"answered_at": now, "answered_by": by.subject, "answer": sealed}
    execute(connection, ANSWER, {"p_id": asked["id"], **answered})
    return moved


def _pauses_by(connection: Connection, row: Record) -> Calendar:
    """The receiver's hours; what is urgent runs round the clock, and pauses so."""
    urgent = row["urgency"] == "urgent"
    return ROUND_THE_CLOCK if urgent else calendar_for(connection, row, Clock.ANSWER)


def _left(row: Record, calendar: Calendar) -> timedelta:
    """Of the time that questions may pause this referral for in all."""
    unused = LONGEST_PAUSE * calendar.day_length - timedelta(seconds=row["paused_seconds"])
    return max(unused, timedelta())


def _left_to_ask(connection: Connection, row: Record) -> timedelta:
    if fetch_one(connection, UNANSWERED, p_id=row["id"]):
        return timedelta()  # it expired over a question: that one has used up all there was
    return _left(row, _pauses_by(connection, row))


def _pause(
    connection: Connection, row: Record, now: datetime, left: timedelta
) -> list[tuple[str, str, str]]:
    """Move the receiver's clocks by all that is left; what they were due before, and are due now."""
    calendar, paused = _pauses_by(connection, row), []
    for due in deadlines.running(connection, row["id"]):
        if due.kind in PAUSED:
            before = max(due.due_at, now)
            after = calendar.add(before, left)
            deadlines.postpone(connection, row["id"], due.kind, after)
            paused.append((due.kind, before.isoformat(), after.isoformat()))
    return paused


def _resume(
    connection: Connection, row: Record, asked: Record, calendar: Calendar, used: timedelta
) -> None:
    """Move back what has been neither reached, stopped nor begun anew since it was paused."""
    now_due = {due.kind: due.due_at for due in deadlines.running(connection, row["id"])}
    for kind, before, after in asked["paused"]:
        was, paused_to = datetime.fromisoformat(before), datetime.fromisoformat(after)
        if now_due.get(kind) == paused_to:
            resumed = min(calendar.add(was, used), paused_to)
            deadlines.postpone(connection, row["id"], kind, resumed)
