"""What is open at this moment, and how much of it is overdue."""

from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, null, select, text

from services.referrals.lifecycle.transitions import Party
from services.referrals.models import referral
from services.referrals.models.referrals import UNFINISHED
from services.referrals.queries.calendars import calendar_of
from services.referrals.queries.reports.facts import Column, Facts, Rate, in_order, kept_rows
from services.referrals.queries.reports.sent import (
    KEYS,
    LABELS,
    UNRESTRICTED,
    on_record,
    partition,
    tallied,
)
from services.referrals.queries.visibility import ORGANIZATION
from shared.auth import Principal
from shared.db import fetch
from shared.schemas.referrals import LIVE
from shared.schemas.referrals import ReferralStatus as S

SIZE = Column("unfinished", "Referrals for which somebody must still act, drafts among them")
COLUMNS = (
    Column("on_time", "No date has passed"),
    Column("overdue", "A date has passed, and nobody has acted since"),
)
OVERDUE_RATE = Rate(
    Column("overdue_rate", "overdue / unfinished", "share"), ("overdue",), ("unfinished",)
)
WAITS_FOR: ColumnElement[str] = case(
    (referral.c.question_at.is_not(None), Party.WORKER),
    (referral.c.status.in_(sorted(LIVE)), Party.RECEIVER),
    (referral.c.status == S.AWAITING_CONFIRMATION, Party.CLIENT),
    (referral.c.status == S.DISPUTED, Party.WORKER),
    (referral.c.status == S.PENDING_APPROVAL, Party.SUPERVISOR),
    else_=Party.AUTHOR,
)
ROWS = {"waits_for": WAITS_FOR, **{by: KEYS[by] for by in ("status", "category", "receiver")}}


def workload(connection: Connection, caller: Principal, by: str) -> Facts:
    """By status, by who must act, by category or by receiver."""
    on_record(connection, "workload")
    rows = fetch(connection, _statement(by), p_organization=caller.tenant)
    counted = partition(COLUMNS, rows)
    counted = counted.fold(kept_rows(counted))
    return Facts(
        "workload",
        by,
        None,
        calendar_of(connection, caller.tenant).timezone,
        SIZE,
        COLUMNS,
        in_order({row["key"]: row["label"] for row in rows if row["label"]}, counted.counts),
        (counted,),
        (OVERDUE_RATE,),
    )


@cache
def _statement(by: str) -> Select[Any]:
    standing = case((referral.c.overdue_since.is_not(None), "overdue"), else_="on_time")
    each = (
        select(
            ROWS[by].label("key"),
            LABELS.get(by, null()).label("label"),
            standing.label("standing"),
        )
        .where(
            referral.c.organization == ORGANIZATION,
            text(f"referral.{UNFINISHED}"),
            UNRESTRICTED,
        )
        .subquery()
    )
    return tallied(each, {"standing": COLUMNS})
