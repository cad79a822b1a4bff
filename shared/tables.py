"""The tables every service's database has."""

from sqlalchemy import MetaData

from shared.audit import audit_table
from shared.events.log import event_tables
from shared.events.reader import cursor_tables
from shared.idempotency import idempotency_table


def common_tables(metadata: MetaData) -> None:
    """Add the event log, cursors, audit trail and idempotency keys to a service's metadata."""
    event_tables(metadata)
    cursor_tables(metadata)
    audit_table(metadata)
    idempotency_table(metadata)
