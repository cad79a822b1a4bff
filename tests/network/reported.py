"""The loop report against the raw words: every number before withholding, and every one that is shown."""

from typing import Any
from uuid import uuid4

from services.referrals.queries.reports import loop
from services.referrals.queries.reports.facts import Facts
from shared.auth import Kind, Principal
from shared.db import Database
from shared.roles import Role
from tests.network.attested import ALL, Cells, tally
from tests.network.cast import Cast
from tests.network.findings import Finding

BY = ("category", "month", "receiver", "area")
ANSWERED = ("accepted", "declined", "expired")
RATES = {
    "acceptance_rate": ("accepted", ANSWERED),
    "decline_rate": ("declined", ANSWERED),
    "expiry_rate": ("expired", ANSWERED),
    "confirmed_rate": ("confirmed", ("sent",)),
    "provider_only_rate": ("provider_only", ("sent",)),
    "disagreement_rate": ("disputed", ("sent",)),
}
FEW = 11


async def compare(cast: Cast, year: int) -> list[Finding]:
    differ: list[str] = []
    shows: list[str] = []
    counted = shown = 0
    for by in BY:
        truth = await tally(cast.stage, cast.sender, by, year)
        found = _cells(await _counted(cast, by, year))
        counted += len(truth)
        differ += [
            f"{by} {cell}: {found[cell]}, not {truth[cell]}"
            for cell in sorted({*truth, *found})
            if found[cell] != truth[cell] and cell[0] != ALL
        ]
        manager = cast.staff["program_manager"]
        report = await manager.get("/v1/reports/loop", by=by, year=year)
        rows = {row["key"]: row["values"] for row in report["rows"]} | {ALL: report["total"]}
        shown += sum(value is not None for values in rows.values() for value in values.values())
        shows += [f"{by} {wrong}" for row, v in rows.items() for wrong in _wrong(row, v, truth)]
    return [
        Finding("Numbers of the loop report that the raw words do not bear out", differ, counted),
        Finding("Numbers shown that are wrong, or of fewer than 11", shows, shown),
    ]


async def _counted(cast: Cast, by: str, year: int) -> Facts:
    """What the report has before anything is withheld, as the API's own role reads it."""
    manager = cast.staff["program_manager"]
    roles = frozenset({Role.PROGRAM_MANAGER})
    caller = Principal(Kind.USER, uuid4(), manager.organization, roles)
    db = Database(cast.stage.apps["referrals"].state.engine, caller.context())
    facts: Facts = await db.run(loop.loop, caller, by, year)
    return facts


def _cells(facts: Facts) -> Cells:
    cells = Cells()
    answers = facts.partitions[0]
    for partition in facts.partitions:
        for row, counts in partition.counts.items():
            cells.update({(row, column): count for column, count in counts.items() if count})
    for row, counts in answers.counts.items():
        cells[row, "sent"] = counts.total()
    return cells


def _wrong(row: str, values: dict[str, Any], truth: Cells) -> list[str]:
    """Of one row as it is shown."""
    wrong = []
    for column, value in values.items():
        if value is None:
            continue
        expected = _expected(row, column, truth)
        if column in RATES or column == "loop_closed_rate":
            if abs(value - expected) > 0.001:
                wrong.append(f"{row} {column}: {value}, not {expected}")
        elif value != expected or 0 < expected < FEW:
            wrong.append(f"{row} {column}: {value}, is {expected}")
    return wrong


def _expected(row: str, column: str, truth: Cells) -> float:
    if column == "loop_closed_rate":
        return 1 - truth[row, "open"] / truth[row, "sent"]
    if column in RATES:
        part, whole = RATES[column]
        return truth[row, part] / sum(truth[row, name] for name in whole)
    return truth[row, column]
