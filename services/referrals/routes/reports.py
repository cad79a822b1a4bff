"""Reports, each as JSON, CSV and a chart."""

import asyncio
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from services.referrals.charts import as_svg
from services.referrals.queries.reports import gaps, hand_offs, loop, times, workload
from services.referrals.queries.reports.facts import Facts
from services.referrals.queries.reports.publishing import published
from services.referrals.routes.callers import Reporting, Scored
from services.referrals.schemas.reports import (
    GapsAcross,
    GapsBy,
    Report,
    SentBy,
    WorkloadBy,
    Year,
)
from services.referrals.tables import as_csv
from shared.auth import Db
from shared.db import Record
from shared.errors import Invalid

router = APIRouter(prefix="/v1/reports", tags=["reports"])
CSV: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {"schema": {"type": "string"}}}}
}
SVG: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/svg+xml": {"schema": {"type": "string"}}}}
}


async def loop_report(
    caller: Reporting, db: Db, by: SentBy = "category", year: Year = None
) -> Facts:
    """How the referrals sent in a year were answered, and what both sides say came of them."""
    return await db.run(loop.loop, caller, by, year)


async def times_report(caller: Reporting, db: Db, by: SentBy = "month", year: Year = None) -> Facts:
    """Hours from sending to the answer, first contact, the start of help, and the end."""
    return await db.run(times.times, caller, by, year)


async def receivers_report(caller: Scored, db: Db, year: Year = None) -> Facts:
    """The loop report by receiver. A receiver sees its own row, over all who send to it."""
    return await db.run(loop.receivers, caller, year)


async def gaps_report(
    caller: Reporting,
    db: Db,
    by: GapsBy = "category",
    across: GapsAcross = "reason",
    year: Year = None,
) -> Facts:
    """What was asked for in a year and not had, by two of: category, area, reason, kind, month."""
    if by == across:
        raise Invalid("query/across", "must differ from `by`")
    return await db.run(gaps.gaps, caller, by, across, year)


async def hand_offs_report(caller: Reporting, db: Db, year: Year = None) -> Facts:
    """How often a planned warm call or joint visit took place, and what came of the referral."""
    return await db.run(hand_offs.hand_offs, caller, year)


async def workload_report(caller: Reporting, db: Db, by: WorkloadBy = "status") -> Facts:
    """What is unfinished at this moment, by status or who must act, and how much is overdue."""
    return await db.run(workload.workload, caller, by)


def _offer(name: str, summary: str, counted: Callable[..., Any]) -> None:
    """The three forms of a report. Withholding takes a moment of thought: off the event loop."""

    async def shown(facts: Annotated[Facts, Depends(counted)]) -> Record:
        return await asyncio.to_thread(published, facts)

    Shown = Annotated[Record, Depends(shown)]  # noqa: N806 - a type, made for each report

    path, about = f"/{name.replace('_', '-')}", counted.__doc__

    @router.get(
        path,
        operation_id=f"get_{name}_report",
        summary=summary,
        description=about,
        response_model=Report,
    )
    async def as_json(report: Shown) -> Record:
        return report

    @router.get(
        f"{path}.csv",
        operation_id=f"get_{name}_table",
        summary=f"{summary} (CSV)",
        description=about,
        response_class=Response,
        responses=CSV,
    )
    async def as_table(report: Shown) -> Response:
        return Response(as_csv(report), media_type="text/csv; charset=utf-8")

    @router.get(
        f"{path}.svg",
        operation_id=f"get_{name}_chart",
        summary=f"{summary} (chart)",
        description=about,
        response_class=Response,
        responses=SVG,
    )
    async def as_chart(report: Shown) -> Response:
        return Response(as_svg(report), media_type="image/svg+xml")


for _name, _summary, _counted in (
    ("loop", "Show whether loops close", loop_report),
    ("times", "Show how long referrals take", times_report),
    ("receivers", "Show the scorecard of receivers", receivers_report),
    ("gaps", "Show what was missing", gaps_report),
    ("hand_offs", "Show how hand-offs went", hand_offs_report),
    ("workload", "Show what is open and overdue", workload_report),
):
    _offer(_name, _summary, _counted)
