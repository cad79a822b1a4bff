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
    rows = list(facts.labels)
    values: dict[str, Values] = {row: {} for row in (*rows, TOTAL)}
    for partition in facts.partitions:
        _show(facts.size.name, partition, rows, values)
    shown = {column.name for column in facts.columns}
    for row in values:
        for rate in facts.rates:
            values[row][rate.column.name] = _share(rate, values[row])
        for measure in facts.measures:
            known = values[row].get(measure.among)
            hours = measure.values.get(row)
            values[row][measure.column] = round(hours, 1) if known and hours is not None else None
        values[row] = {name: values[row][name] for name in _names(facts) if name in values[row]}
    assert all(shown <= each.keys() for each in values.values())
    return {
        "report": facts.name,
        "by": facts.by,
        "year": facts.year,
        "timezone": facts.timezone,
        "as_of": clock.now(),
        "withheld": WITHHELD,
        "columns": [_described(column) for column in _described_columns(facts)],
        "rows": [
            {"key": row, "label": label, "values": values[row]}
            for row, label in facts.labels.items()
        ],
        "total": values[TOTAL],
    }


def _described_columns(facts: Facts) -> list[Column]:
    return [facts.size, *facts.columns, *(rate.column for rate in facts.rates)]


def _names(facts: Facts) -> list[str]:
    return [column.name for column in _described_columns(facts)]


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
