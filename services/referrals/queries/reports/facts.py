"""What a report has counted, before anything is withheld."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

TOTAL = ""
"""Stands for all rows together."""
OTHERS = "others"
UNKNOWN = "unknown"
MOST_ROWS = 50


@dataclass(frozen=True, slots=True)
class Column:
    """One number of each row, and what it means."""

    name: str
    definition: str
    unit: str = "count"


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of counts that are shown; `rest` turns it into the share of all others."""

    column: Column
    of: tuple[str, ...]
    among: tuple[str, ...]
    rest: bool = False


@dataclass(slots=True)
class Partition:
    """Counts by row and column that add up to the row's number of people: each is in one column."""

    columns: tuple[str, ...]
    counts: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, row: str, column: str, count: int) -> None:
        self.counts[row][column] += count

    def fold(self, kept: Mapping[str, str]) -> "Partition":
        """The same with rows that are not kept taken together."""
        folded = Partition(self.columns)
        for row, counts in self.counts.items():
            folded.counts[kept.get(row, OTHERS)].update(counts)
        return folded


@dataclass(frozen=True, slots=True)
class Measure:
    """Hours, of those that the column `among` counts."""

    column: str
    among: str
    values: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Facts:
    """A table: `labels` name its rows in order; all partitions are of the same people."""

    name: str
    by: str
    year: int | None
    timezone: str
    size: Column
    columns: Sequence[Column]
    labels: Mapping[str, str]
    partitions: Sequence[Partition]
    rates: Sequence[Rate] = ()
    measures: Sequence[Measure] = ()


def kept_rows(partition: Partition) -> dict[str, str]:
    """The rows that stand for themselves: the largest, where there are too many for a table."""
    sizes = {row: counts.total() for row, counts in partition.counts.items()}
    if len(sizes) <= MOST_ROWS:
        return {row: row for row in sizes}
    largest = sorted(sizes, key=lambda row: (-sizes[row], row))[: MOST_ROWS - 1]
    return {row: row for row in largest}


def in_order(labels: Mapping[str, str], rows: Iterable[str]) -> dict[str, str]:
    """Labels by row, as they stand in the table: by name, all others at the end."""
    named = {row: labels.get(row, row.replace("_", " ")) for row in rows}
    return dict(sorted(named.items(), key=lambda item: (item[0] == OTHERS, item[1], item[0])))
