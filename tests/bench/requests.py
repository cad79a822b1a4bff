"""Requests a second, beside a bare application that reads and writes the same rows."""

from dataclasses import dataclass, replace

from deploy.issuer import SENDING_ORGANIZATION
from tests.bench.driver import Driver, yardstick
from tests.bench.figures import Figures, Row, percentile
from tests.bench.load import Outcome, Work
from tests.processes import Town, free_ports
from tests.teller import Waiting

CONCURRENCY = (1, 16)
ROUNDS, SECONDS, WARM_UP = 3, 1.0, 0.3
NEW = {"category": "food"}


@dataclass(frozen=True)
class Operation:
    """The same work for the service, for the bare application, and for it with an audit row."""

    name: str
    ours: Work
    bare: Work
    audited: Work | None = None


async def measure(town: Town, driver: Driver, sent: list[Waiting]) -> Figures:
    """Every round takes each of them in turn, so that a busy moment of the machine hits all."""
    port = free_ports(1)[0]
    for service in ("cases", "referrals"):  # only those who are asked work
        await town.kill(f"{service} worker")
    async with yardstick(port, environment(town, sent)):
        rows = [
            await compare(driver, operation, concurrency)
            for operation in operations(town, port, sent)
            for concurrency in CONCURRENCY
        ]
    for service in ("cases", "referrals"):
        await town.start(service, "worker")
    return Figures("Requests per second, and milliseconds of one", rows)


def environment(town: Town, sent: list[Waiting]) -> dict[str, str]:
    return {
        "BENCH_CASES": town.urls["cases"].app.replace("+asyncpg", ""),
        "BENCH_REFERRALS": town.urls["referrals"].app.replace("+asyncpg", ""),
        "BENCH_ORGANIZATION": str(SENDING_ORGANIZATION),
        "BENCH_SUBJECT": str(sent[0].referral["author"]),
    }


def operations(town: Town, port: int, sent: list[Waiting]) -> list[Operation]:
    """Reads first: writes make the tables grow. Cases that are written to are not those read."""
    half = len(sent) // 2
    read = [waiting.need["case_id"] for waiting in sent[:half]]
    written = [waiting.need["case_id"] for waiting in sent[half:]]
    referrals = [waiting.referral["id"] for waiting in sent]

    def reading(name: str, service: str, *paths: str) -> Operation:
        return Operation(
            name,
            work(town, service, [{"method": "GET", "path": f"/v1{path}"} for path in paths]),
            Work(port, [{"method": "GET", "path": f"/plain{path}"} for path in paths]),
            Work(port, [{"method": "GET", "path": f"/audited{path}"} for path in paths]),
        )

    def writing(name: str, new_keys: bool) -> Operation:
        paths = [f"/cases/{case}/needs" for case in written]
        return Operation(
            name,
            replace(
                work(
                    town,
                    "cases",
                    [{"method": "POST", "path": f"/v1{path}", "body": NEW} for path in paths],
                ),
                new_keys=new_keys,
            ),
            Work(
                port,
                [{"method": "POST", "path": path, "body": NEW} for path in paths],
                new_keys=new_keys,
            ),
        )

    return [
        reading("GET a case", "cases", *(f"/cases/{case}" for case in read)),
        reading("GET a referral", "referrals", *(f"/referrals/{each}" for each in referrals)),
        reading("GET 50 cases", "cases", "/cases"),
        reading("GET 50 referrals", "referrals", "/referrals"),
        writing("POST a need", new_keys=False),
        writing("POST a need, with Idempotency-Key", new_keys=True),
    ]


def work(town: Town, service: str, requests: list[Row]) -> Work:
    token = town.client(service, "case_manager").headers["Authorization"]
    return Work(town.ports[service], requests, {"authorization": token})


async def compare(driver: Driver, operation: Operation, concurrency: int) -> Row:
    sides = {"ours": operation.ours, "bare": operation.bare, "audited": operation.audited}
    outcomes: dict[str, list[Outcome]] = {name: [] for name in sides}
    for number in range(ROUNDS + 1):
        for name, each in sides.items():
            if each is not None:
                seconds = SECONDS if number else WARM_UP
                job = replace(each, concurrency=concurrency, seconds=seconds)
                outcomes[name].append(await driver.run(job))
    ours, bare, audited = (summary(outcomes[name][1:]) for name in sides)
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
        "bare+audit": audited.get("rate"),
        "of it": round(ours["rate"] / audited["rate"], 2) if audited else None,
    }


def summary(outcomes: list[Outcome]) -> dict[str, float]:
    if not outcomes:
        return {}
    milliseconds = [each for outcome in outcomes for each in outcome.milliseconds]
    rate = len(milliseconds) / sum(outcome.seconds for outcome in outcomes)
    return {
        "rate": round(rate, 1),
        "p50": percentile(milliseconds, 50),
        "p95": percentile(milliseconds, 95),
    }
