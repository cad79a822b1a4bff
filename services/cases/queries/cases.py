"""Reads of cases and of what happened in them."""

from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Connection,
    DateTime,
    String,
    Uuid,
    and_,
    any_,
    bindparam,
    exists,
    func,
    or_,
    select,
    tuple_,
    union,
)

from services.cases.access import may, may_write, relation_of
from services.cases.errors import ABSENT
from services.cases.lifecycle import actions_from
from services.cases.lifecycle.case import DOERS, TRANSITIONS, CaseAction, CaseStatus, phase
from services.cases.models import (
    CARE_TEAM,
    CASE,
    GOAL,
    NEED,
    NOTE,
    PLAN,
    REFERRAL_STANDING,
    STEP,
    TASK,
    TIMELINE,
)
from services.cases.queries import clients
from services.cases.queries.visibility import ME, RELATION, VISIBLE, case_for, visible_to
from shared.audit import audited
from shared.auth import Principal
from shared.db import Record, fetch, fetch_one
from shared.deadlines import DEADLINE
from shared.errors import NotFound
from shared.pagination import NEWEST_FIRST, Paging
from shared.roles import Reach
from shared.schemas.referrals import LIVE, UNRESOLVED
from shared.sealing import open_sealed

CASE_ID = bindparam("p_case", type_=Uuid)


def _count(*conditions: Any) -> Any:
    return select(func.count()).where(*conditions).scalar_subquery()


NAMED = func.array(
    select(CARE_TEAM.c.staff_id)
    .where(CARE_TEAM.c.case_id == CASE.c.id)
    .order_by(CARE_TEAM.c.staff_id)
    .scalar_subquery(),
    type_=ARRAY(Uuid),
)
NEXT_DUE = (
    select(func.min(DEADLINE.c.due_at)).where(DEADLINE.c.subject == CASE.c.id).scalar_subquery()
)
GET = audited(
    select(
        CASE,
        *RELATION,
        NAMED.label("named"),
        NEXT_DUE.label("next_due_at"),
        _count(NEED.c.case_id == CASE.c.id).label("needs"),
        _count(PLAN.c.case_id == CASE.c.id, PLAN.c.status == "active").label("active_plans"),
        _count(
            STEP.c.case_id == CASE.c.id,
            STEP.c.status == "open",
            exists().where(PLAN.c.id == STEP.c.plan_id, PLAN.c.status == "active"),
        ).label("open_steps"),
    ).where(VISIBLE, CASE.c.id == CASE_ID),
    "get_case",
)
STATUS = bindparam("p_status", type_=String)
OWNER = bindparam("p_owner", type_=Uuid)
OF_CLIENT = bindparam("p_client", type_=Uuid)
NEWER = tuple_(bindparam("after_created_at", type_=DateTime(timezone=True)), bindparam("after_id"))
_LIST = (
    select(CASE)
    .where(
        VISIBLE,
        or_(STATUS.is_(None), CASE.c.status == STATUS),
        or_(OWNER.is_(None), CASE.c.owner_id == OWNER),
        or_(OF_CLIENT.is_(None), CASE.c.client_id == OF_CLIENT),
        tuple_(CASE.c.created_at, CASE.c.id) < NEWER,
    )
    .order_by(CASE.c.created_at.desc(), CASE.c.id.desc())
    .limit(bindparam("page_limit"))
)
LIST = audited(_LIST, "list_cases")
# Who sees only their own has few or none: without these first, all others would be passed over.
_MINE = union(
    select(CASE.c.id).where(CASE.c.owner_id == ME),
    select(CARE_TEAM.c.case_id).where(CARE_TEAM.c.staff_id == ME),
)
LIST_MINE = audited(
    _LIST.where(CASE.c.id == any_(func.array(_MINE.scalar_subquery(), type_=ARRAY(Uuid)))),
    "list_cases",
)
_TIMELINE = (
    select(TIMELINE)
    .where(tuple_(TIMELINE.c.created_at, TIMELINE.c.id) < NEWER)
    .order_by(TIMELINE.c.created_at.desc(), TIMELINE.c.id.desc())
    .limit(bindparam("page_limit"))
)
CASE_TIMELINE = audited(
    _TIMELINE.where(
        TIMELINE.c.case_id == CASE_ID, exists().where(CASE.c.id == TIMELINE.c.case_id, VISIBLE)
    ),
    "get_case_timeline",
)
CLIENT_TIMELINE = audited(
    _TIMELINE.where(
        TIMELINE.c.client_id == OF_CLIENT,
        or_(TIMELINE.c.case_id.is_(None), exists().where(CASE.c.id == TIMELINE.c.case_id, VISIBLE)),
    ),
    "get_client_timeline",
)
GUARDS = select(
    exists()
    .where(REFERRAL_STANDING.c.case_id == CASE_ID, REFERRAL_STANDING.c.status.in_(sorted(LIVE)))
    .label("OPEN_REFERRAL"),
    exists()
    .where(
        REFERRAL_STANDING.c.case_id == CASE_ID,
        REFERRAL_STANDING.c.status.in_(sorted(UNRESOLVED - LIVE)),
    )
    .label("UNCONFIRMED_OUTCOME"),
    exists()
    # What the case's own clock asks for, its closing answers.
    .where(TASK.c.case_id == CASE_ID, TASK.c.status == "open", TASK.c.subject != CASE_ID)
    .label("OPEN_TASK"),
    exists()
    .where(
        and_(GOAL.c.case_id == CASE_ID, GOAL.c.status.in_(["accepted", "active", "on_hold"])),
        exists().where(PLAN.c.id == GOAL.c.plan_id, PLAN.c.status == "active"),
    )
    .label("GOAL_STILL_ACTIVE"),
    exists()
    .where(NOTE.c.case_id == CASE_ID, NOTE.c.status.in_(["draft", "cosign_requested"]))
    .label("UNSIGNED_NOTE"),
)
"""What is unfinished, by the code of the closure guard."""


