"""Nobody can work out of what is shown that a count is under 11: an attacker who tries everything."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import product

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from services.referrals.lifecycle.suppression import (
    SMALLEST,
    Withheld,
    withhold,
    withhold_from_line,
)

Table = Sequence[Sequence[int]]
Shown = tuple[object, ...]
FEW = 3
"""In place of 11: small enough for every story to be told."""


def shown(table: Table, withheld: Withheld) -> Shown:
    """All numbers that the reader gets, in one order."""
    if withheld.everything:
        return ()
    rows = tuple(sum(line) for r, line in enumerate(table) if r not in withheld.rows)
    totals = [sum(column) for column in zip(*table, strict=True)]
    columns = tuple(total for c, total in enumerate(totals) if c not in withheld.columns)
    cells = tuple(
        count
        for r, line in enumerate(table)
        for c, count in enumerate(line)
        if (r, c) not in withheld.cells
    )
    return (sum(rows) + sum(sum(table[r]) for r in withheld.rows), rows, columns, cells)


def stories(total: int, places: int) -> Iterator[tuple[int, ...]]:
    """Every way to spread `total` people over so many places."""
    if places == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for others in stories(total - first, places - 1):
            yield (first, *others)


def as_table(story: Sequence[int], width: int) -> list[Sequence[int]]:
    return [story[start : start + width] for start in range(0, len(story), width)]


def pinned(table: Table, withheld: Withheld, smallest: int) -> list[tuple[int, int]]:
    """The small counts, totals (place -1) among them, that no story makes `smallest` or more."""
    small = {at for at, count in with_totals(table).items() if 0 < count < smallest}
    read, width = shown(table, withheld), len(table[0])
    for story in stories(sum(map(sum, table)), len(table) * width):
        if not small:
            break
        other = as_table(story, width)
        if shown(other, withheld) == read:
            counts = with_totals(other)
            small -= {at for at in small if counts[at] >= smallest}
    return sorted(small)


def with_totals(table: Table) -> dict[tuple[int, int], int]:
    found = {(r, c): n for r, line in enumerate(table) for c, n in enumerate(line)}
    found |= {(r, -1): sum(line) for r, line in enumerate(table)}
    return found | {(-1, c): sum(line) for c, line in enumerate(zip(*table, strict=True))}


def tables(rows: int, columns: int, largest: int, most: int) -> st.SearchStrategy[list[list[int]]]:
    line = st.lists(st.integers(0, largest), min_size=columns, max_size=columns)
    made = st.lists(line, min_size=rows, max_size=rows)
    return made.filter(lambda table: FEW <= sum(map(sum, table)) <= most)


@pytest.mark.parametrize("shape", [(2, 2), (2, 3), (3, 2)])
def test_no_small_count_can_be_pinned(shape: tuple[int, int]) -> None:
    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
    @given(tables(*shape, largest=5, most=12))
    def attack(table: list[list[int]]) -> None:
        withheld = withhold(table, FEW)
        assert pinned(table, withheld, FEW) == []

    attack()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(tables(3, 3, largest=3, most=9))
def test_nor_in_a_table_of_three_by_three(table: list[list[int]]) -> None:
    assert pinned(table, withhold(table, FEW), FEW) == []


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 2), min_size=8, max_size=8).filter(lambda p: FEW <= sum(p) <= 8))
@example([2, 0, 0, 1, 1, 0, 0, 2])
def test_nor_by_two_tables_over_the_same_people(people: list[int]) -> None:
    """By month and by category, both with what came of it: the same column of totals."""
    kinds = list(product(range(2), repeat=3))

    def by(dimension: int, counts: Sequence[int]) -> Table:
        found: Counter[tuple[int, int]] = Counter()
        for kind, count in zip(kinds, counts, strict=True):
            found[kind[dimension], kind[2]] += count
        return [[found[row, column] for column in range(2)] for row in range(2)]

    withheld = [withhold(by(dimension, people), FEW) for dimension in range(2)]
    assert withheld[0].columns == withheld[1].columns

    def read(counts: Sequence[int]) -> list[Shown]:
        return [shown(by(dimension, counts), withheld[dimension]) for dimension in range(2)]

    small = {
        (dimension, row, column)
        for dimension, row, column in product(range(2), repeat=3)
        if 0 < by(dimension, people)[row][column] < FEW
    }
    told = read(people)
    for story in stories(sum(people), len(people)):
        if small and read(story) == told:
            small -= {at for at in small if by(at[0], story)[at[1]][at[2]] >= FEW}
    assert small == set()


def interval(table: Table, withheld: Withheld) -> dict[tuple[int, int], int]:
    """How large each withheld cell can be, for who adds and subtracts until nothing new is learnt."""
    rows = [sum(line) for line in table]
    columns = [sum(column) for column in zip(*table, strict=True)]
    total = sum(rows)
    left_rows = total - sum(n for r, n in enumerate(rows) if r not in withheld.rows)
    left_columns = total - sum(n for c, n in enumerate(columns) if c not in withheld.columns)
    most_of_row = [left_rows if r in withheld.rows else n for r, n in enumerate(rows)]
    most_of_column = [left_columns if c in withheld.columns else n for c, n in enumerate(columns)]
    low = dict.fromkeys(withheld.cells, 0)
    high = {(r, c): min(most_of_row[r], most_of_column[c]) for r, c in withheld.cells}
    for _ in range(20):
        for r, c in withheld.cells:
            if r not in withheld.rows:
                known = sum(n for k, n in enumerate(table[r]) if (r, k) not in withheld.cells)
                rest = [(r, k) for k in range(len(columns)) if k != c and (r, k) in high]
                _tighten(low, high, (r, c), rows[r] - known, rest)
            if c not in withheld.columns:
                known = sum(line[c] for k, line in enumerate(table) if (k, c) not in withheld.cells)
                rest = [(k, c) for k in range(len(rows)) if k != r and (k, c) in high]
                _tighten(low, high, (r, c), columns[c] - known, rest)
    return high


def _tighten(
    low: dict[tuple[int, int], int],
    high: dict[tuple[int, int], int],
    at: tuple[int, int],
    together: int,
    rest: list[tuple[int, int]],
) -> None:
    high[at] = min(high[at], together - sum(low[k] for k in rest))
    low[at] = max(low[at], together - sum(high[k] for k in rest))


@settings(max_examples=100, deadline=None)
@given(
    st.integers(2, 8).flatmap(
        lambda width: st.lists(
            st.lists(
                st.one_of(st.integers(0, 14), st.integers(0, 90)), min_size=width, max_size=width
            ),
            min_size=1,
            max_size=25,
        )
    )
)
def test_adding_and_subtracting_finds_no_count_under_eleven(table: list[list[int]]) -> None:
    withheld = withhold(table)
    if withheld.everything:
        assert sum(map(sum, table)) < SMALLEST
        return
    for line, row in zip(table, range(len(table)), strict=True):
        assert row in withheld.rows or not 0 < sum(line) < SMALLEST
        for column, count in enumerate(line):
            assert (row, column) in withheld.cells or not 0 < count < SMALLEST
    most = interval(table, withheld)
    for row, column in withheld.cells:
        if 0 < table[row][column] < SMALLEST:
            assert most[row, column] >= SMALLEST


@pytest.mark.parametrize(
    ("counts", "withheld"),
    [
        ([20, 30], set()),
        ([20, 0, 30], set()),
        ([20, 4, 30], {0, 1}),
        ([5, 4, 30, 40], {0, 1, 2}),
        ([10, 1], {0, 1}),
        ([9, 8, 30], {0, 1}),
        ([5, 0], {0}),
    ],
)
def test_of_a_line_the_smallest_others_are_withheld(counts: list[int], withheld: set[int]) -> None:
    assert withhold_from_line(counts) == withheld


def test_little_is_withheld_that_need_not_be() -> None:
    table = [[40, 50, 60], [40, 5, 60], [40, 50, 60], [40, 50, 30]]
    assert withhold(table).cells == {(1, 0), (1, 1), (0, 0), (0, 1)} | set()


def test_a_large_table_is_judged_in_a_moment() -> None:
    table = [[(row * 7 + column * 5) % 23 for column in range(8)] for row in range(101)]
    withheld = withhold(table)
    assert len(withheld.cells) < 101 * 8
