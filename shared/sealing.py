"""Columns that are encrypted at rest, and the blind index that finds an exact match among them.

AES-256-GCM; the table, column and row a value stands in are authenticated with it, so a value moved
to another row does not open. A sealed value begins with its key's id: keys can be rotated.
"""

import hashlib
import hmac
import json
import os
from base64 import urlsafe_b64decode
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection

NONCE = 12


class SealBroken(Exception):  # noqa: N818 - named for what happened
    """A sealed value does not open: it was altered, moved, or its key is gone."""


class Keyring:
    """The keys of one service. `text` is what CARELOOP_SEALING_KEYS holds."""

    def __init__(self, text: str) -> None:
        pairs = [pair.partition(":") for pair in text.split(",")]
        try:
            raw = {name.strip().encode(): urlsafe_b64decode(key.strip()) for name, _, key in pairs}
        except ValueError:
            raw = {}
        if not raw or any(not name or len(key) != 32 for name, key in raw.items()):
            raise ValueError("CARELOOP_SEALING_KEYS: `id:base64url of 32 bytes`, comma-separated")
        self._ciphers = {name: AESGCM(key) for name, key in raw.items()}
        self._first = next(iter(raw))
        # Of the oldest key: a new one put before it must not change what is looked up.
        oldest = list(raw.values())[-1]
        self._index_key = hmac.digest(oldest, b"blind index", hashlib.sha256)

    def seal(self, value: bytes, bound_to: str) -> bytes:
        nonce = os.urandom(NONCE)
        sealed = self._ciphers[self._first].encrypt(nonce, value, bound_to.encode())
        return self._first + b":" + nonce + sealed

    def open(self, sealed: bytes, bound_to: str) -> bytes:
        name, _, rest = sealed.partition(b":")
        try:
            return self._ciphers[name].decrypt(rest[:NONCE], rest[NONCE:], bound_to.encode())
        except (KeyError, ValueError, InvalidTag):
            raise SealBroken(bound_to) from None

    def blind_index(self, value: str, field: str) -> bytes:
        """Equal for equal values of a field, and of no use without the key."""
        return hmac.digest(self._index_key, f"{field}:{value}".encode(), hashlib.sha256)


def keyring(connection: Connection) -> Keyring:
    """The keyring that `db.create_engine` gave to every connection of the engine."""
    ring: Keyring = connection.get_execution_options()["keyring"]
    return ring


def seal(connection: Connection, value: Any, table: str, column: str, row: UUID) -> bytes:
    """`value` (anything JSON) sealed for one cell."""
    plain = json.dumps(value, ensure_ascii=False, default=str).encode()
    return keyring(connection).seal(plain, f"{table}:{column}:{row}")


def open_sealed(connection: Connection, sealed: bytes, table: str, column: str, row: UUID) -> Any:
    """What `seal` was given; raises `SealBroken`."""
    return json.loads(keyring(connection).open(sealed, f"{table}:{column}:{row}"))
