"""What of the facts may be shown: counts, what is computed from shown counts alone, and what it means."""

from collections.abc import Sequence

from services.referrals.lifecycle.suppression import SMALLEST, Withheld, withhold
from services.referrals.queries.reports.facts import TOTAL, Column, Facts, Partition, Rate
from shared import clock
from shared.db import Record

Values = dict[str, float | int | None]
WITHHELD = (
    f"null: a count of 1 to {SMALLEST - 1}, or a number from which one could be worked out. "
    "What is computed of a withheld count is withheld too."
)


def published(facts: Facts) -> Record:
    """The report. Takes a while where much is small: not for the event loop."""
    values = _values(facts)
    described = [facts.size, *facts.columns, *(rate.column for rate in facts.rates)]
    shown = {
        row: {column.name: found[column.name] for column in described}
        for row, found in values.items()
    }
    return {
        "report": facts.name,
        "by": facts.by,
        "year": facts.year,
        "timezone": facts.timezone,
        "as_of": clock.now(),
        "withheld": WITHHELD,
        "columns": [_described(column) for column in described],
        "rows": [
            {"key": row, "label": label, "values": shown[row]}
            for row, label in facts.labels.items()
        ],
        "total": shown[TOTAL],
    }


def _values(facts: Facts) -> dict[str, Values]:
    """All that may be shown, by row."""
    rows = list(facts.labels)
    values: dict[str, Values] = {row: {} for row in (*rows, TOTAL)}
    for partition in facts.partitions:
        _show(facts.size.name, partition, rows, values)
    for row, found in values.items():
        for rate in facts.rates:
            found[rate.column.name] = _share(rate, found)
        for measure in facts.measures:
            hours = measure.values.get(row) if found[measure.among] else None
            found[measure.column] = None if hours is None else round(hours, 1)
    return values


def _described(column: Column) -> Record:
    return {"name": column.name, "unit": column.unit, "definition": column.definition}


def _show(size: str, partition: Partition, rows: Sequence[str], values: dict[str, Values]) -> None:
    """Write what may be shown of one partition, and null where it is withheld."""
    counts = [[partition.counts[row][column] for column in partition.columns] for row in rows]
    hidden = withhold(counts) if counts else Withheld()
    totals = [sum(column) for column in zip(*counts, strict=True)] or [0] * len(partition.columns)
    for place, row in enumerate(rows):
        whole = hidden.everything or place in hidden.rows
        values[row][size] = None if whole else sum(counts[place])
        for column, name in enumerate(partition.columns):
            shown = not hidden.everything and (place, column) not in hidden.cells
            values[row][name] = counts[place][column] if shown else None
    values[TOTAL][size] = None if hidden.everything else sum(totals)
    for column, name in enumerate(partition.columns):
        shown = not hidden.everything and column not in hidden.columns
        values[TOTAL][name] = totals[column] if shown else None


def _share(rate: Rate, values: Values) -> float | None:
    part, whole = _sum(rate.of, values), _sum(rate.among, values)
    if part is None or not whole:
        return None
    share = part / whole
    return round(1 - share if rate.rest else share, 3)


def _sum(names: Sequence[str], values: Values) -> float | None:
    found = [values[name] for name in names]
    known = [value for value in found if value is not None]
    return sum(known) if len(known) == len(found) else None
