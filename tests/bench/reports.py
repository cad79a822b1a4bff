"""Reports, the inbox and what is overdue, over as many referrals as are asked for: 500,000."""

import logging
import sys
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from uuid import UUID

import httpx
import structlog

from tests.bench.database import fresh
from tests.bench.figures import Figures, Row, percentile
from tests.bench.plans.explain import Listener, pages_touched, remarks
from tests.bench.plans.fill import fill
from tests.stack import Stack, running

ROWS = 500_000
REPEATS = 40
NOBODY = UUID(int=1)


@dataclass(frozen=True)
class Asked:
    """One request, as somebody of the largest organization unless it says otherwise."""

    path: str
    role: str = "program_manager"
    params: dict[str, str] = field(default_factory=dict)
    organization: str = "organization"

    def __str__(self) -> str:
        said = "&".join(f"{name}={value}" for name, value in self.params.items())
        return f"{self.path.removeprefix('/v1/')}{'?' if said else ''}{said}"


def questions(last_year: str) -> list[Asked]:
    year = {"year": last_year}
    by = [
        *(Asked("/v1/reports/loop", params={"by": each} | year) for each in SENT_BY),
        *(Asked("/v1/reports/times", params={"by": each} | year) for each in ("month", "receiver")),
        Asked("/v1/reports/receivers", params=year),
        Asked("/v1/reports/receivers", "receiver", year, "receiving"),
        Asked("/v1/reports/gaps", params=year),
        Asked("/v1/reports/gaps", params={"by": "area", "across": "month"} | year),
        Asked("/v1/reports/hand-offs", params=year),
        *(Asked("/v1/reports/workload", params={"by": each}) for each in ("status", "receiver")),
        Asked("/v1/reports/loop.svg", params=year),
        Asked("/v1/reports/loop", params=year, organization="small"),
    ]
    inbox: tuple[dict[str, str], ...] = (
        {},
        {"status": "sent"},
        {"overdue": "true"},
        {"order": "longest_waiting"},
    )
    return [
        *by,
        *(Asked("/v1/inbox", "receiver", params, "receiving") for params in inbox),
        *(Asked("/v1/referrals", role, {"overdue": "true"}) for role in OVERSEERS),
        *(Asked("/v1/referrals", role) for role in OVERSEERS),
    ]


SENT_BY = ("category", "month", "receiver", "area")
OVERSEERS = ("case_manager", "supervisor", "program_manager", "network_coordinator")


async def measure(folder: Path, rows: int, last_year: str) -> list[Figures]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    async with fresh() as server, running(server, folder) as stack:
        print(f"Filling referrals with {rows:,} ...", file=sys.stderr, flush=True)
        ids = await fill("referrals", stack.urls["referrals"], rows)
        listener = Listener()
        listener.attach(stack.apps["referrals"].state.engine.sync_engine)
        figures = []
        for asked in questions(last_year):
            subject = ids.get(asked.role, NOBODY)
            async with stack.client(
                "referrals", asked.role, ids[asked.organization], subject
            ) as caller:
                figures.append(await _ask(caller, listener, asked))
        return [_table(rows, figures, await _sizes(stack))]


async def _ask(caller: httpx.AsyncClient, listener: Listener, asked: Asked) -> Row:
    listener.clear(explaining=True)
    answer = await caller.get(asked.path, params=asked.params)
    _succeeded(asked, answer)
    plans = listener.plans
    whole, database = [], []
    for _ in range(REPEATS):
        listener.clear(explaining=False)
        began = perf_counter()
        answer = await caller.get(asked.path, params=asked.params)
        whole.append(1000 * (perf_counter() - began))
        _succeeded(asked, answer)
        database.append(listener.milliseconds)
    return {
        "question": str(asked),
        "asked by": f"{asked.role}{' (smallest)' if asked.organization == 'small' else ''}",
        "p50": percentile(whole, 50),
        "p95": percentile(whole, 95),
        "in PostgreSQL": percentile(database, 50),
        "8 kB pages": sum(pages_touched(plan) for plan in plans),
        "remarks": [remark for plan in plans for remark in remarks(plan)],
    }


def _succeeded(asked: Asked, answer: httpx.Response) -> None:
    if answer.status_code != 200:
        raise RuntimeError(f"{asked} answered {answer.status_code}: {answer.text[:500]}")


async def _sizes(stack: Stack) -> list[Row]:
    return await stack.rows(
        "referrals",
        "select relname as table, n_live_tup as rows from pg_stat_user_tables where n_live_tup > 0 "
        "order by 2 desc",
    )


def _table(rows: int, figures: list[Row], sizes: list[Row]) -> Figures:
    said = [f"  {row['question']}: {remark}" for row in figures for remark in row.pop("remarks")]
    held = ", ".join(f"{size['table']} {size['rows']:,}" for size in sizes)
    title = f"Over {rows:,} referrals, the largest of 50 organizations asking: milliseconds"
    return Figures(title, figures, [f"Rows: {held}", "Remarks:", *said])
