"""`make bench`: measures on databases and processes of its own, and prints what it saw.

python -m tests.bench [plans | reports [--rows N]] [--json]
"""

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Callable, Coroutine
from pathlib import Path

from shared import clock
from tests.bench import lag, plans, reports, requests
from tests.bench.database import fresh
from tests.bench.directory import Directory
from tests.bench.driver import driver
from tests.bench.figures import Figures, as_json, machine
from tests.processes import running
from tests.teller import Teller

REFERRALS, ANSWERED = 60, 40


def say(line: str) -> None:
    """Progress goes to standard error: the figures may be piped somewhere."""
    print(line, file=sys.stderr, flush=True)


async def everything(folder: Path) -> list[Figures]:
    directory = Directory()
    say(f"Importing {directory.path.name}, twice ...")
    async with fresh() as server, running(server, folder, directory.fill) as town, driver() as load:
        say("Searching ...")
        searched = await directory.search_figures(town, load)
        say(f"Sending {REFERRALS} referrals ...")
        teller = Teller(town, lambda _: None)
        pantry = await teller.prepare()
        sent = [await teller.sent(pantry) for _ in range(REFERRALS)]
        say(f"Answering {ANSWERED} of them ...")
        lagged = await lag.measure(town, teller, pantry, sent[:ANSWERED])
        say("Reading and writing, beside a bare application ...")
        compared = await requests.measure(town, load, sent)
    return [directory.import_figures(), searched, lagged, compared]


async def over_many(folder: Path, rows: int) -> list[Figures]:
    return await reports.measure(folder, rows, str(clock.now().year - 1))


WORK: dict[str, Callable[[Path, int], Coroutine[None, None, list[Figures]]]] = {
    "all": lambda folder, _: everything(folder),
    "plans": lambda folder, _: plans.measure(folder),
    "reports": over_many,
}


def main() -> None:
    arguments = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    arguments.add_argument("what", nargs="?", choices=tuple(WORK), default="all")
    arguments.add_argument("--rows", type=int, default=reports.ROWS, help="referrals, for reports")
    arguments.add_argument("--json", action="store_true", help="the figures as one JSON document")
    chosen = arguments.parse_args()
    where = machine()
    with tempfile.TemporaryDirectory(prefix="careloop-bench-") as folder:
        figures = asyncio.run(WORK[chosen.what](Path(folder), chosen.rows))
    if chosen.json:
        print(json.dumps(as_json(where, figures)))
        return
    print(", ".join(f"{name.replace('_', ' ')} {value}" for name, value in where.items()))
    for each in figures:
        print(f"\n{each.table()}")


if __name__ == "__main__":
    main()
