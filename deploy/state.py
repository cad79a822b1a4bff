"""What this checkout keeps between runs: everything below .careloop, readable by its owner only."""

import os
import secrets
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]


class State:
    """The directory, its secrets (made once and kept), and its small files (replaced whole)."""

    def __init__(self, directory: Path = CHECKOUT / ".careloop") -> None:
        self.directory = directory
        directory.mkdir(mode=0o700, exist_ok=True)
        if directory.stat().st_uid != os.geteuid():
            raise PermissionError(
                f"{directory} belongs to another user: run as that user, or use a clone of your own"
            )

    def folder(self, name: str) -> Path:
        path = self.directory / name
        path.mkdir(mode=0o700, exist_ok=True)
        return path

    def secret(self, name: str, make: Callable[[], str] = secrets.token_urlsafe) -> str:
        """The secret of that name; two processes that ask first at once get the same one."""
        path = self.folder("secrets") / name
        if not path.exists():
            mine = self._write(make())
            with suppress(FileExistsError):  # another was first: its secret is the secret
                os.link(mine, path)
            mine.unlink()
        return path.read_text()

    def replace(self, name: str, text: str) -> None:
        """Write a file so that a reader sees the old text or the new, never a part."""
        self._write(text).replace(self.directory / name)

    def _write(self, text: str) -> Path:
        """A new file, readable by its owner only."""
        descriptor, name = tempfile.mkstemp(dir=self.directory, prefix="new-")
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
        return Path(name)
