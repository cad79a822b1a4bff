"""The CSV files of a publisher's package: a folder, or a zip that is checked before it is opened."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from zipfile import BadZipFile, ZipFile

MAX_UNPACKED, MAX_RATIO, MAX_CELL = 1 << 30, 100, 10_000_000


class BadPackage(Exception):  # noqa: N818 - named for what it is
    """What was given is no package that can be read; the message says why."""


class Package:
    """Names and opens CSV files; nothing of a zip is unpacked to disk."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._zip: ZipFile | None = None
        if path.is_dir():
            self.files = {found.name: str(found) for found in path.glob("*.csv")}
        elif path.is_file():
            self._zip = checked_zip(path)
            names = [name for name in self._zip.namelist() if name.endswith(".csv")]
            self.files = {name.rsplit("/", 1)[-1]: name for name in names}
        else:
            raise BadPackage(f"{path.name}: no such folder or zip")
        if not self.files:
            raise BadPackage(f"{path.name}: holds no CSV file")

    @contextmanager
    def open(self, name: str) -> Iterator[IO[str]]:
        # A byte that is not UTF-8 becomes a marked character, and its cell is reported.
        path = self.files[name]
        with (
            self._zip.open(path) if self._zip else Path(path).open("rb") as raw,
            io.TextIOWrapper(raw, "utf-8-sig", errors="replace", newline="") as lines,
        ):
            yield lines

    def rows(self, name: str) -> Iterator[tuple[int, dict[str, str], int]]:
        """Row number (the header is 1), cells that are not blank by column, surplus cells."""
        csv.field_size_limit(MAX_CELL)
        with self.open(name) as lines:
            reader = csv.reader(lines)
            header = unique(next(reader, []))
            for number, cells in enumerate(reader, start=2):
                pairs = zip(header, cells, strict=False)
                filled = {column: cell.strip() for column, cell in pairs if cell.strip()}
                if filled or len(cells) > 1:
                    yield number, filled, max(0, len(cells) - len(header))

    def header(self, name: str) -> list[str]:
        with self.open(name) as lines:
            return unique(next(csv.reader(lines), []))

    def size(self) -> int:
        """Bytes to read, for a progress bar."""
        if self._zip:
            return sum(self._zip.getinfo(name).file_size for name in self.files.values())
        return sum(Path(name).stat().st_size for name in self.files.values())


def unique(header: list[str]) -> list[str]:
    """Column names; a second of the same name is numbered, so that its cells are not lost."""
    seen: Counter[str] = Counter()
    names = []
    for column in map(str.strip, header):
        seen[column] += 1
        names.append(column if seen[column] == 1 else f"{column}+{seen[column]}")
    return names


def checked_zip(path: Path) -> ZipFile:
    try:
        archive = ZipFile(path)
    except BadZipFile:
        raise BadPackage(f"{path.name}: neither a folder nor a zip") from None
    unpacked = sum(entry.file_size for entry in archive.infolist())
    if unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * max(path.stat().st_size, 1):
        raise BadPackage(f"{path.name}: unpacks to {unpacked} bytes, more than is accepted")
    return archive
