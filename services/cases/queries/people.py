"""Reads of the organization, its staff, teams and supervision lines."""

from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Connection, Select, Uuid, and_, bindparam, func, select, tuple_

from services.cases.errors import ABSENT
from services.cases.models import AGREEMENT, ORGANIZATION, STAFF, SUPERVISION, TEAM, TEAM_MEMBER
from services.cases.queries.visibility import CURRENT_LINE
from shared import clock
from shared.auth import Principal
from shared.db import Record, fetch, fetch_one
from shared.errors import NotFound
from shared.pagination import Keyset, Paging

BY_NAME = Keyset(("name", "id"), ("", UUID(int=0)))
TEAMS = func.array(
    select(TEAM_MEMBER.c.team_id)
    .where(TEAM_MEMBER.c.staff_id == STAFF.c.id)
    .order_by(TEAM_MEMBER.c.team_id)
    .scalar_subquery(),
    type_=ARRAY(Uuid),
)
SUPERVISORS = func.array(
    select(SUPERVISION.c.supervisor_id)
    .where(and_(SUPERVISION.c.staff_id == STAFF.c.id, CURRENT_LINE))
    .distinct()
    .order_by(SUPERVISION.c.supervisor_id)
    .scalar_subquery(),
    type_=ARRAY(Uuid),
)
STAFF_ROWS: Select[Any] = select(STAFF, TEAMS.label("teams"), SUPERVISORS.label("supervisors"))
ONE_STAFF = STAFF_ROWS.where(STAFF.c.id == bindparam("p_id"))
STAFF_PAGE = (
    STAFF_ROWS.where(
        tuple_(STAFF.c.name, STAFF.c.id) > tuple_(bindparam("after_name"), bindparam("after_id"))
    )
    .order_by(STAFF.c.name, STAFF.c.id)
    .limit(bindparam("page_limit"))
)
MEMBERS = func.array(
    select(TEAM_MEMBER.c.staff_id)
    .where(TEAM_MEMBER.c.team_id == TEAM.c.id)
    .order_by(TEAM_MEMBER.c.staff_id)
    .scalar_subquery(),
    type_=ARRAY(Uuid),
)
TEAM_ROWS: Select[Any] = select(TEAM, MEMBERS.label("members"))
ONE_TEAM = TEAM_ROWS.where(TEAM.c.id == bindparam("p_id"))
TEAM_PAGE = (
    TEAM_ROWS.where(
        tuple_(TEAM.c.name, TEAM.c.id) > tuple_(bindparam("after_name"), bindparam("after_id"))
    )
    .order_by(TEAM.c.name, TEAM.c.id)
    .limit(bindparam("page_limit"))
)
LINE_PAGE = (
    select(SUPERVISION)
    .where(SUPERVISION.c.id > bindparam("after_id"))
    .order_by(SUPERVISION.c.id)
    .limit(bindparam("page_limit"))
)
AGREEMENT_PAGE = (
    select(AGREEMENT)
    .where(AGREEMENT.c.id > bindparam("after_id"))
    .order_by(AGREEMENT.c.id)
    .limit(bindparam("page_limit"))
)
ONE_AGREEMENT = select(AGREEMENT).where(AGREEMENT.c.id == bindparam("p_id"))
BY_ID = Keyset(("id",), (UUID(int=0),))
MY_ORGANIZATION = select(ORGANIZATION)
SUPERVISOR_OF = (
    select(SUPERVISION.c.supervisor_id)
    .where(SUPERVISION.c.staff_id == bindparam("p_staff"), CURRENT_LINE)
    .order_by(SUPERVISION.c.from_date.desc())
    .limit(1)
)
ONLY_TEAM = (
    select(TEAM_MEMBER.c.team_id).where(TEAM_MEMBER.c.staff_id == bindparam("p_staff")).limit(2)
)


def organization(connection: Connection) -> Record:
    row = fetch_one(connection, MY_ORGANIZATION)
    assert row is not None
    return row


def staff(connection: Connection, staff_id: UUID) -> Record:
    row = fetch_one(connection, ONE_STAFF, p_id=staff_id, p_today=clock.now().date())
    if row is None:
        raise NotFound(ABSENT)
    return row


def me(connection: Connection, caller: Principal) -> Record:
    return staff(connection, caller.subject)


def list_staff(connection: Connection, pages: Paging) -> Record:
    asked = pages.parameters(BY_NAME)
    rows = fetch(connection, STAFF_PAGE, **asked, p_today=clock.now().date())
    return pages.page(BY_NAME, rows)


def team(connection: Connection, team_id: UUID) -> Record:
    row = fetch_one(connection, ONE_TEAM, p_id=team_id)
    if row is None:
        raise NotFound(ABSENT)
    return row


def list_teams(connection: Connection, pages: Paging) -> Record:
    return pages.page(BY_NAME, fetch(connection, TEAM_PAGE, **pages.parameters(BY_NAME)))


def list_lines(connection: Connection, pages: Paging) -> Record:
    return pages.page(BY_ID, fetch(connection, LINE_PAGE, **pages.parameters(BY_ID)))


def list_agreements(connection: Connection, pages: Paging) -> Record:
    return pages.page(BY_ID, fetch(connection, AGREEMENT_PAGE, **pages.parameters(BY_ID)))


def agreement(connection: Connection, agreement_id: UUID) -> Record:
    row = fetch_one(connection, ONE_AGREEMENT, p_id=agreement_id)
    if row is None:
        raise NotFound(ABSENT)
    return row


def supervisor_of(connection: Connection, staff_id: UUID) -> UUID | None:
    """Who supervises them today, by the newest line."""
    today = clock.now().date()
    row = fetch_one(connection, SUPERVISOR_OF, p_staff=staff_id, p_today=today)
    return row["supervisor_id"] if row else None


def only_team_of(connection: Connection, staff_id: UUID) -> UUID | None:
    """Their team, for those who are in exactly one."""
    found = fetch(connection, ONLY_TEAM, p_staff=staff_id)
    return found[0]["team_id"] if len(found) == 1 else None