def get_case(connection: Connection, caller: Principal, case_id: UUID) -> Record:
    row = fetch_one(connection, GET, p_case=case_id, **visible_to(caller))
    if row is None:
        raise NotFound(ABSENT)
    derived = phase(
        CaseStatus(row["status"]),
        needs=row["needs"],
        active_plans=row["active_plans"],
        open_steps=row["open_steps"],
    )
    return {**opened(connection, row), "phase": derived, "actions": actions(caller, row)}


def opened(connection: Connection, row: Record) -> Record:
    """The row with what was sealed opened."""
    sealed = {
        column: row[column] and open_sealed(connection, row[column], "care_case", column, row["id"])
        for column in ("presenting", "explanation")
    }
    return {**row, **sealed}


def allowed(caller: Principal, row: Record) -> list[CaseAction]:
    """What this caller may do with the case in the status it has."""
    relation = relation_of(row)
    possible = actions_from(TRANSITIONS, CaseStatus(row["status"]))
    return [action for action in possible if may(caller, relation, DOERS[action])]


def actions(caller: Principal, row: Record) -> list[Record]:
    moves = [
        {"name": action, "href": f"/v1/cases/{row['id']}/{action.replace('_', '-')}"}
        for action in allowed(caller, row)
    ]
    if "cases:write" in caller.scopes and may_write(caller, relation_of(row)):
        for name in ("assessments", "needs", "consents", "plans", "notes"):
            moves.append({"name": f"add_{name}", "href": f"/v1/cases/{row['id']}/{name}"})
    return moves


def list_cases(
    connection: Connection,
    caller: Principal,
    status: CaseStatus | None,
    owner_id: UUID | None,
    client_id: UUID | None,
    pages: Paging,
) -> Record:
    found = fetch(
        connection,
        LIST_MINE if caller.reach == Reach.MINE else LIST,
        p_status=status,
        p_owner=owner_id,
        p_client=client_id,
        **pages.parameters(NEWEST_FIRST),
        **visible_to(caller),
    )
    return pages.page(NEWEST_FIRST, found)


def case_timeline(
    connection: Connection, caller: Principal, case_id: UUID, pages: Paging
) -> Record:
    case_for(connection, caller, case_id)
    asked = pages.parameters(NEWEST_FIRST)
    found = fetch(connection, CASE_TIMELINE, p_case=case_id, **asked, **visible_to(caller))
    return pages.page(NEWEST_FIRST, found)


def client_timeline(
    connection: Connection, caller: Principal, client_id: UUID, pages: Paging
) -> Record:
    clients.seen(connection, caller, client_id)
    asked = pages.parameters(NEWEST_FIRST)
    found = fetch(connection, CLIENT_TIMELINE, p_client=client_id, **asked, **visible_to(caller))
    return pages.page(NEWEST_FIRST, found)


def guards(connection: Connection, case_id: UUID) -> list[str]:
    """The codes of the closure guards that fail now."""
    row = fetch_one(connection, GUARDS, p_case=case_id)
    assert row is not None
    return [code for code, holds in row.items() if holds]
