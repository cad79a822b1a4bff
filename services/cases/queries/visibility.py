"""What a caller may see of their organization's cases: every read of a case starts here."""

from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    Integer,
    Uuid,
    and_,
    bindparam,
    exists,
    not_,
    or_,
    select,
)

from services.cases.access import may_write, relation_of
from services.cases.errors import ABSENT
from services.cases.models import CARE_TEAM, CASE, SUPERVISION, TEAM_MEMBER
from shared import clock
from shared.auth import Principal
from shared.db import Record, fetch_one
from shared.errors import Forbidden, NotFound
from shared.roles import Reach

ME = bindparam("p_me", type_=Uuid)
REACH = bindparam("p_reach", type_=Integer)
TODAY = bindparam("p_today", type_=Date)
RANK = {reach: rank for rank, reach in enumerate(Reach)}

CURRENT_LINE = and_(
    SUPERVISION.c.from_date <= TODAY,
    or_(SUPERVISION.c.to_date.is_(None), SUPERVISION.c.to_date > TODAY),
)
IS_OWNER = CASE.c.owner_id == ME
IS_NAMED = or_(
    IS_OWNER,
    exists().where(CARE_TEAM.c.case_id == CASE.c.id, CARE_TEAM.c.staff_id == ME),
)
IS_TEAM = and_(
    CASE.c.team_id.is_not(None),
    exists().where(TEAM_MEMBER.c.team_id == CASE.c.team_id, TEAM_MEMBER.c.staff_id == ME),
)
IS_SUPERVISED = exists().where(
    SUPERVISION.c.supervisor_id == ME, SUPERVISION.c.staff_id == CASE.c.owner_id, CURRENT_LINE
)
VISIBLE: ColumnElement[bool] = or_(
    and_(RANK[Reach.MINE] <= REACH, IS_NAMED),
    and_(
        not_(CASE.c.restricted),
        or_(
            and_(RANK[Reach.TEAM] <= REACH, IS_TEAM),
            and_(RANK[Reach.SUPERVISED] <= REACH, IS_SUPERVISED),
            RANK[Reach.ORGANIZATION] <= REACH,
        ),
    ),
)
RELATION = (
    IS_OWNER.label("is_owner"),
    IS_NAMED.label("is_named"),
    IS_TEAM.label("is_team"),
    IS_SUPERVISED.label("is_supervised"),
)
CASE_ID = bindparam("p_case", type_=Uuid)
SEEN_CASE = select(CASE, *RELATION).where(VISIBLE, CASE.c.id == CASE_ID)
SEEN_CASE_LOCKED = SEEN_CASE.with_for_update(of=CASE)


def visible_to(caller: Principal) -> Record:
    """The parameters that every statement built on `VISIBLE` takes."""
    return {
        "p_me": caller.subject,
        "p_reach": RANK[caller.reach],
        "p_today": clock.now().date(),
    }


def case_for(connection: Connection, caller: Principal, case_id: UUID) -> Record:
    """The case with the caller's relation to it; absent, foreign and restricted are one `NotFound`."""
    return _found(fetch_one(connection, SEEN_CASE, p_case=case_id, **visible_to(caller)))


def case_to_change(connection: Connection, caller: Principal, case_id: UUID) -> Record:
    """The same, locked for the rest of the transaction."""
    return _found(fetch_one(connection, SEEN_CASE_LOCKED, p_case=case_id, **visible_to(caller)))


def case_to_write(connection: Connection, caller: Principal, case_id: UUID) -> Record:
    """The same, for somebody who may write it."""
    row = case_to_change(connection, caller, case_id)
    if not may_write(caller, relation_of(row)):
        raise Forbidden("You may read this case, but not write it.")
    return row


def _found(row: Record | None) -> Record:
    if row is None:
        raise NotFound(ABSENT)
    return row
