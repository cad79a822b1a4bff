"""Which counts of a table may be shown: none under 11, and none from which one could be worked out.

A count is withheld, and so are as many others as it takes for another story to fit all that is shown:
one in which the count is 11 or more. Zero is shown: it is about nobody.
"""

from bisect import insort
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush

SMALLEST = 11
ANY = 10**9
ZERO = 10**6
"""Withholding a zero is the last resort: it looks like a count where there is none."""
Cell = tuple[int, int]
Step = tuple[Cell, int, bool]
"""Over a cell to the node at its other end; from row to column, or back."""


@dataclass(frozen=True, slots=True)
class Withheld:
    """What is not shown of a table: all of it, totals of rows and of columns, and cells by (row, column)."""

    everything: bool = False
    rows: frozenset[int] = frozenset()
    columns: frozenset[int] = frozenset()
    cells: frozenset[Cell] = frozenset()


def withhold_from_line(counts: Sequence[int], smallest: int = SMALLEST) -> frozenset[int]:
    """Which of these counts to withhold when their sum is shown, or withheld for being small itself."""
    withheld = {place for place, count in enumerate(counts) if 0 < count < smallest}
    spare = sorted((count, place) for place, count in enumerate(counts) if count >= smallest)
    while withheld and spare and not _hides(counts, withheld, smallest):
        withheld.add(spare.pop(0)[1])
    return frozenset(withheld)


def _hides(counts: Sequence[int], withheld: set[int], smallest: int) -> bool:
    """Each of them might be all of their sum, which can be worked out."""
    return len(withheld) > 1 and sum(counts[place] for place in withheld) >= smallest


def withhold(counts: Sequence[Sequence[int]], smallest: int = SMALLEST) -> Withheld:
    """What to withhold from a table of rows that add up to both kinds of total.

    Totals are judged by themselves, so that every table over the same people withholds the same ones; a
    row or column whose total is withheld is withheld whole.
    """
    row_totals = [sum(row) for row in counts]
    if 0 < sum(row_totals) < smallest:
        return Withheld(everything=True)
    columns = withhold_from_line([sum(column) for column in zip(*counts, strict=True)], smallest)
    rows = withhold_from_line(row_totals, smallest)
    audit = _Audit(counts, rows, columns, smallest)
    for cell in audit.small():
        audit.protect(cell)
    return Withheld(rows=rows, columns=columns, cells=frozenset(audit.withheld))


