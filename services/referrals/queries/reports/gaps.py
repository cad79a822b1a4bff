"""What was asked for and not had: the gap ledger, by two of its dimensions at a time."""

from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    exists,
    func,
    select,
)

from services.referrals.models import case_relation, gap, need_relation
from services.referrals.queries.reports.facts import (
    OTHERS,
    UNKNOWN,
    Column,
    Facts,
    Partition,
    in_order,
    kept_rows,
)
from services.referrals.queries.reports.sent import FROM, TO, month_of, on_record, year_of
from services.referrals.queries.visibility import ORGANIZATION
from shared.auth import Principal
from shared.db import fetch

SIZE = Column(
    "gaps", "Facts of the year: a decline, no help, an expiry, a dispute, or nothing found"
)
DIMENSIONS: dict[str, ColumnElement[Any]] = {
    "month": month_of(gap.c.at),
    "category": gap.c.category,
    "area": func.coalesce(gap.c.area, UNKNOWN),
    "reason": gap.c.reason,
    "kind": gap.c.kind,
}
UNRESTRICTED = ~exists(
    select(need_relation.c.need_id)
    .join(case_relation, case_relation.c.case_id == need_relation.c.case_id)
    .where(
        case_relation.c.organization == ORGANIZATION,
        case_relation.c.restricted,
        need_relation.c.need_id == gap.c.need_id,
    )
)


def gaps(
    connection: Connection, caller: Principal, by: str, across: str, number: int | None
) -> Facts:
    """The year's gaps, with the values of `by` as rows and those of `across` as columns."""
    on_record(connection, "gaps")
    year = year_of(connection, caller, number)
    rows = fetch(connection, _statement(by, across), **year.parameters(caller.tenant))
    turned = Partition(())
    for row in rows:
        turned.add(row["column"], row["key"], row["count"])
    columns = kept_rows(turned)
    names = sorted({columns.get(row["column"], OTHERS) for row in rows})
    found = Partition(tuple(names))
    for row in rows:
        found.add(row["key"], columns.get(row["column"], OTHERS), row["count"])
    found = found.fold(kept_rows(found))
    return Facts(
        "gaps",
        by,
        year.number,
        year.timezone,
        SIZE,
        [Column(name, f"Gaps whose {across} is {name}") for name in names],
        in_order({}, found.counts),
        (found,),
    )


@cache
def _statement(by: str, across: str) -> Select[Any]:
    each = (
        select(DIMENSIONS[by].label("key"), DIMENSIONS[across].label("column"))
        .where(
            gap.c.organization == ORGANIZATION,
            and_(gap.c.at >= FROM, gap.c.at < TO),
            UNRESTRICTED,
        )
        .subquery()
    )
    return select(each.c.key, each.c.column, func.count().label("count")).group_by(
        each.c.key, each.c.column
    )
