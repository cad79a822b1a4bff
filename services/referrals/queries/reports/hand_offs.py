"""Whether the planned way of handing over was achieved, and what came of it."""

from typing import Any

from sqlalchemy import Connection, Select, case, func, select, true

from services.referrals.models import hand_off, referral
from services.referrals.queries.reports.facts import Column, Facts, Rate, in_order
from services.referrals.queries.reports.loop import LOOP_RATES, RESULTS, SIZE
from services.referrals.queries.reports.sent import (
    SENT,
    key_and_label,
    on_record,
    partition,
    tallied,
    year_of,
)
from shared.auth import Principal
from shared.db import fetch

HAND_OFFS = (
    Column("achieved", "A warm call or joint visit took place, by what either side put on record"),
    Column("not_achieved", "One was tried, and none took place"),
    Column("not_recorded", "None is on record"),
)
ACHIEVED = Rate(
    Column("achieved_rate", "achieved / sent, for this planned kind of hand-off", "share"),
    ("achieved",),
    ("sent",),
)


def _statement() -> Select[Any]:
    # Looked up in the index: a join of two estimates may be planned as a loop in a loop.
    recorded = (
        select(func.bool_or(hand_off.c.achieved).label("achieved"))
        .where(hand_off.c.referral_id == referral.c.id, hand_off.c.kind != "cold")
        .lateral("recorded")
    )
    outcome = case(
        (recorded.c.achieved.is_(None), "not_recorded"),
        (recorded.c.achieved, "achieved"),
        else_="not_achieved",
    )
    each = (
        select(*key_and_label("hand_off"), outcome.label("outcome"), referral.c.loop)
        .select_from(referral.join(recorded, true()))
        .where(*SENT)
        .subquery()
    )
    return tallied(each, {"outcome": HAND_OFFS, "loop": RESULTS})


COUNTS = _statement()


def hand_offs(connection: Connection, caller: Principal, number: int | None) -> Facts:
    """By the kind that was planned when sending."""
    on_record(connection, "hand_offs")
    year = year_of(connection, caller, number)
    rows = fetch(connection, COUNTS, **year.parameters(caller.tenant))
    outcomes, results = partition(HAND_OFFS, rows), partition(RESULTS, rows)
    return Facts(
        "hand_offs",
        "hand_off",
        year.number,
        year.timezone,
        SIZE,
        (*HAND_OFFS, *RESULTS),
        in_order({}, results.counts),
        (outcomes, results),
        (ACHIEVED, *LOOP_RATES),
    )