@dataclass(slots=True)
class _Audit:
    """The network of a table (Cox 1995): rows and columns are nodes, withheld cells edges that may vary.

    Raising a cell by n is sending n from its row to its column; it is consistent with what is shown when n
    can come back over other withheld cells. Rows count from 0; column c is node -1 - c. Withheld totals
    meet in a column and a row of their own, on which more means less; they move only for a cell beside them.
    """

    counts: Sequence[Sequence[int]]
    rows: frozenset[int]
    columns: frozenset[int]
    smallest: int
    withheld: set[Cell] = field(default_factory=set)
    _near: dict[int, list[Step]] = field(default_factory=lambda: defaultdict(list))
    _size: dict[Cell, int] = field(default_factory=dict)
    _flow: dict[Cell, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for row, line in enumerate(self.counts):
            for column, count in enumerate(line):
                self._size[row, column] = count
                whole = row in self.rows or column in self.columns
                if whole or 0 < count < self.smallest:
                    self._withhold((row, column))
        for row in self.rows:
            self._size[row, self._total_column] = sum(self.counts[row])
            self._join((row, self._total_column))
        for column in self.columns:
            self._size[self._total_row, column] = sum(line[column] for line in self.counts)
            self._join((self._total_row, column))

    @property
    def _total_row(self) -> int:
        return len(self.counts)

    @property
    def _total_column(self) -> int:
        return len(self.counts[0])

    def small(self) -> list[Cell]:
        return sorted(cell for cell in self.withheld if 0 < self._size[cell] < self.smallest)

    def protect(self, cell: Cell) -> None:
        """Withhold what it takes for `cell` to be possibly `smallest` or more."""
        need = self.smallest - self._size[cell]
        totals = cell[0] in self.rows or cell[1] in self.columns
        self._flow = {}
        while need > 0:
            path = self._way_back(cell, totals) or self._new_way_back(cell, totals)
            amount = min(need, *(self._room(edge, forth) for edge, _, forth in path))
            for edge, _, forth in path:
                self._flow[edge] = self._flow.get(edge, 0) + (amount if forth else -amount)
            need -= amount

    def _withhold(self, cell: Cell) -> None:
        self.withheld.add(cell)
        self._join(cell)

    def _join(self, edge: Cell) -> None:
        """The largest first: most can come back over it."""
        row, column = edge
        for node, step in ((row, (edge, -1 - column, True)), (-1 - column, (edge, row, False))):
            insort(self._near[node], step, key=lambda s: -self._size[s[0]])

    def _is_total(self, edge: Cell) -> bool:
        return edge[0] == self._total_row or edge[1] == self._total_column

    def _room(self, edge: Cell, forth: bool) -> int:
        """How much more may go from row to column over it (`forth`), or the other way."""
        flow = self._flow.get(edge, 0)
        if self._is_total(edge) == forth:
            return self._size[edge] - (flow if forth else -flow)
        return ANY

    def _may(self, step: Step, cell: Cell, totals: bool) -> bool:
        edge, _, forth = step
        return edge != cell and (totals or not self._is_total(edge)) and self._room(edge, forth) > 0

    def _way_back(self, cell: Cell, totals: bool) -> list[Step] | None:
        """A way from the cell's column to its row over what is withheld already: depth first."""
        start, end = -1 - cell[1], cell[0]
        last = {other: (edge, end, False) for edge, other, _ in self._near[end]}
        seen, path, nexts = {start}, list[Step](), [iter(self._near[start])]
        while nexts:
            step = next(
                (s for s in nexts[-1] if s[1] not in seen and self._may(s, cell, totals)), None
            )
            if step is None:
                nexts.pop()
                path = path[:-1]
                continue
            path.append(step)
            node = step[1]
            if node in last and self._may(last[node], cell, totals):
                return [*path, last[node]]
            seen.add(node)
            nexts.append(iter(self._near[node]))
        return None

    def _new_way_back(self, cell: Cell, totals: bool) -> list[Step]:
        """The way that withholds least of what is shown now. With everything withheld there is one."""
        start, end = -1 - cell[1], cell[0]
        best, came = {start: 0}, dict[int, tuple[int, Step]]()
        heap = [(0, start)]
        while heap[0][1] != end:
            cost, node = heappop(heap)
            for step in self._steps(node):
                reached = cost + self._price(step[0])
                if self._may(step, cell, totals) and reached < best.get(step[1], reached + 1):
                    best[step[1]], came[step[1]] = reached, (node, step)
                    heappush(heap, (reached, step[1]))
        path, node = list[Step](), end
        while node != start:
            node, step = came[node]
            path.append(step)
        for edge, _, _ in path:
            if edge not in self.withheld and not self._is_total(edge):
                self._withhold(edge)
        return path

    def _steps(self, node: int) -> Iterator[Step]:
        """Every cell of a row or column, and the totals that are withheld."""
        if 0 <= node < self._total_row:
            yield from (((node, c), -1 - c, True) for c in range(self._total_column))
        elif 0 > node > -1 - self._total_column:
            yield from (((r, -1 - node), r, False) for r in range(self._total_row))
        yield from (step for step in self._near[node] if self._is_total(step[0]))

    def _price(self, edge: Cell) -> int:
        if edge in self.withheld or self._is_total(edge):
            return 0
        return self._size[edge] or ZERO
