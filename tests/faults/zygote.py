"""Starts real service processes in milliseconds, by forking one that has imported everything.

Run as `python -m tests.faults.zygote`; a JSON line on standard input starts one process:

    {"service": "cases", "process": "worker", "environment": {...}, "crash": "before_commit", "log": "..."}

and its process id comes back on standard output. `crash` makes the process kill -9 itself at a point that
no signal from outside could hit on purpose:

* `after_publish`: a command that published an event has committed; its answer has not left.
* `before_commit`: a page of events has taken effect; the transaction has not committed.
* `after_commit`: the page's transaction has committed; the worker knows nothing of it yet.
"""

import json
import os
import signal
import sys
from importlib import import_module
from typing import Any

from shared import process
from shared.db import Database
from shared.events import reader

SERVICES = {
    name: import_module(f"services.{name}.__main__").SERVICE
    for name in ("cases", "resources", "referrals")
}


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _took_events(work: Any, args: tuple[Any, ...]) -> bool:
    """Whether this transaction applied at least one event."""
    owner = getattr(work, "__self__", None)
    return isinstance(owner, reader.EventReader) and bool(args[1].items)


def crash_after_publish() -> None:
    import_module("shared.events.log")
    published: list[bool] = []
    for module in list(sys.modules.values()):
        original = getattr(module, "publish", None)
        if getattr(original, "__module__", None) == "shared.events.log":

            def publish(*args: Any, original: Any = original, **kwargs: Any) -> None:
                original(*args, **kwargs)
                published.append(True)

            setattr(module, "publish", publish)  # noqa: B010 - a module's attribute
    run = Database.run

    async def run_and_die(self: Database, *args: Any, **kwargs: Any) -> Any:
        result = await run(self, *args, **kwargs)
        if published:
            die()
        return result

    Database.run = run_and_die  # type: ignore[method-assign]


def crash_before_commit() -> None:
    take = reader.EventReader._take

    def take_and_die(self: reader.EventReader, connection: Any, read_at: str, page: Any) -> bool:
        taken = take(self, connection, read_at, page)
        if page.items:
            die()
        return taken

    reader.EventReader._take = take_and_die  # type: ignore[method-assign]


def crash_after_commit() -> None:
    run = Database.run

    async def run_and_die(self: Database, work: Any, *args: Any, **kwargs: Any) -> Any:
        result = await run(self, work, *args, **kwargs)
        if _took_events(work, args):
            die()
        return result

    Database.run = run_and_die  # type: ignore[method-assign]


CRASHES = {
    "after_publish": crash_after_publish,
    "before_commit": crash_before_commit,
    "after_commit": crash_after_commit,
}


def child(order: dict[str, Any]) -> None:
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    null = os.open(os.devnull, os.O_RDONLY)
    for target, source in ((0, null), (1, log), (2, log)):
        os.dup2(source, target)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ.update(order["environment"])
    if crash := order.get("crash"):
        CRASHES[crash]()
    os._exit(process.main(SERVICES[order["service"]], [order["process"]]))


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them: no zombies
    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if pid == 0:
            child(order)
        print(pid, flush=True)


if __name__ == "__main__":
    main()
