"""Why a referral waits: who must act, by when, who was told, and what happens next and when."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, select

from services.referrals.lifecycle.clocks import Clock, ladder, project
from services.referrals.lifecycle.transitions import Party
from services.referrals.models import history
from services.referrals.queries.calendars import calendar_for
from services.referrals.queries.history import seen
from services.referrals.queries.questions import open_question
from shared import clock, deadlines
from shared.auth import Principal
from shared.db import Record, fetch, fetch_one
from shared.deadlines import Deadline

REMINDED = (
    select(history.c.at, history.c.reminded.label("party"), history.c.reason.label("about"))
    .where(
        history.c.referral_id == bindparam("p_id"),
        history.c.action == "remind",
        history.c.at >= bindparam("p_since"),
    )
    .order_by(history.c.at)
    .limit(100)
)
LAST_MOVE = (
    select(history.c.at)
    .where(history.c.referral_id == bindparam("p_id"), history.c.action != "remind")
    .order_by(history.c.at.desc(), history.c.version.desc())
    .limit(1)
)


def explain(connection: Connection, caller: Principal, referral_id: UUID) -> Record:
    """Every clock of the referral with its rungs ahead, the most urgent first."""
    row = seen(connection, caller, referral_id, "referral.why")
    moved = fetch_one(connection, LAST_MOVE, p_id=referral_id)
    since = row["created_at"] if moved is None else moved["at"]
    reminded = fetch(connection, REMINDED, p_id=referral_id, p_since=since)
    asked = open_question(connection, row)
    paused = {kind for kind, *_ in asked["paused"]} if asked else set[str]()
    clocks = [
        _running(connection, row, due, paused) for due in deadlines.running(connection, row["id"])
    ]
    first: Record = clocks[0] if clocks else {"waits_for": None, "due_at": None, "next": []}
    late = next((running["clock"] for running in clocks if running["overdue"]), None)
    return {
        "status": row["status"],
        "waits_for": first["waits_for"],
        "because": _cause(reminded) or late,
        "since": since,
        "due_at": first["due_at"],
        "overdue": bool(clocks) and (row["attention"] is not None or late is not None),
        "overdue_since": row["overdue_since"],
        "question": asked and _question(asked),
        "reminded": reminded,
        "next": first["next"],
        "clocks": clocks,
    }


def _running(connection: Connection, row: Record, due: Deadline, paused: set[str]) -> Record:
    kind, urgent = Clock(due.kind), row["urgency"] == "urgent"
    calendar = calendar_for(connection, row, kind)
    rungs = project(kind, urgent, due.step, due.due_at, calendar, row["asked_count"])
    rule = ladder(kind, urgent)
    return {
        "clock": kind,
        "waits_for": rule.waits_for,
        "due_at": due.due_at,
        "overdue": due.step > 0 or due.due_at <= clock.now(),
        "paused": kind in paused,
        "repeats": rule.end is None,
        "next": [asdict(rung) for rung in rungs],
    }


def _cause(reminded: list[Record]) -> Any:
    """What was last told of."""
    return reminded[-1]["about"] if reminded else None


def _question(asked: Record) -> Record:
    parties = {"asked_by": Party.RECEIVER, "waits_for": Party.WORKER}
    return {"asked_at": asked["asked_at"], **parties}
