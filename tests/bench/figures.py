"""What was measured: rows of figures, as a table for people and as JSON for programs."""

import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from math import ceil
from pathlib import Path
from typing import Any

from shared import clock

Row = dict[str, Any]


@dataclass(frozen=True)
class Figures:
    """One table. Every row has the same columns; None is printed as a dash."""

    title: str
    rows: list[Row]
    remarks: list[str] = field(default_factory=list)

    def table(self) -> str:
        columns = list(self.rows[0])
        cells = [columns, *([shown(row[column]) for column in columns] for row in self.rows)]
        widths = [max(len(line[i]) for line in cells) for i in range(len(columns))]
        left = [isinstance(self.rows[0][column], str) for column in columns]
        lines = [_line(line, widths, left) for line in cells]
        lines.insert(1, _line(["-" * width for width in widths], widths, left))
        return "\n".join([self.title, *lines, *self.remarks])


def _line(cells: Sequence[str], widths: Sequence[int], left: Sequence[bool]) -> str:
    padded = (
        cell.ljust(width) if to_left else cell.rjust(width)
        for cell, width, to_left in zip(cells, widths, left, strict=True)
    )
    return "  ".join(padded).rstrip()


def shown(value: Any) -> str:
    match value:
        case None:
            return "-"
        case float():
            return f"{value:,.2f}" if abs(value) < 100 else f"{value:,.0f}"
        case int():
            return f"{value:,}"
        case _:
            return str(value)


def percentile(values: Iterable[float], percent: int) -> float:
    """The smallest value that `percent` of them do not exceed (nearest rank)."""
    ordered = sorted(values)
    return round(ordered[max(0, ceil(len(ordered) * percent / 100) - 1)], 2)


def machine() -> Row:
    """Where and when: figures mean nothing without it."""
    return {
        "date": clock.now().date().isoformat(),
        "cores": os.cpu_count(),
        "processor": _processor(),
        "system": platform.system(),
        "python": platform.python_version(),
        "load_before": round(os.getloadavg()[0], 2),
    }


def _processor() -> str:
    described = Path("/proc/cpuinfo")
    lines = described.read_text().splitlines() if described.exists() else []
    names = (line.partition(": ")[2] for line in lines if line.startswith("model name"))
    return next(names, platform.processor())


def as_json(where: Row, all_figures: Sequence[Figures]) -> Row:
    return {"machine": where, "figures": [asdict(figures) for figures in all_figures]}
