"""A report as a picture: one column of it as bars, every number also in words."""

from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from shared.db import Record

TEMPLATE = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
).get_template("chart.svg")
ALL = "All"
SHOWN = {
    "loop": "loop_closed_rate",
    "times": "answer_median_hours",
    "receivers": "acceptance_rate",
    "gaps": "gaps",
    "hand_offs": "achieved_rate",
    "workload": "unfinished",
}
"""The column that a report's chart shows."""
WIDTH, LABELS, NUMBERS, LINE, TOP = 720, 230, 110, 28, 74
LONGEST_LABEL = 28


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    words: str
    y: int
    width: int


def as_svg(report: Record) -> str:
    """A bar for each row, and one for all; a withheld number, and a sum of the others, has words alone."""
    column = next(c for c in report["columns"] if c["name"] == SHOWN[report["report"]])
    rows = [(row["label"], row["values"]) for row in report["rows"]] + [(ALL, report["total"])]
    numbers = [values[column["name"]] for _, values in rows]
    drawn = [*numbers[:-1], None if column["unit"] == "count" else numbers[-1]]
    largest = 1 if column["unit"] == "share" else max(filter(None, drawn), default=0)
    bars = [
        Bar(
            _short(label),
            _words(number, column["unit"]),
            TOP + place * LINE,
            _width(drawn[place], largest),
        )
        for place, ((label, _), number) in enumerate(zip(rows, numbers, strict=True))
    ]
    when = f", {report['year']}" if report["year"] else ""
    return TEMPLATE.render(
        title=f"{column['name'].replace('_', ' ').capitalize()} by {report['by'].replace('_', ' ')}{when}",
        definition=column["definition"],
        description="; ".join(f"{bar.label}: {bar.words}" for bar in bars),
        bars=bars,
        width=WIDTH,
        height=TOP + len(bars) * LINE + 16,
        labels=LABELS,
    )


def _width(number: float | None, largest: float) -> int:
    room = WIDTH - LABELS - NUMBERS
    return round(room * number / largest) if number and largest else 0


def _words(number: float | None, unit: str) -> str:
    if number is None:
        return "withheld"
    if unit == "share":
        return f"{number:.1%}"
    return f"{number:,.1f} h" if unit == "hours" else f"{number:,}"


def _short(label: str) -> str:
    return label if len(label) <= LONGEST_LABEL else label[: LONGEST_LABEL - 1] + "…"
