"""Writes of cases: taking an inquiry, and every move along the life of a case."""

from uuid import UUID

from sqlalchemy import Connection, bindparam, delete, insert, not_, select

from services.cases import clocks, rows
from services.cases.access import may, may_approve, relation_of
from services.cases.commands.case_moves import (
    ACTIVE_STAFF,
    EFFECTS,
    Move,
    require_owner,
    require_team,
)
from services.cases.commands.history import of_case, tell_case
from services.cases.commands.tasks import cancel_tasks, hand_over
from services.cases.lifecycle.case import DOERS, LIVE, TRANSITIONS, CaseAction, CaseStatus
from services.cases.models import CARE_TEAM, CASE
from services.cases.queries import cases, clients
from services.cases.queries.people import only_team_of
from services.cases.queries.visibility import case_to_change
from services.cases.schemas import cases as schemas
from shared import audit, clock
from shared.auth import Principal
from shared.db import Record, execute, fetch, fetch_one
from shared.deadlines import clear, set_deadline
from shared.errors import ActionNotAllowed, Forbidden, Invalid
from shared.etag import check_version
from shared.schemas.strict import Request
from shared.sealing import seal

INQUIRY, REVIEW, CLOSURE = "case_inquiry", "case_review", "case_closure"
CLOCKS = (INQUIRY, REVIEW, CLOSURE)
CHECK_DUPLICATE = "check_duplicate"
"""Somebody like this client is on record: a person looks, while the case lasts."""
LAST_CLOSED = (
    select(CASE.c.id)
    .where(
        CASE.c.client_id == bindparam("p_client"),
        CASE.c.status.in_([CaseStatus.CLOSED, CaseStatus.SCREENED_OUT]),
        not_(CASE.c.restricted),
    )
    .order_by(CASE.c.created_at.desc())
    .limit(1)
)
CARE_TEAM_LEAVES = delete(CARE_TEAM).where(CARE_TEAM.c.case_id == bindparam("p_case"))
CARE_TEAM_JOINS = insert(CARE_TEAM)


def create_case(connection: Connection, caller: Principal, new: schemas.NewCase) -> Record:
    """An inquiry; until it is opened, whoever took it owns it."""
    clients.require_findable(connection, caller, new.client_id)
    require_team(connection, new.team_id)
    previous = fetch_one(connection, LAST_CLOSED, p_client=new.client_id)
    case_id = rows.new_id()
    row = rows.add(
        connection,
        CASE,
        id=case_id,
        client_id=new.client_id,
        status=CaseStatus.INQUIRY,
        owner_id=caller.subject,
        team_id=new.team_id or only_team_of(connection, caller.subject),
        restricted=new.restricted,
        presenting=new.presenting
        and seal(connection, new.presenting, "care_case", "presenting", case_id),
        previous_case_id=previous and previous["id"],
        created_by=caller.subject,
    )
    return _moved(connection, caller, row, "create_case", "case.inquiry")


def act(
    connection: Connection,
    caller: Principal,
    case_id: UUID,
    action: CaseAction,
    body: Request,
) -> Record:
    """Take `action`, if the caller may and the status allows it."""
    case = case_to_change(connection, caller, case_id)
    _require_possible(caller, case, action)
    values = EFFECTS[action](Move(connection, caller, case, body))
    after = TRANSITIONS[CaseStatus(case["status"]), action]
    row = rows.change(connection, CASE, case_id, status=after, **values)
    codes = [code for code in (row["reason"], row["outcome"]) if code]
    return _moved(connection, caller, row, f"{action}_case", f"case.{action}", *codes)


def _require_possible(caller: Principal, case: Record, action: CaseAction) -> None:
    if not may(caller, relation_of(case), DOERS[action]):
        raise Forbidden(f"You may not {action.replace('_', ' ')} this case.")
    if (CaseStatus(case["status"]), action) not in TRANSITIONS:
        raise ActionNotAllowed(
            f"A case that is {case['status']} cannot take this action.",
            status_now=case["status"],
            allowed=[str(possible) for possible in cases.allowed(caller, case)],
        )


