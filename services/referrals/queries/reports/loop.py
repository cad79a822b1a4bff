"""Whether loops close: how referrals were answered, and what both sides' words add up to."""

from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, select

from services.referrals.models import referral
from services.referrals.queries.reports.facts import (
    Column,
    Facts,
    Rate,
    in_order,
    kept_rows,
)
from services.referrals.queries.reports.sent import (
    RECEIVED,
    SENT,
    key_and_label,
    on_record,
    partition,
    tallied,
    year_of,
)
from shared.auth import Principal
from shared.db import fetch
from shared.schemas.referrals import LoopResult
from shared.schemas.referrals import ReferralStatus as S

SIZE = Column("sent", "Referrals sent in the year; without those entered in error")
# A decline that the client contradicted was never reported on: it still counts as declined.
_declined = (referral.c.status == S.DECLINED) | and_(
    referral.c.status.in_([S.DISPUTED, S.CLOSED]), referral.c.reported_at.is_(None)
)
ANSWER: ColumnElement[str] = case(
    (_declined, "declined"),
    (referral.c.status == S.EXPIRED, "expired"),
    (referral.c.status == S.SENT, "waiting"),
    (
        and_(referral.c.status == S.WITHDRAWN, referral.c.answered_at.is_(None)),
        "withdrawn_unanswered",
    ),
    else_="accepted",
)
ANSWERS = (
    Column("accepted", "Accepted by the receiver, whatever came after; late acceptances too"),
    Column("declined", "Declined by the receiver, also where the client contradicted it later"),
    Column("expired", "Not answered by the end of the ladder, and not accepted late"),
    Column("withdrawn_unanswered", "Withdrawn before the receiver answered"),
    Column("waiting", "Still waiting for the receiver's answer"),
)
RESULTS = (
    Column("confirmed", "Receiver and client both say that help was given"),
    Column("partial", "The client says that it helped partly"),
    Column("client_only", "The client says that help was given; the receiver has said nothing"),
    Column("provider_only", "The receiver says that help was given; the client has said nothing"),
    Column("staff_reported", "One person wrote down both sides' words"),
    Column("disputed", "Receiver and client contradict one another"),
    Column("unmet", "No help, by the last word of who has spoken: a decline is one"),
    Column("open", "Nobody has said yet what came of it"),
)
assert {column.name for column in RESULTS} == set(map(str, LoopResult))
_answered = ("accepted", "declined", "expired")


def _rate(name: str, definition: str, of: str, among: tuple[str, ...], rest: bool = False) -> Rate:
    return Rate(Column(name, definition, "share"), (of,), among, rest)


ANSWER_RATES = (
    _rate("acceptance_rate", "accepted / (accepted + declined + expired)", "accepted", _answered),
    _rate("decline_rate", "declined / (accepted + declined + expired)", "declined", _answered),
    _rate("expiry_rate", "expired / (accepted + declined + expired)", "expired", _answered),
)
LOOP_RATES = (
    _rate(
        "loop_closed_rate",
        "(sent - open) / sent: somebody said what came of it",
        "open",
        ("sent",),
        True,
    ),
    _rate("confirmed_rate", "confirmed / sent", "confirmed", ("sent",)),
    _rate("provider_only_rate", "provider_only / sent", "provider_only", ("sent",)),
    _rate("disagreement_rate", "disputed / sent", "disputed", ("sent",)),
)


def loop(connection: Connection, caller: Principal, by: str, year: int | None) -> Facts:
    """How the year's referrals were answered, and their loop results."""
    on_record(connection, "loop")
    return counted(connection, caller, "loop", by, year, SENT)


def receivers(connection: Connection, caller: Principal, year: int | None) -> Facts:
    """The scorecard: of every receiver for whoever reports on the organization, its own for a receiver."""
    on_record(connection, "receivers")
    mine = "reports:read" not in caller.scopes
    return counted(connection, caller, "receivers", "receiver", year, RECEIVED if mine else SENT)


def counted(
    connection: Connection,
    caller: Principal,
    name: str,
    by: str,
    number: int | None,
    population: tuple[ColumnElement[bool], ...],
) -> Facts:
    year = year_of(connection, caller, number)
    rows = fetch(connection, _counts(by, population), **year.parameters(caller.tenant))
    answers = partition(ANSWERS, rows)
    results = partition(RESULTS, rows)
    kept = kept_rows(results)
    results = results.fold(kept)
    return Facts(
        name,
        by,
        year.number,
        year.timezone,
        SIZE,
        (*ANSWERS, *RESULTS),
        in_order({row["key"]: row["label"] for row in rows if row["label"]}, results.counts),
        (answers.fold(kept), results),
        (*ANSWER_RATES, *LOOP_RATES),
    )


@cache
def _counts(by: str, population: tuple[ColumnElement[bool], ...]) -> Select[Any]:
    each = (
        select(*key_and_label(by), ANSWER.label("answer"), referral.c.loop)
        .where(*population)
        .subquery()
    )
    return tallied(each, {"answer": ANSWERS, "loop": RESULTS})
