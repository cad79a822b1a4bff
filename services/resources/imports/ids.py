"""Ids that are the same for the same thing, however often and in whatever order it is imported."""

import hashlib
from uuid import UUID, uuid5

DIRECTORY = UUID("6f1d7c4a-4a62-5d0e-9b43-2a3f8f5f9c11")
"""The namespace of every listing's id."""


def source_uuid(source: str) -> UUID:
    return uuid5(DIRECTORY, source)


def row_uuid(source: str, table: str, key: str) -> UUID:
    """The id here of the row that `source` knows as `key` in `table`."""
    return uuid5(DIRECTORY, f"{source}/{table}/{key}")


class NaturalKeys:
    """Keys for rows without usable ids: their whole content, and which of equal rows this is."""

    def __init__(self) -> None:
        self._seen: dict[bytes, int] = {}

    def key(self, table: str, cells: dict[str, str]) -> str:
        content = "\x1f".join(f"{name}={cells[name]}" for name in sorted(cells))
        digest = hashlib.sha256(f"{table}\x1e{content}".encode()).digest()[:16]
        occurrence = self._seen[digest] = self._seen.get(digest, 0) + 1
        return f"~{digest.hex()}.{occurrence}"
