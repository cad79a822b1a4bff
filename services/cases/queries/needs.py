"""Reads of needs, for the case's workers and for whoever refers one."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, String, Uuid, bindparam, or_, select, tuple_

from services.cases.access import may_write, relation_of
from services.cases.errors import ABSENT
from services.cases.lifecycle.need import NeedStatus, decisions
from services.cases.models import CASE, CLIENT, NEED
from services.cases.queries.cases import NAMED
from services.cases.queries.visibility import RELATION, VISIBLE, case_for, visible_to
from shared.audit import audited
from shared.auth import Principal
from shared.db import Record, fetch, fetch_one
from shared.errors import Conflict, NotFound
from shared.pagination import Keyset, Paging
from shared.schemas.needs import GRAVITY, NeedCategory
from shared.sealing import open_sealed

BY_PRIORITY = Keyset(("priority", "id"), (0, UUID(int=0)))
NEED_ID = bindparam("p_need", type_=Uuid)
SEEN = select(NEED, *RELATION).join(CASE, CASE.c.id == NEED.c.case_id).where(VISIBLE)
ONE = SEEN.where(NEED.c.id == NEED_ID)
GET = audited(ONE, "get_need")
LOCKED = ONE.with_for_update(of=NEED)
STATUS = bindparam("p_status", type_=String)
LIST = audited(
    SEEN.where(
        NEED.c.case_id == bindparam("p_case", type_=Uuid),
        or_(STATUS.is_(None), NEED.c.status == STATUS),
        tuple_(NEED.c.priority, NEED.c.id)
        > tuple_(bindparam("after_priority"), bindparam("after_id")),
    )
    .order_by(NEED.c.priority, NEED.c.id)
    .limit(bindparam("page_limit")),
    "list_needs",
)
REFERABLE = audited(
    select(
        NEED.c.id,
        NEED.c.id.label("need_id"),
        NEED.c.case_id,
        NEED.c.client_id,
        NEED.c.category,
        NEED.c.status.label("need_status"),
        CASE.c.status.label("case_status"),
        CASE.c.version.label("case_version"),
        CASE.c.owner_id,
        CASE.c.team_id,
        CASE.c.restricted,
        CLIENT.c.deceased_on,
        NAMED.label("named"),
        *RELATION,
    )
    .join(CASE, CASE.c.id == NEED.c.case_id)
    .join(CLIENT, CLIENT.c.id == NEED.c.client_id)
    .where(VISIBLE, NEED.c.id == NEED_ID),
    "get_referable_need",
)


def get_need(connection: Connection, caller: Principal, need_id: UUID) -> Record:
    row = fetch_one(connection, GET, p_need=need_id, **visible_to(caller))
    return shown(connection, caller, _found(row))


def need_to_change(connection: Connection, caller: Principal, need_id: UUID) -> Record:
    """The need with the caller's relation to its case, locked."""
    return _found(fetch_one(connection, LOCKED, p_need=need_id, **visible_to(caller)))


def referable(connection: Connection, caller: Principal, need_id: UUID) -> Record:
    """What referrals must know to refer this need, for somebody who sees its case."""
    row = _found(fetch_one(connection, REFERABLE, p_need=need_id, **visible_to(caller)))
    if row["deceased_on"] is not None:
        raise Conflict("The client has died: nobody is referred any more.")
    return row


def list_needs(
    connection: Connection,
    caller: Principal,
    case_id: UUID,
    status: NeedStatus | None,
    pages: Paging,
) -> Record:
    case_for(connection, caller, case_id)
    asked = pages.parameters(BY_PRIORITY)
    found = fetch(connection, LIST, p_case=case_id, p_status=status, **asked, **visible_to(caller))
    return pages.page(BY_PRIORITY, [shown(connection, caller, row) for row in found])


def shown(connection: Connection, caller: Principal, row: Record) -> Record:
    """The need as the API shows it, with the caller's actions."""
    words = row["words"]
    opened: Any = words and open_sealed(connection, words, "need", "words", row["id"])
    return {
        **row,
        "words": opened,
        "gravity_code": GRAVITY.get(NeedCategory(row["category"])),
        "actions": _actions(caller, row),
    }


def _actions(caller: Principal, row: Record) -> list[Record]:
    if "cases:write" not in caller.scopes or not may_write(caller, relation_of(row)):
        return []
    return [
        {"name": action, "href": f"/v1/needs/{row['id']}/{action.replace('_', '-')}"}
        for action in decisions(row["status"], row["marked"])
    ]


def _found(row: Record | None) -> Record:
    if row is None:
        raise NotFound(ABSENT)
    return row