def _moved(
    connection: Connection, caller: Principal, row: Record, operation: str, kind: str, *codes: str
) -> Record:
    """What every change of a case leaves behind."""
    wind(connection, row)
    of_case(connection, caller, row, kind, None, *codes)
    tell_case(connection, row)
    audit.record(connection, operation, [row["id"], row["client_id"]])
    return row


def wind(connection: Connection, case: Record) -> None:
    """Set the one clock that the case's status has."""
    clear(connection, case["id"], *CLOCKS)
    cancel_tasks(connection, case["id"], *CLOCKS)
    if case["status"] not in LIVE:
        cancel_tasks(connection, case["id"], CHECK_DUPLICATE)
    now, kind, due = clock.now(), REVIEW, None
    match CaseStatus(case["status"]):
        case CaseStatus.INQUIRY:
            kind, due = INQUIRY, now + clocks.INTAKE_WITHIN
        case CaseStatus.WAITLISTED | CaseStatus.ON_HOLD:
            due = clocks.end_of(case["review_on"])
        case CaseStatus.OPEN:
            next_review = now + clocks.REVIEW_EVERY
            due = clocks.end_of(case["review_on"]) if case["review_on"] else next_review
        case CaseStatus.CLOSURE_PROPOSED:
            kind, due = CLOSURE, clocks.business_days_after(now, clocks.APPROVAL_DAYS)
    if due is not None:
        set_deadline(connection, [case["organization"]], kind, case["id"], due)


def _to_assign(connection: Connection, caller: Principal, case_id: UUID, version: int) -> Record:
    """The case, for its owner or supervisor to say who works on it."""
    case = case_to_change(connection, caller, case_id)
    relation = relation_of(case)
    if not (may_approve(caller, relation) or relation.owner):
        raise Forbidden("Only the owner or the supervisor says who works on a case.")
    check_version(case["version"], version)
    if CaseStatus(case["status"]) not in LIVE:
        raise ActionNotAllowed(
            "This case has ended.", status_now=case["status"], allowed=cases.allowed(caller, case)
        )
    return case


def change_owner(
    connection: Connection,
    caller: Principal,
    case_id: UUID,
    change: schemas.OwnerChange,
    version: int,
) -> Record:
    case = _to_assign(connection, caller, case_id, version)
    require_owner(connection, change.owner_id)
    require_team(connection, change.team_id)
    team_id = change.team_id or only_team_of(connection, change.owner_id) or case["team_id"]
    row = rows.change(connection, CASE, case_id, owner_id=change.owner_id, team_id=team_id)
    hand_over(connection, case_id, case["owner_id"], change.owner_id)
    return _told(connection, caller, row, "change_case_owner", "case.owner_changed")


def set_care_team(
    connection: Connection, caller: Principal, case_id: UUID, team: schemas.CareTeam, version: int
) -> Record:
    _to_assign(connection, caller, case_id, version)
    wanted = set(team.staff_ids)
    if {row["id"] for row in fetch(connection, ACTIVE_STAFF, p_ids=sorted(wanted))} != wanted:
        raise Invalid("/staff_ids", "names somebody who does not work here")
    execute(connection, CARE_TEAM_LEAVES, {"p_case": case_id})
    for staff_id in sorted(wanted):
        execute(connection, CARE_TEAM_JOINS, {"case_id": case_id, "staff_id": staff_id})
    row = rows.change(connection, CASE, case_id)
    return _told(connection, caller, row, "set_care_team", "case.care_team_changed")


def restrict(
    connection: Connection,
    caller: Principal,
    case_id: UUID,
    body: schemas.Restriction,
    version: int,
) -> Record:
    _to_assign(connection, caller, case_id, version)
    row = rows.change(connection, CASE, case_id, restricted=body.restricted)
    return _told(connection, caller, row, "restrict_case", "case.restricted_changed")


def _told(
    connection: Connection, caller: Principal, row: Record, operation: str, kind: str
) -> Record:
    """Who may see it changed; its clock runs on."""
    of_case(connection, caller, row, kind)
    tell_case(connection, row)
    audit.record(connection, operation, [row["id"], row["client_id"]])
    return row


def require_worked(case: Record) -> None:
    """What hangs on a case is begun only while somebody is at work on it."""
    if CaseStatus(case["status"]) not in LIVE:
        raise ActionNotAllowed("This case has ended.", status_now=case["status"], allowed=[])
