"""What an import could not take as it stood, cell by cell."""

import csv
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

ERROR, WARNING, INFO = "error", "warning", "info"

# code: severity, reason, what the publisher can do
CODES = {
    "belongs_to_nothing": (
        ERROR,
        "The row names nothing that it belongs to, so it is not in the directory.",
        "Fill in the id of the service, location or organization it is about.",
    ),
    "conflicting_duplicate": (
        WARNING,
        "Another row has the same id and another value here, which was kept.",
        "Give each row an id of its own.",
    ),
    "control_character": (INFO, "Characters that are not text were left out.", "Remove them."),
    "dangling_reference": (
        WARNING,
        "The package has no row with this id. The row was kept without it.",
        "Add the row it refers to, or clear the cell.",
    ),
    "dangling_required_reference": (
        ERROR,
        "The package has no row with the id this row depends on, so it is not in the directory.",
        "Add the row it refers to.",
    ),
    "incomplete_phone": (
        WARNING,
        "Not a number anyone could call. Kept as it stood, not offered as a phone.",
        "Give the whole number.",
    ),
    "missing_required": (
        ERROR,
        "The row lacks what it must have, so it is not in the directory.",
        "Fill in the required column.",
    ),
    "newlines_unescaped": (INFO, "Backslash-n was read as a line break.", "Write line breaks."),
    "not_a_date": (WARNING, "Not a date. Kept as it stood, not used as one.", "Use YYYY-MM-DD."),
    "not_a_number": (WARNING, "Not a number. Kept as it stood, not used as one.", "Use digits."),
    "not_a_time": (WARNING, "Not a time. Kept as it stood, not used as one.", "Use HH:MM."),
    "not_true_or_false": (WARNING, "Neither true nor false. Kept as it stood.", "Use true."),
    "scheme_added": (INFO, "http:// was put in front.", "Give the whole address."),
    "too_many_cells": (ERROR, "The row has more cells than the header.", "Quote the commas."),
    "undecodable": (WARNING, "Not UTF-8: what could not be read is marked �.", "Save as UTF-8."),
    "unknown_column": (INFO, "HSDS has no such column. Its cells are kept as extras.", ""),
    "unknown_file": (ERROR, "The format has no such file, so nothing of it was read.", ""),
    "unknown_value": (WARNING, "Not one of HSDS's values. Kept as it stood, not used.", ""),
    "unsafe_characters_escaped": (INFO, "Characters no address may have were escaped.", ""),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """`row` is as a spreadsheet counts: the header is 1. A cell's content is never repeated."""

    file: str
    row: int
    column: str
    code: str


class ProblemReport:
    """A CSV file of problems, written as they are found, and their number by code."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.counts: Counter[str] = Counter()
        self.read_rows = 0
        self.refused_rows = 0

    def __enter__(self) -> "ProblemReport":
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self.path.open("w", newline="", encoding="utf-8")
        self._writer = csv.writer(self._file)
        header = ("file", "row", "column", "code", "severity", "reason", "suggestion")
        self._writer.writerow(header)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def add(self, problem: Problem) -> None:
        self.counts[problem.code] += 1
        place = (problem.file, problem.row, problem.column, problem.code)
        self._writer.writerow((*place, *CODES[problem.code]))

    def refuse(self, file: str, row: int, columns: Iterable[str], code: str) -> None:
        """The whole row is not in the directory: every cell of it is named."""
        self.refused_rows += 1
        for column in columns:
            self.add(Problem(file, row, column, code))
