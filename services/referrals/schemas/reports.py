"""Reports as they are asked for and shown: numbers with their definitions beside them."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Query
from pydantic import Field

from shared.schemas.strict import Answer

Year = Annotated[
    int | None,
    Query(ge=2000, le=2199, description="A calendar year in the organization's zone; this one"),
]
SentBy = Literal["month", "category", "receiver", "area"]
GapsBy = Literal["month", "category", "area", "reason", "kind"]
GapsAcross = Literal["month", "category", "reason", "kind"]
WorkloadBy = Literal["status", "waits_for", "category", "receiver"]


class ReportColumn(Answer):
    """A number of each row; `unit` is count, share (0 to 1) or hours."""

    name: str
    unit: str
    definition: str


class ReportRow(Answer):
    key: str
    label: str
    values: Annotated[
        dict[str, float | None], Field(description="By column; null is withheld, or not known")
    ]


class Report(Answer):
    """A table. `withheld` says what is not shown: counts under 11, and what would give one away."""

    report: str
    by: str
    year: int | None
    timezone: str
    as_of: datetime
    withheld: str
    columns: list[ReportColumn]
    rows: list[ReportRow]
    total: dict[str, float | None]
