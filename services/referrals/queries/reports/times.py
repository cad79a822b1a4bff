"""How long referrals take: to an answer, to first contact, to the start of help, to the end."""

from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, extract, func, not_, select, tuple_

from services.referrals.models import referral
from services.referrals.queries.reports.facts import (
    TOTAL,
    Column,
    Facts,
    Measure,
    Partition,
    in_order,
    kept_rows,
)
from services.referrals.queries.reports.loop import SIZE
from services.referrals.queries.reports.sent import SENT, key_and_label, on_record, year_of
from shared.auth import Principal
from shared.db import Record, fetch

UNTIL: dict[str, tuple[ColumnElement[Any], str]] = {
    "answer": (referral.c.answered_at, "the receiver accepted or declined"),
    "first_contact": (referral.c.first_contact_at, "the receiver first reached the client"),
    "start": (referral.c.started_at, "help began"),
    "end": (referral.c.ended_at, "it ended, in whatever way"),
}
STATISTICS = {"median": 0.5, "p90": 0.9}
# How many have got so far is not shown: with other reports' columns it would give withheld ones away.
COLUMNS = tuple(
    Column(
        f"{name}_{statistic}_hours",
        f"Hours round the clock from sending until {what}: percentile_cont({at}), of those that have "
        "got so far, 11 or more; without those moved in from another system",
        "hours",
    )
    for name, (_, what) in UNTIL.items()
    for statistic, at in STATISTICS.items()
)


def times(connection: Connection, caller: Principal, by: str, number: int | None) -> Facts:
    """Medians and 90th percentiles of the year's referrals, of those that have got so far."""
    on_record(connection, "times")
    year = year_of(connection, caller, number)
    rows = fetch(connection, _statement(by), **year.parameters(caller.tenant))
    by_row = {TOTAL if row["of_all"] else row["key"]: row for row in rows}
    total = by_row.pop(TOTAL, None)
    partitions = [_reached(name, by_row) for name in UNTIL]
    kept = kept_rows(partitions[0])
    partitions = [partition.fold(kept) for partition in partitions]
    known = {row: by_row[row] for row in kept} | ({} if total is None else {TOTAL: total})
    labels = {key: row["label"] for key, row in by_row.items() if row["label"]}
    return Facts(
        "times",
        by,
        year.number,
        year.timezone,
        SIZE,
        COLUMNS,
        in_order(labels, partitions[0].counts),
        partitions,
        measures=[
            Measure(
                f"{name}_{statistic}_hours",
                f"{name}_count",
                {row: values[f"{name}_{statistic}"] for row, values in known.items()},
            )
            for name in UNTIL
            for statistic in STATISTICS
        ],
    )


def _reached(name: str, rows: dict[str, Record]) -> Partition:
    """Who has got so far, and who has not."""
    found = Partition((f"{name}_count", f"{name}_missing"))
    for key, row in rows.items():
        found.add(key, f"{name}_count", row[f"{name}_count"])
        found.add(key, f"{name}_missing", row["sent"] - row[f"{name}_count"])
    return found


@cache
def _statement(by: str) -> Select[Any]:
    own = not_(referral.c.imported)
    hours = [
        (extract("epoch", at - referral.c.sent_at) / 3600).label(name)
        for name, (at, _) in UNTIL.items()
    ]
    each = select(*key_and_label(by), own.label("own"), *hours).where(*SENT).subquery()
    columns: list[Any] = []
    for name in UNTIL:
        taken = each.c[name]
        counts = and_(each.c.own, taken >= 0)
        columns.append(func.count().filter(counts).label(f"{name}_count"))
        columns += [
            func.percentile_cont(at).within_group(taken).filter(counts).label(f"{name}_{statistic}")
            for statistic, at in STATISTICS.items()
        ]
    return select(
        each.c.key,
        (func.grouping(each.c.key) == 1).label("of_all"),
        func.max(each.c.label).label("label"),
        func.count().label("sent"),
        *columns,
    ).group_by(func.grouping_sets(tuple_(each.c.key), tuple_()))
