"""`python -m deploy.local run | import | clean`: what the Makefile calls."""

import argparse
import shutil
import sys
from pathlib import Path

from deploy.local.child import start
from deploy.local.database import Databases
from deploy.local.plan import Plan, Task
from deploy.local.ports import USUAL, NoFreePortError
from deploy.local.supervisor import StackError, Supervisor, only_one
from deploy.postgres import PostgresError, Server
from deploy.state import State


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m deploy.local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run", help="start everything, until Ctrl-C")
    importing = commands.add_parser("import", help="load listings into the directory")
    importing.add_argument("path", type=Path)
    importing.add_argument("options", nargs=argparse.REMAINDER, help="--json, and others")
    commands.add_parser("clean", help="delete the databases, keys and logs of this checkout")
    chosen = parser.parse_args()
    try:
        state = State()
        if chosen.command == "run":
            Supervisor(state).run()
        elif chosen.command == "import":
            return import_listings(state, chosen.path, chosen.options)
        else:
            clean(state)
    except (StackError, PostgresError, NoFreePortError, PermissionError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def import_listings(state: State, path: Path, options: list[str]) -> int:
    """Run the import, whose options they are; PostgreSQL is started if it does not run."""
    databases = Databases(state)
    was_running = databases.running()
    plan = Plan(state, databases.start(), USUAL)
    try:
        if not was_running and (failed := _finish(plan.one_shot("resources", "migrate"))):
            return failed
        return _finish(plan.one_shot("resources", "import", str(path.resolve()), *options))
    finally:
        if not was_running:
            databases.stop()


def _finish(task: Task) -> int:
    with start(task, output=None) as process:
        return process.wait()


def clean(state: State) -> None:
    with only_one(state):
        for base in ("postgres", "test-postgres"):
            Server(state.directory / base).remove()
        shutil.rmtree(state.directory)
    print(f"deleted {state.directory}")


if __name__ == "__main__":
    sys.exit(main())
