"""Idempotency-Key: the key, a digest of the request and the answer, in the effect's own transaction.

    await db.run(once, commands.open_case, caller, new)

A crash leaves nothing in flight. A concurrent twin waits on the unique key and gets the first answer.
The stored answer is sealed: it may hold personal data.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any
from uuid import NAMESPACE_OID, UUID, uuid5

from fastapi import Depends, Header, Request
from pydantic_core import from_json, to_json
from sqlalchemy import (
    Column,
    Connection,
    DateTime,
    LargeBinary,
    MetaData,
    Table,
    Uuid,
    and_,
    bindparam,
    delete,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from shared import clock
from shared.audit import CONTEXT
from shared.db import Record, execute, fetch_one
from shared.errors import Problem
from shared.sealing import keyring

KEPT = timedelta(days=2)
NOBODY = "00000000-0000-0000-0000-000000000000"


class KeyReused(Problem):
    """The same Idempotency-Key came with another request."""

    status, type, title = 422, "idempotency-key-reused", "Idempotency-Key reused"


def _of_the_caller(name: str) -> str:
    return f"coalesce({CONTEXT.format(name)}, '{NOBODY}')::uuid"


ORGANIZATION, SUBJECT = text(_of_the_caller("organization")), text(_of_the_caller("subject"))


def idempotency_table(metadata: MetaData) -> Table:
    return Table(
        "idempotency",
        metadata,
        Column("organization", Uuid, primary_key=True, server_default=ORGANIZATION),
        Column("subject", Uuid, primary_key=True, server_default=SUBJECT),
        Column("key", Uuid, primary_key=True),
        Column("digest", LargeBinary, nullable=False),
        Column("answer", LargeBinary),
        Column("created_at", DateTime(timezone=True), nullable=False, index=True),
    )


IDEMPOTENCY = idempotency_table(MetaData())
CLAIM = insert(IDEMPOTENCY).on_conflict_do_nothing().returning(IDEMPOTENCY.c.key)
MINE = and_(IDEMPOTENCY.c.key == bindparam("p_key"), IDEMPOTENCY.c.subject == SUBJECT)
STORED = select(IDEMPOTENCY.c.digest, IDEMPOTENCY.c.answer).where(MINE)
ANSWERED = update(IDEMPOTENCY).where(MINE).values(answer=bindparam("p_answer"))
PRUNE = delete(IDEMPOTENCY).where(IDEMPOTENCY.c.created_at < bindparam("p_before"))


@dataclass(frozen=True, slots=True)
class Once:
    """Runs a command at most once for its key; without a key, simply runs it."""

    key: UUID | None
    digest: bytes

    def __call__(
        self, connection: Connection, work: Callable[..., Record], *args: Any, **kwargs: Any
    ) -> Record:
        if self.key is None:
            return work(connection, *args, **kwargs)
        claim = {"key": self.key, "digest": self.digest, "created_at": clock.now()}
        if connection.execute(CLAIM, claim).first() is None:
            return self._first_answer(connection)
        answer = work(connection, *args, **kwargs)
        sealed = keyring(connection).seal(_bytes(answer), f"idempotency:{self.key}")
        execute(connection, ANSWERED, {"p_key": self.key, "p_answer": sealed})
        return answer

    def _first_answer(self, connection: Connection) -> Record:
        stored = fetch_one(connection, STORED, p_key=self.key)
        if stored is None or stored["digest"] != self.digest:
            raise KeyReused("This Idempotency-Key was used for another request.")
        answer: Record = from_json(
            keyring(connection).open(stored["answer"], f"idempotency:{self.key}")
        )
        return answer

    def derived(self, purpose: str) -> str | None:
        """A key for a call to a neighbour that this request makes."""
        return None if self.key is None else str(uuid5(self.key, purpose))

    def part(self, purpose: str) -> "Once":
        """The same for one of several transactions of a request: a repeat goes on where it stopped."""
        return Once(self.key and uuid5(self.key, purpose), self.digest)


def _bytes(answer: Record) -> bytes:
    # A row may carry sealed columns beside what is answered: bytes that are no text.
    return to_json(answer, bytes_mode="base64")


async def once(
    request: Request,
    idempotency_key: Annotated[
        str | None,
        Header(
            max_length=100,
            pattern=r"^[\x21-\x7e]+$",
            description="A unique value: a repeat gets the first answer and changes nothing.",
        ),
    ] = None,
) -> Once:
    if idempotency_key is None:
        return Once(None, b"")
    digest = hashlib.sha256(f"{request.method} {request.url.path}\n".encode())
    digest.update(await request.body())
    return Once(uuid5(NAMESPACE_OID, idempotency_key), digest.digest())


OnlyOnce = Annotated[Once, Depends(once)]


def prune(connection: Connection) -> int:
    """Forget keys older than two days. Run by the worker."""
    return execute(connection, PRUNE, {"p_before": clock.now() - KEPT})
