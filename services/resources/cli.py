"""`python -m services.resources import PATH | load-starter`: listings into the directory."""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from services.resources.imports.package import BadPackage
from services.resources.imports.problems import CODES
from services.resources.imports.run import Summary, import_package
from services.resources.settings import Settings
from shared.db import Database, create_engine
from shared.sealing import Keyring
from shared.zones import zones

STARTER = Path(__file__).parent / "starter"
COMMANDS = ("import", "load-starter")
BAR = 30


def main(arguments: Sequence[str]) -> int:
    chosen = parser().parse_args(arguments)
    try:
        summary = asyncio.run(load(chosen))
    except BadPackage as problem:
        print(problem, file=sys.stderr)
        return 2
    if chosen.json:
        print(json.dumps(summary.as_dict()))
    else:
        print(told(summary))
    return 0


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="python -m services.resources")
    commands = top.add_subparsers(dest="command", required=True)
    load = commands.add_parser("import", help="load a package of listings into the directory")
    load.add_argument("path", type=Path, help="HSDS 1.1 or 3.x as CSV: a folder or a zip")
    load.add_argument("--source", help="name of the source; else it is recognised by its services")
    load.add_argument(
        "--timezone",
        choices=zones(),
        metavar="ZONE",
        help="IANA zone of opening hours where a location names none",
    )
    load.add_argument(
        "--full", action="store_true", help="the package is complete: delete what it lacks"
    )
    starter = commands.add_parser("load-starter", help="load the project's own sample directory")
    starter.set_defaults(path=STARTER, source="starter", timezone=None, full=True)
    for command in (load, starter):
        command.add_argument("--json", action="store_true", help="the summary as one line of JSON")
    return top


async def load(chosen: argparse.Namespace) -> Summary:
    settings = Settings()
    keyring = Keyring(settings.sealing_keys.get_secret_value())
    engine = create_engine(settings.database_url.get_secret_value(), keyring, pool_size=1)
    try:
        return await import_package(
            Database(engine),
            chosen.path,
            reports=settings.reports_path,
            name=chosen.source,
            timezone=chosen.timezone,
            full=chosen.full,
            progress=bar if sys.stderr.isatty() else silent,
        )
    finally:
        await engine.dispose()


def silent(_what: str, _done: int, _total: int) -> None:
    """No bar where nobody watches."""


def bar(what: str, done: int, total: int) -> None:
    filled = BAR * done // total if total else 0
    end = "\n" if total and done >= total else ""
    share = (
        f"[{'#' * filled}{'.' * (BAR - filled)}] {done:,} of {total:,}" if total else f"{done:,}"
    )
    print(f"\r{what} {share} rows\033[K", end=end, file=sys.stderr, flush=True)


def told(summary: Summary) -> str:
    services = summary.services
    lines = [
        f"{summary.source} ({summary.format}): {summary.read:,} rows read in {summary.seconds} s",
        f"  created {summary.created:,}, updated {summary.updated:,}, unchanged"
        f" {summary.unchanged:,}, deleted {summary.deleted:,}, refused {summary.refused:,}",
        f"  services: {services.created:,} new, {services.updated:,} changed,"
        f" {services.unchanged:,} as before, {services.deleted:,} gone",
    ]
    for code, count in summary.problems.items():
        severity, reason, _ = CODES[code]
        lines.append(f"  {severity} {code} x {count:,}: {reason}")
    return "\n".join([*lines, f"  cell by cell: {summary.problem_report}"])
