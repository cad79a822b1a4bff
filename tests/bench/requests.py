"""Requests a second, beside a bare application that reads and writes the same rows."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from deploy.issuer import SENDING_ORGANIZATION
from tests.bench.driver import Driver, yardstick
from tests.bench.figures import Figures, Row, percentile
from tests.bench.load import Outcome, Work
from tests.processes import Town, free_ports
from tests.teller import Waiting

CONCURRENCY = (1, 16)
ROUNDS, SECONDS, WARM_UP = 5, 0.6, 0.3
NEW = {"category": "food"}
REMARKS = [
    "bare: FastAPI and asyncpg, the same rows; audited: the same with the audit row of each read.",
    "cpu ms: processor time of the answering Python process for one request.",
]


@dataclass(frozen=True)
class Side:
    """Work, and the process that answers it."""

    work: Work
    pid: int


@dataclass(frozen=True)
class Operation:
    """The same work for the service, for the bare application, and for it with an audit row."""

    name: str
    ours: Side
    bare: Side
    audited: Side | None = None


async def measure(town: Town, driver: Driver, sent: list[Waiting]) -> Figures:
    """Every round takes each of them in turn, so that a busy moment of the machine hits all."""
    port = free_ports(1)[0]
    for service in ("cases", "referrals"):  # only those who are asked work
        await town.kill(f"{service} worker")
    async with yardstick(port, environment(town, sent)) as bare:
        rows = [
            await compare(driver, operation, concurrency)
            for operation in operations(town, Bare(port, bare), sent)
            for concurrency in CONCURRENCY
        ]
    for service in ("cases", "referrals"):
        await town.start(service, "worker")
    return Figures("Requests per second, and milliseconds of one", rows, REMARKS)


def environment(town: Town, sent: list[Waiting]) -> dict[str, str]:
    return {
        "BENCH_CASES": town.urls["cases"].app.replace("+asyncpg", ""),
        "BENCH_REFERRALS": town.urls["referrals"].app.replace("+asyncpg", ""),
        "BENCH_ORGANIZATION": str(SENDING_ORGANIZATION),
        "BENCH_SUBJECT": str(sent[0].referral["author"]),
    }


@dataclass(frozen=True)
class Bare:
    """The bare application: where it answers, and which process it is."""

    port: int
    pid: int

    def asked(self, requests: list[Row], new_keys: bool = False) -> Side:
        return Side(Work(self.port, requests, new_keys=new_keys), self.pid)


def operations(town: Town, bare: Bare, sent: list[Waiting]) -> list[Operation]:
    """Reads first: writes make the tables grow. Cases that are written to are not those read."""
    half = len(sent) // 2
    read = [waiting.need["case_id"] for waiting in sent[:half]]
    written = [waiting.need["case_id"] for waiting in sent[half:]]
    referrals = [waiting.referral["id"] for waiting in sent]

    def ours(service: str, requests: list[Row], new_keys: bool = False) -> Side:
        token = town.client(service, "case_manager").headers["Authorization"]
        headers = {"authorization": token}
        asked = Work(town.ports[service], requests, headers, new_keys=new_keys)
        return Side(asked, town.pids[f"{service} api"])

    def reading(name: str, service: str, *paths: str) -> Operation:
        plain, audited = (gets(f"/{kind}", paths) for kind in ("plain", "audited"))
        return Operation(
            name, ours(service, gets("/v1", paths)), bare.asked(plain), bare.asked(audited)
        )

    def writing(name: str, new_keys: bool) -> Operation:
        paths = [f"/cases/{case}/needs" for case in written]
        return Operation(
            name,
            ours("cases", posts("/v1", paths), new_keys),
            bare.asked(posts("", paths), new_keys),
        )

    return [
        reading("GET a case", "cases", *(f"/cases/{case}" for case in read)),
        reading("GET a referral", "referrals", *(f"/referrals/{each}" for each in referrals)),
        reading("GET 50 cases", "cases", "/cases"),
        reading("GET 50 referrals", "referrals", "/referrals"),
        writing("POST a need", new_keys=False),
        writing("POST a need, with Idempotency-Key", new_keys=True),
    ]


def gets(prefix: str, paths: Sequence[str]) -> list[Row]:
    return [{"method": "GET", "path": prefix + path} for path in paths]


def posts(prefix: str, paths: Sequence[str]) -> list[Row]:
    return [{"method": "POST", "path": prefix + path, "body": NEW} for path in paths]


async def compare(driver: Driver, operation: Operation, concurrency: int) -> Row:
    sides = {"ours": operation.ours, "bare": operation.bare, "audited": operation.audited}
    outcomes: dict[str, list[Outcome]] = {name: [] for name in sides}
    used = dict.fromkeys(sides, 0.0)
    for number in range(ROUNDS + 1):
        for name, each in sides.items():
            if each is not None:
                seconds = SECONDS if number else WARM_UP
                before = processor_seconds(each.pid)
                job = replace(each.work, concurrency=concurrency, seconds=seconds)
                outcomes[name].append(await driver.run(job))
                used[name] += (processor_seconds(each.pid) - before) * bool(number)
    ours, bare, audited = (summary(outcomes[name][1:], used[name]) for name in sides)
    return {
        "operation": operation.name,
        "at once": concurrency,
        "per second": ours["rate"],
        "p50": ours["p50"],
        "p95": ours["p95"],
        "bare": bare["rate"],
        "bare p50": bare["p50"],
        "bare p95": bare["p95"],
        "of bare": round(ours["rate"] / bare["rate"], 2),
        "audited": audited.get("rate"),
        "of audited": round(ours["rate"] / audited["rate"], 2) if audited else None,
        "cpu ms": ours["cpu"],
        "bare cpu": bare["cpu"],
        "audited cpu": audited.get("cpu"),
    }


def processor_seconds(pid: int) -> float:
    """What a process has used so far: unlike its speed, this does not depend on who else is busy."""
    described = Path(f"/proc/{pid}/stat")
    if not described.exists():  # only Linux tells so cheaply
        return 0.0
    fields = described.read_text().rsplit(")", 1)[1].split()
    user, system = int(fields[11]), int(fields[12])
    return (user + system) / os.sysconf("SC_CLK_TCK")


def summary(outcomes: list[Outcome], used: float) -> dict[str, float]:
    if not outcomes:
        return {}
    milliseconds = [each for outcome in outcomes for each in outcome.milliseconds]
    rate = len(milliseconds) / sum(outcome.seconds for outcome in outcomes)
    return {
        "rate": round(rate, 1),
        "cpu": round(1000 * used / len(milliseconds), 2),
        "p50": percentile(milliseconds, 50),
        "p95": percentile(milliseconds, 95),
    }
