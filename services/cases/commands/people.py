"""Changes of who works here. Each that changes who may see what is told to the neighbours."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Connection, bindparam, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from services.cases import clocks, rows
from services.cases.lifecycle.case import LIVE
from services.cases.models import (
    CASE,
    ORGANIZATION,
    STAFF,
    SUPERVISION,
    TEAM,
    TEAM_MEMBER,
)
from services.cases.queries import people
from services.cases.schemas.people import (
    LineEnd,
    Members,
    NewSupervisionLine,
    NewTeam,
    OrganizationChange,
    StaffChange,
)
from shared import audit, clock
from shared.auth import Principal
from shared.db import Record, execute, fetch, fetch_one
from shared.deadlines import Deadline, set_deadline
from shared.errors import Conflict, Invalid
from shared.etag import check_version
from shared.events.contracts import StaffStanding
from shared.events.log import publish

LINE_CLOCK = "supervision_line"
_LASTS = or_(SUPERVISION.c.to_date.is_(None), SUPERVISION.c.to_date > bindparam("p_begin"))
_below = (
    select(SUPERVISION.c.staff_id)
    .where(SUPERVISION.c.supervisor_id == bindparam("p_staff"), _LASTS)
    .cte("below", recursive=True)
)
_below = _below.union(
    select(SUPERVISION.c.staff_id)
    .join(_below, SUPERVISION.c.supervisor_id == _below.c.staff_id)
    .where(_LASTS)
)
CIRCLE = select(_below.c.staff_id).where(_below.c.staff_id == bindparam("p_supervisor"))
SEE_ORGANIZATION = insert(ORGANIZATION).on_conflict_do_nothing()
_seen = insert(STAFF)
SEE_STAFF = _seen.on_conflict_do_update(
    index_elements=["organization", "id"],
    set_={"name": _seen.excluded.name, "roles": _seen.excluded.roles},
    where=or_(STAFF.c.name != _seen.excluded.name, STAFF.c.roles != _seen.excluded.roles),
)
STAFF_KNOWN = select(STAFF.c.id).where(STAFF.c.id == bindparam("p_id"))
STAFF_AMONG = select(STAFF.c.id).where(STAFF.c.id.in_(bindparam("p_ids", expanding=True)))
RAISE_STAFF = (
    update(STAFF)
    .where(STAFF.c.id == bindparam("p_id"))
    .values(version=STAFF.c.version + 1)
    .returning(*STAFF.c)
)
SET_ACTIVE = (
    update(STAFF).where(STAFF.c.id == bindparam("p_id")).values(active=bindparam("p_active"))
)
OWNS_LIVE = (
    select(CASE.c.id)
    .where(CASE.c.owner_id == bindparam("p_staff"), CASE.c.status.in_(sorted(LIVE)))
    .limit(1)
)
JOIN = insert(TEAM_MEMBER).on_conflict_do_nothing()
LEAVE_ALL = delete(TEAM_MEMBER).where(TEAM_MEMBER.c.staff_id == bindparam("p_staff"))
EMPTY = delete(TEAM_MEMBER).where(TEAM_MEMBER.c.team_id == bindparam("p_team"))
TEAMS_AMONG = select(TEAM.c.id).where(TEAM.c.id.in_(bindparam("p_ids", expanding=True)))


def sight(connection: Connection, caller: Principal) -> None:
    """A token was seen: its organization and its bearer are on record from now on."""
    name = caller.name or "(no name in the token)"
    execute(connection, SEE_ORGANIZATION, {"id": caller.tenant, "name": "(not named yet)"})
    known = fetch_one(connection, STAFF_KNOWN, p_id=caller.subject)
    roles = sorted(caller.roles)
    execute(connection, SEE_STAFF, {"id": caller.subject, "name": name, "roles": roles})
    if known is None:
        _tell(connection, people.staff(connection, caller.subject))


def restand(connection: Connection, staff_id: UUID) -> None:
    """Raise their version and publish their teams and supervisors as of now."""
    fetch_one(connection, RAISE_STAFF, p_id=staff_id)
    _tell(connection, people.staff(connection, staff_id))


def _tell(connection: Connection, row: Record) -> None:
    standing = StaffStanding(
        staff_id=row["id"],
        version=row["version"],
        active=row["active"],
        teams=row["teams"],
        supervisors=row["supervisors"],
    )
    publish(connection, row["organization"], standing)


def change_organization(
    connection: Connection, caller: Principal, change: OrganizationChange, version: int
) -> Record:
    row = rows.lock(connection, ORGANIZATION, caller.tenant)
    check_version(row["version"], version)
    audit.record(connection, "change_organization", [caller.tenant])
    return rows.change(connection, ORGANIZATION, caller.tenant, **change.model_dump())


def change_staff(
    connection: Connection, staff_id: UUID, change: StaffChange, version: int
) -> Record:
    row = rows.lock(connection, STAFF, staff_id)
    check_version(row["version"], version)
    _require(connection, TEAMS_AMONG, change.teams, "/teams")
    if not change.active and fetch_one(connection, OWNS_LIVE, p_staff=staff_id):
        raise Conflict("They own cases that are not over: give those to somebody else first.")
    execute(connection, SET_ACTIVE, {"p_id": staff_id, "p_active": change.active})
    execute(connection, LEAVE_ALL, {"p_staff": staff_id})
    for team_id in change.teams:
        execute(connection, JOIN, {"team_id": team_id, "staff_id": staff_id})
    restand(connection, staff_id)
    audit.record(connection, "change_staff", [staff_id])
    return people.staff(connection, staff_id)


def create_team(connection: Connection, new: NewTeam) -> Record:
    row = rows.add(connection, TEAM, name=new.name)
    audit.record(connection, "create_team", [row["id"]])
    return {**row, "members": []}


def set_members(connection: Connection, team_id: UUID, members: Members, version: int) -> Record:
    row = rows.lock(connection, TEAM, team_id)
    check_version(row["version"], version)
    _require(connection, STAFF_AMONG, members.staff_ids, "/staff_ids")
    before = set(people.team(connection, team_id)["members"])
    execute(connection, EMPTY, {"p_team": team_id})
    for staff_id in members.staff_ids:
        execute(connection, JOIN, {"team_id": team_id, "staff_id": staff_id})
    for staff_id in sorted(before ^ set(members.staff_ids)):
        restand(connection, staff_id)
    rows.change(connection, TEAM, team_id)
    audit.record(connection, "set_team_members", [team_id, *members.staff_ids])
    return people.team(connection, team_id)


def add_line(connection: Connection, caller: Principal, new: NewSupervisionLine) -> Record:
    _require(connection, STAFF_AMONG, [new.supervisor_id], "/supervisor_id")
    _require(connection, STAFF_AMONG, [new.staff_id], "/staff_id")
    if new.supervisor_id == new.staff_id:
        raise Invalid("/supervisor_id", "Nobody supervises themselves.")
    begin = new.from_date or clock.now().date()
    if new.to_date is not None and new.to_date <= begin:
        raise Invalid("/to_date", "must be after from_date")
    _no_circle(connection, new, begin)
    line = rows.add(
        connection, SUPERVISION, **new.model_dump(exclude={"from_date"}), from_date=begin
    )
    _wind(connection, caller, line)
    audit.record(connection, "add_supervision_line", [line["id"], new.staff_id])
    return line


def _no_circle(connection: Connection, new: NewSupervisionLine, begin: date) -> None:
    """Nobody approves, through others, what is approved for them."""
    asked = {"p_staff": new.staff_id, "p_supervisor": new.supervisor_id, "p_begin": begin}
    if fetch_one(connection, CIRCLE, **asked):
        raise Invalid("/supervisor_id", "is supervised, through others, by this member of staff")


def end_line(connection: Connection, caller: Principal, line_id: UUID, end: LineEnd) -> Record:
    line = rows.lock(connection, SUPERVISION, line_id)
    to_date = end.to_date or clock.now().date()
    if to_date < line["from_date"]:
        raise Invalid("/to_date", "must not be before from_date")
    line = rows.change(connection, SUPERVISION, line_id, to_date=to_date)
    _wind(connection, caller, line)
    audit.record(connection, "end_supervision_line", [line_id, line["staff_id"]])
    return line


def _wind(connection: Connection, caller: Principal, line: Record) -> None:
    """Tell how things stand today, and again on the day the line begins or ends."""
    restand(connection, line["staff_id"])
    turn = _next_turn(line, clock.now())
    if turn is not None:
        set_deadline(connection, [caller.tenant], LINE_CLOCK, line["id"], turn)


def turn_line(connection: Connection, deadline: Deadline, now: datetime) -> datetime | None:
    """A line begins or ends today."""
    line = rows.lock(connection, SUPERVISION, deadline.subject)
    restand(connection, line["staff_id"])
    return _next_turn(line, now)


def _next_turn(line: Record, now: datetime) -> datetime | None:
    days = [day for day in (line["from_date"], line["to_date"]) if day is not None]
    return next((clocks.start_of(day) for day in days if clocks.start_of(day) > now), None)


def _require(connection: Connection, among: object, ids: list[UUID], pointer: str) -> None:
    known = {row["id"] for row in fetch(connection, among, p_ids=ids)}  # type: ignore[arg-type]
    if set(ids) - known:
        raise Invalid(pointer, "names somebody or something that is not on record")
