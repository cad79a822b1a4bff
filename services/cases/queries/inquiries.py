"""Reads of what came from outside: for whoever takes the inquiry, and to find who that is."""

from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Uuid,
    any_,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
)

from services.cases.errors import ABSENT
from services.cases.lifecycle.case import CaseStatus
from services.cases.models import CASE, CLIENT, INQUIRY, STAFF
from services.cases.queries.clients import FINDABLE, SEEN, visible_to
from services.cases.queries.visibility import case_for
from shared import audit
from shared.auth import Principal
from shared.db import Record, fetch, fetch_one
from shared.errors import NotFound
from shared.roles import SCOPES, Role

TAKERS = [role for role in Role if "cases:intake" in SCOPES[role]]
_WAITING = (
    select(func.count())
    .where(CASE.c.owner_id == STAFF.c.id, CASE.c.status == CaseStatus.INQUIRY)
    .scalar_subquery()
)


def _has(role: Role) -> ColumnElement[bool]:
    return literal(role.value) == any_(STAFF.c.roles)


_RANK = case((_has(Role.INTAKE_WORKER), 0), (_has(Role.SUPERVISOR), 1), else_=2)
TAKER = (
    select(STAFF.c.id)
    .where(STAFF.c.active, or_(*map(_has, TAKERS)))
    .order_by(_RANK, _WAITING, STAFF.c.id)
    .limit(1)
)
OF_CASE = select(INQUIRY).where(INQUIRY.c.case_id == bindparam("p_case", type_=Uuid))
OF_SOURCE = select(INQUIRY).where(
    INQUIRY.c.source == bindparam("source"), INQUIRY.c.source_id == bindparam("source_id")
)
FOUND = select(CLIENT.c.id, SEEN.label("readable")).where(
    FINDABLE, CLIENT.c.id.in_(bindparam("p_ids", expanding=True))
)


def taker(connection: Connection) -> UUID | None:
    """Who takes the next inquiry: intake workers first, whoever has the fewest waiting."""
    row = fetch_one(connection, TAKER)
    return row["id"] if row else None


def get_inquiry(connection: Connection, caller: Principal, case_id: UUID) -> Record:
    """What asked for the case, and who on record may be the same person, as far as they are findable."""
    case_for(connection, caller, case_id)
    row = fetch_one(connection, OF_CASE, p_case=case_id)
    if row is None:
        raise NotFound(ABSENT)
    audit.record(connection, "get_inquiry", [case_id, row["client_id"]])
    alike = {UUID(one["client_id"]): one for one in row["possible_duplicates"]}
    found = fetch(connection, FOUND, p_ids=list(alike), **visible_to(caller))
    known = [{**alike[client["id"]], "readable": client["readable"]} for client in found]
    return {**row, "possible_duplicates": known}
