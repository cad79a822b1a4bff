"""A report as CSV: a line for each number, with its definition."""

import csv
from collections.abc import Iterator
from io import StringIO
from typing import Any

from services.referrals.charts import ALL
from shared.db import Record

HEADER = ("report", "year", "by", "key", "label", "column", "value", "unit", "definition")
FORMULA = ("=", "+", "-", "@")


def as_csv(report: Record) -> str:
    """An empty value is withheld, or not known."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADER)
    writer.writerows(_lines(report))
    return text.getvalue()


def _lines(report: Record) -> Iterator[tuple[Any, ...]]:
    total = {"key": "", "label": ALL, "values": report["total"]}
    for row in (*report["rows"], total):
        about = (
            report["report"],
            report["year"],
            report["by"],
            row["key"],
            _harmless(row["label"]),
        )
        for column in report["columns"]:
            value = row["values"][column["name"]]
            yield (*about, column["name"], value, column["unit"], column["definition"])


def _harmless(label: str) -> str:
    """A spreadsheet takes such a text for a formula."""
    return f"'{label}" if label.startswith(FORMULA) else label
