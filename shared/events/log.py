"""A service's own event log: written with the change, read in a gap-free order.

Sequences commit out of order, so a reader that trusts `seq` skips late commits. Rows carry the id of
their transaction, and no reader passes the oldest transaction still running (`pg_snapshot_xmin`).
"""

import re
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    DateTime,
    Identity,
    Index,
    MetaData,
    String,
    Table,
    Uuid,
    column,
    insert,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import UserDefinedType

from shared import clock
from shared.db import Record, fetch, fetch_one
from shared.errors import Invalid, Problem
from shared.events.contracts import Event

PAGE = 500


class CursorGone(Problem):
    """The log was restored or rebuilt since: read the state again, from the beginning."""

    status, type, title = 410, "cursor-gone", "The log is not the one this cursor is of"


class Xid8(UserDefinedType[int]):
    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "xid8"


def event_tables(metadata: MetaData) -> tuple[Table, Table]:
    event = Table(
        "event",
        metadata,
        Column("seq", BigInteger, Identity(always=True), primary_key=True),
        Column("xid", Xid8, nullable=False, server_default=text("pg_current_xact_id()")),
        Column("id", Uuid, nullable=False),
        Column("type", String(80), nullable=False),
        Column("subject", Uuid, nullable=False),
        Column("organization", Uuid),
        Column("time", DateTime(timezone=True), nullable=False),
        Column("data", JSONB, nullable=False),
        Index("ix_event_cursor", "xid", "seq"),
    )
    epoch = Table(
        "event_epoch",
        metadata,
        Column("epoch", Uuid, primary_key=True, server_default=text("gen_random_uuid()")),
    )
    return event, epoch


EVENT, _ = event_tables(MetaData())
# Without `seq`, or SQLAlchemy would ask for it back: who writes the log may not read it.
INSERT = insert(table("event", *(column(c.name, c.type) for c in EVENT.c if c.name != "seq")))
BEGINNING = (0, 0)
CURSOR = re.compile(r"([0-9a-f]{32})\.([0-9]{1,18})\.([0-9]{1,19})")
# The horizon is read with the page, in one statement: one snapshot. Bare `xid` would order by the number
# in the answer, which no index has.
_READ = """
    select cast(cast(xid as text) as bigint) as xid, seq, id, type, subject, organization, time, data
    from event
    where (xid, seq) > (cast(cast(cast(:after_xid as bigint) as text) as xid8), :after_seq)
      and xid < pg_snapshot_xmin(pg_current_snapshot()) {}
    order by event.xid, event.seq limit :page
    """
READ = text(_READ.format(""))
READ_OWN = text(_READ.format("and organization = :organization"))
STATE = text(
    """
    select epoch, cast(cast(pg_snapshot_xmax(pg_current_snapshot()) as text) as bigint) as xmax,
      cast(cast(pg_snapshot_xmin(pg_current_snapshot()) as text) as bigint) as horizon
    from event_epoch
    """
)


def publish(connection: Connection, organization: UUID | None, *events: Event) -> None:
    """Write `events` in the transaction of the change they tell of. `organization` holds the subject."""
    rows = [
        {
            "id": uuid4(),
            "type": event.type,
            "subject": event.subject_id,
            "organization": organization,
            "time": clock.now(),
            "data": event.model_dump(mode="json"),
        }
        for event in events
    ]
    if rows:
        connection.execute(INSERT, rows)


def read(
    connection: Connection,
    source: str,
    after: str | None,
    types: set[str] | None,
    organization: UUID | None = None,
) -> Record:
    """The next page of the log, or of what one organization holds in it.

    `cursor` passes the rows that were not wanted, too.
    """
    state = fetch_one(connection, STATE)
    assert state is not None
    epoch = state["epoch"].hex
    xid, seq = BEGINNING if not after else _position(after, epoch, state["xmax"])
    after_row = {"after_xid": xid, "after_seq": seq, "page": PAGE}
    if organization is None:
        rows = fetch(connection, READ, **after_row)
    else:
        rows = fetch(connection, READ_OWN, **after_row, organization=organization)
    for row in rows:
        row |= {"source": source, "cursor": f"{epoch}.{row['xid']}.{row['seq']}"}
    wanted = [row for row in rows if types is None or row["type"] in types]
    return {"items": wanted, "cursor": rows[-1]["cursor"] if rows else f"{epoch}.{xid}.{seq}"}


def latest(connection: Connection) -> str:
    """A cursor behind everything that may be read by now."""
    state = fetch_one(connection, STATE)
    assert state is not None
    return f"{state['epoch'].hex}.{state['horizon'] - 1}.{2**62}"


def _position(cursor: str, epoch: str, xmax: int) -> tuple[int, int]:
    """Raises `CursorGone` for another epoch, or a transaction that has not been yet."""
    parts = CURSOR.fullmatch(cursor)
    if parts is None:
        raise Invalid("query/after", "is not a cursor of this log")
    of, position = parts[1], (int(parts[2]), int(parts[3]))
    if of != epoch or position[0] >= xmax:
        raise CursorGone("Read again from the beginning.")
    return position
