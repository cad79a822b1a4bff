"""`make demo-network`: plays all scenarios on fresh databases, and says whether everything was seen.

Ends with 0 when it was, with 1 when anything is missing or not as written, with 2 without Chromium.
"""

import asyncio
import logging
import sys
import tempfile
from pathlib import Path

import structlog

from tests.network.browser import NoBrowser
from tests.network.performance import perform
from tests.network.players import NotAsWritten


def quiet() -> None:
    """A thousand requests are no news here; what fails is."""
    level = structlog.make_filtering_bound_logger(logging.WARNING)
    structlog.configure(
        wrapper_class=level, logger_factory=structlog.PrintLoggerFactory(sys.stderr)
    )


def say(line: str) -> None:
    """Progress goes to standard error: the table may be piped somewhere."""
    print(line, file=sys.stderr, flush=True)


def main() -> int:
    quiet()
    with tempfile.TemporaryDirectory(prefix="careloop-network-") as directory:
        try:
            outcome = asyncio.run(perform(Path(directory), say))
        except NoBrowser as missing:
            say(str(missing))
            return 2
        except NotAsWritten as wrong:
            say(f"Not as written: {wrong}")
            return 1
    print(outcome.table)
    for finding in outcome.findings:
        print(f"\n{finding.line}")
        for missing_one in finding.missing:
            print(f"  {missing_one}")
    return 0 if outcome.holds else 1


if __name__ == "__main__":
    sys.exit(main())
