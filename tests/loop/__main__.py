"""Random histories by the thousand: python -m tests.loop --seeds 0-9999 (`make histories`).

What was done is in a ledger under .careloop, one for each state of the code: a second run goes on.
"""

import argparse
import asyncio
import hashlib
import logging
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import structlog

from shared.process import ROOT
from tests.loop.batch import ROUNDS, Batch
from tests.loop.ground import ground
from tests.server import server_for_tests

TOGETHER = 50
"""Histories under one clock: what they share costs each less."""
PROCESSES = 2
SOURCES = ("services", "shared", "tests/loop")


def ledger() -> Path:
    """Of the code as it is now."""
    digest = hashlib.sha256()
    for path in sorted(p for folder in SOURCES for p in (ROOT / folder).rglob("*.py")):
        digest.update(path.read_bytes())
    return ROOT / ".careloop" / "histories" / f"{digest.hexdigest()[:12]}.txt"


def batches(first: int, last: int) -> list[list[int]]:
    return [list(range(n, min(n + TOGETHER, last + 1))) for n in range(first, last + 1, TOGETHER)]


def named(seeds: Sequence[int]) -> str:
    return f"{seeds[0]}-{seeds[-1]}"


def done(book: Path) -> set[str]:
    lines = book.read_text().splitlines() if book.exists() else []
    return {line.split()[0] for line in lines}


async def run(todo: list[list[int]], book: Path, rounds: int) -> int:
    """How many batches held a history in which something was found."""
    failed = 0
    async with server_for_tests() as server:
        with tempfile.TemporaryDirectory() as directory:
            casts = max(map(len, todo))
            async with ground(server, Path(directory), casts) as prepared:
                for seeds in todo:
                    failed += await _one(Batch(prepared, seeds, rounds), seeds, book)
    return failed


async def _one(batch: Batch, seeds: list[int], book: Path) -> bool:
    begun = time.monotonic()
    try:
        await batch.run()
        found = ""
    except Exception as error:  # whatever it is, it is what we look for
        found = f"{type(error).__name__}: {error}"
    seconds = time.monotonic() - begun
    tried = Counter[bool]()
    for history in batch.histories:
        for (_, taken), number in history.tried.items():
            tried[taken] += number
    outcome = "FOUND" if found else "held"
    line = (
        f"{named(seeds)} {outcome} {seconds:.0f}s taken={tried[True]} refused={tried[False]} "
        f"deaths={sum(batch.deaths.values())}"
    )
    print(f"{line}\n{found}".rstrip(), flush=True)
    book.parent.mkdir(parents=True, exist_ok=True)
    with book.open("a") as file:
        file.write(f"{line}\n")
    return bool(found)


def share(todo: list[list[int]], options: argparse.Namespace) -> int:
    """Every process takes its part; each has a stack of its own."""
    me = (sys.executable, "-m", "tests.loop")
    commands = [
        [
            *me,
            "--seeds",
            options.seeds,
            "--rounds",
            str(options.rounds),
            "--part",
            f"{n}/{PROCESSES}",
        ]
        for n in range(min(PROCESSES, len(todo)))
    ]
    running = [subprocess.Popen(command, cwd=ROOT) for command in commands]
    return max(process.wait() for process in running)


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.loop", description=__doc__)
    parser.add_argument("--seeds", default="0-499", help="first-last, or one")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="how long each is")
    parser.add_argument("--part", help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    first, _, last = options.seeds.partition("-")
    book = ledger()
    todo = [b for b in batches(int(first), int(last or first)) if named(b) not in done(book)]
    if not todo:
        print(f"all of {options.seeds} is in {book.relative_to(ROOT)}")
        return 0
    if options.part is None and len(todo) > 1:
        return share(todo, options)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    part, _, of = (options.part or "0/1").partition("/")
    return 1 if asyncio.run(run(todo[int(part) :: int(of)], book, options.rounds)) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
