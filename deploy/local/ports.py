"""Where everything listens: the usual ports, or all of them a hundred higher if one is taken."""

import fcntl
import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from deploy.postgres import SERVICES

USUAL = {
    "issuer": 8110,
    **{f"{service} api": 8101 + n for n, service in enumerate(SERVICES)},
    **{f"{service} api internal": 9101 + n for n, service in enumerate(SERVICES)},
    **{f"{service} worker internal": 9111 + n for n, service in enumerate(SERVICES)},
}
STEP = 100
STEPS = 50


class NoFreePortError(RuntimeError):
    """Every set of ports has one that is taken."""


def is_free(port: int) -> bool:
    with suppress(OSError), socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))
        return True
    return False


@contextmanager
def claimed(locks: Path | None = None) -> Iterator[dict[str, int]]:
    """A port for each name in USUAL, ours until the block ends.

    A port that is free now is bound seconds later, so two clones that start together would choose
    the same ones and take the other's answers for their own: hence a lock per set of ports.
    """
    locks = locks or Path(tempfile.gettempdir())
    with ExitStack() as held:
        for offset in range(0, STEP * STEPS, STEP):
            chosen = {name: usual + offset for name, usual in USUAL.items()}
            free = all(is_free(port) for port in chosen.values())
            if free and _lock(locks / f"careloop-ports-{offset}.lock", held):
                yield chosen
                return
        raise NoFreePortError(f"of {STEPS} sets of ports, each has one that is taken")


def _lock(path: Path, held: ExitStack) -> bool:
    try:
        descriptor = _open_shared(path)
    except OSError:
        return False
    held.callback(os.close, descriptor)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _open_shared(path: Path) -> int:
    """Open, or make, a file in a directory where other users make theirs."""
    with suppress(FileNotFoundError):
        return os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    with suppress(FileExistsError):
        return os.open(path, os.O_RDONLY | os.O_CREAT | os.O_EXCL, 0o644)
    return os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
