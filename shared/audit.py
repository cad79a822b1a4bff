"""The audit trail: one row per request that touched people, in the transaction of what it did.

Ids and codes only. Organization, subject and request id come from the transaction's own context.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    Connection,
    DateTime,
    Identity,
    MetaData,
    Select,
    String,
    Table,
    Uuid,
    bindparam,
    case,
    column,
    func,
    insert,
    literal,
    literal_column,
    select,
    table,
    text,
)

from shared import clock

CONTEXT = "nullif(current_setting('app.{}', true), '')"


def audit_table(metadata: MetaData) -> Table:
    return Table(
        "audit",
        metadata,
        Column("seq", BigInteger, Identity(always=True), primary_key=True),
        Column("at", DateTime(timezone=True), nullable=False),
        Column("action", String(80), nullable=False),
        Column("ids", ARRAY(Uuid), nullable=False),
        Column("outcome", String(20), nullable=False),
        Column("basis", String(80)),
        Column(
            "organization", Uuid, server_default=text(CONTEXT.format("organization") + "::uuid")
        ),
        Column("subject", Uuid, server_default=text(CONTEXT.format("subject") + "::uuid")),
        Column("request_id", String(80), server_default=text(CONTEXT.format("request_id"))),
    )


# Only what is written, and no primary key: SQLAlchemy would ask for `seq` back, and who writes the
# trail may not read it.
WRITTEN = ("at", "action", "ids", "outcome", "basis")
AUDIT = table(
    "audit", *(column(c.name, c.type) for c in audit_table(MetaData()).c if c.name in WRITTEN)
)
RECORD = insert(AUDIT)


def record(
    connection: Connection,
    action: str,
    ids: list[UUID],
    outcome: str = "ok",
    basis: str | None = None,
) -> None:
    """Write that the caller did `action` to the rows `ids`, for the reason code `basis`."""
    row = {"at": clock.now(), "action": action, "ids": ids, "outcome": outcome, "basis": basis}
    connection.execute(RECORD, row)


def audited(statement: Select[Any], action: str, id_column: str = "id") -> Select[Any]:
    """The same rows, and an audit row with their ids, in one round trip.

    Build once, at module level. The order of `statement` is kept.
    """
    ordinal = func.row_number().over().label("audit_ordinal")
    page = statement.subquery("source")
    numbered = select(page, ordinal).cte("page")
    ids = func.coalesce(
        func.array(select(numbered.c[id_column]).scalar_subquery(), type_=ARRAY(Uuid)),
        literal_column("'{}'::uuid[]"),
    )
    outcome = case((func.cardinality(ids) > 0, "ok"), else_="none")
    at = bindparam("audit_at", callable_=clock.now, type_=DateTime(timezone=True))
    entry = insert(AUDIT).from_select(
        ["at", "action", "ids", "outcome"], select(at, literal(action), ids, outcome)
    )
    columns = [c for c in numbered.c if c.name != "audit_ordinal"]
    return select(*columns).order_by(numbered.c.audit_ordinal).add_cte(entry.cte("audit_entry"))
