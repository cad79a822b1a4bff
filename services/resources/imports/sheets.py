"""What a format adaptor declares: each file's table, how its columns are named, what is special."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Table

from services.resources import models
from services.resources.imports.ids import NaturalKeys
from services.resources.imports.package import Package
from services.resources.imports.problems import Problem, ProblemReport
from services.resources.imports.values import cleaned, parser

KEPT_BY_US = {
    "id",
    "root_id",
    "source_id",
    "source_row_id",
    "extra",
    "last_modified",
    "status_assumed",
}
ANY_TABLE = {"link_id": "link_entity", "resource_id": "resource_type"}
"""References whose target table another column names."""


class Link(NamedTuple):
    """A reference as the source gives it."""

    table: str
    key: str
    column: str


@dataclass(slots=True)
class Draft:
    """A row of the directory in the making, before its references are known to hold."""

    table: str
    key: str
    file: str
    row: int
    columns: list[str]
    """The source's columns that are not blank in this row."""
    source_row_id: str | None = None
    values: dict[str, Any] = field(default_factory=dict)
    links: dict[str, Link] = field(default_factory=dict)
    extra: dict[str, str] = field(default_factory=dict)
    joins: bool = False
    """It only adds to a row that another file has."""
    problems: list[tuple[str, str]] = field(default_factory=list)
    """Column and code of what the adaptor found."""
    weight: int = 1
    """How many rows of the source it stands for: 0 when another draft stands for the row too."""


Adapt = Callable[[Draft], Iterable[Draft]]


def as_it_is(draft: Draft) -> Iterable[Draft]:
    yield draft


@dataclass(frozen=True)
class Sheet:
    file: str
    table: Table
    renamed: Mapping[str, str] = field(default_factory=dict)
    """Their column -> ours; the others keep their name."""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    natural: bool = False
    """Their ids repeat: rows are known by their content."""
    reads: tuple[str, ...] = ()
    """Columns that `adapt` sees to."""
    joins: str = ""
    """The column naming the row of the same table that a row here only adds to."""
    adapt: Adapt = as_it_is
    """Completes a draft, and may make more of its row."""


def read(sheets: Sequence[Sheet], package: Package, report: ProblemReport) -> Iterator[Draft]:
    """Every row of the package, in drafts; what no sheet reads is reported cell by cell."""
    keys = NaturalKeys()
    for sheet in sheets:
        if sheet.file in package.files:
            yield from read_sheet(sheet, package, report, keys)
    for name in sorted(package.files.keys() - {sheet.file for sheet in sheets}):
        for row, cells, _ in package.rows(name):
            report.read_rows += 1
            report.refuse(name, row, cells, "unknown_file")


def read_sheet(
    sheet: Sheet, package: Package, report: ProblemReport, keys: NaturalKeys
) -> Iterator[Draft]:
    for column in package.header(sheet.file):
        known = column in {"id", sheet.joins, *sheet.reads}
        if not (known or settable(sheet.table, sheet.renamed.get(column, column))):
            report.add(Problem(sheet.file, 1, column, "unknown_column"))
    for row, cells, surplus in package.rows(sheet.file):
        report.read_rows += 1
        for number in range(surplus):
            report.add(Problem(sheet.file, row, f"+{number + 1}", "too_many_cells"))
        clean(sheet.file, row, cells, report)
        draft = Draft(sheet.table.name, "", sheet.file, row, list(cells))
        if sheet.joins and sheet.joins not in cells:
            report.refuse(sheet.file, row, cells, "belongs_to_nothing")
            continue
        name_draft(draft, sheet, cells, keys)
        fill(draft, sheet, cells, report)
        for adapted in sheet.adapt(draft):
            for column, code in adapted.problems:
                report.add(Problem(sheet.file, row, column, code))
            yield adapted


def clean(file: str, row: int, cells: dict[str, str], report: ProblemReport) -> None:
    for column, cell in cells.items():
        cells[column], problem = cleaned(cell)
        if problem is not None:
            report.add(Problem(file, row, column, problem))


def name_draft(draft: Draft, sheet: Sheet, cells: dict[str, str], keys: NaturalKeys) -> None:
    draft.joins = bool(sheet.joins)
    draft.source_row_id = cells.get(sheet.joins or "id")
    if sheet.natural or draft.source_row_id is None:
        draft.key = keys.key(sheet.table.name, cells)
    else:
        draft.key = draft.source_row_id


def settable(table: Table, column: str) -> bool:
    return column in table.columns and column not in KEPT_BY_US


def fill(draft: Draft, sheet: Sheet, cells: dict[str, str], report: ProblemReport) -> None:
    columns = sheet.table.columns
    for theirs, cell in cells.items():
        name = sheet.renamed.get(theirs, theirs)
        if theirs == (sheet.joins or "id"):
            continue
        if not settable(sheet.table, name):
            draft.extra[theirs] = cell
            continue
        target = link_target(sheet.table, name, cells)
        if target is not None:
            draft.links[name] = Link(target, cell, theirs)
            continue
        value, problem = parser(columns[name])(cell)
        if problem is not None:
            report.add(Problem(draft.file, draft.row, theirs, problem))
        if value is None:
            draft.extra[theirs] = cell
        else:
            draft.values[name] = value
    for name, value in sheet.defaults.items():
        draft.values.setdefault(name, value)


def link_target(table: Table, column: str, cells: dict[str, str]) -> str | None:
    """The table that a cell of this column refers to."""
    if column in ANY_TABLE:
        return cells.get(ANY_TABLE[column], "service")
    if column == "parent_organization_id":
        return models.organization.name
    return next((key.column.table.name for key in table.columns[column].foreign_keys), None)
