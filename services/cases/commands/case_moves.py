"""What each move of a case sets on its row, beside the status, and what it refuses."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, select

from services.cases.commands.tasks import put_task
from services.cases.errors import ClosureBlocked, SameAuthor
from services.cases.lifecycle.case import CaseAction
from services.cases.models import CLIENT, STAFF, TEAM
from services.cases.queries import cases
from services.cases.queries.people import only_team_of
from shared import clock
from shared.auth import Principal
from shared.db import Record, fetch_one
from shared.errors import Conflict, Invalid
from shared.roles import REACH, Role
from shared.sealing import seal

NOT_OVERRIDABLE = frozenset({"UNREVIEWED_RISK"})
FOLLOW_UPS = (30, 90)
OWNERS = {role.value for role in REACH} - {Role.INTAKE_WORKER.value, Role.PROGRAM_MANAGER.value}
ACTIVE_STAFF = (
    select(STAFF)
    .where(STAFF.c.id.in_(bindparam("p_ids", expanding=True)), STAFF.c.active)
    .with_for_update(read=True)
)
DIED = select(CLIENT.c.id).where(
    CLIENT.c.id == bindparam("p_client"), CLIENT.c.deceased_on.is_not(None)
)
KNOWN_TEAM = select(TEAM.c.id).where(TEAM.c.id == bindparam("p_team"))


@dataclass(frozen=True)
class Move:
    """One action on a case, by somebody who may take it."""

    connection: Connection
    caller: Principal
    case: Record
    body: Any
    """The request's body, of the action's own model."""

    def sealed(self, told: Any) -> bytes:
        return seal(self.connection, told, "care_case", "explanation", self.case["id"])


def _open(move: Move) -> Record:
    owner_id = move.body.owner_id or move.caller.subject
    require_owner(move.connection, owner_id)
    require_team(move.connection, move.body.team_id)
    team_id = move.body.team_id or only_team_of(move.connection, owner_id) or move.case["team_id"]
    return {
        "owner_id": owner_id,
        "team_id": team_id,
        "opened_at": clock.now(),
        "review_on": None,
    }


def require_owner(connection: Connection, owner_id: UUID) -> None:
    """An owner is an active member of staff whose role does case work."""
    found = fetch_one(connection, ACTIVE_STAFF, p_ids=[owner_id])
    if found is None or not set(found["roles"]) & OWNERS:
        raise Invalid("/owner_id", "must be an active member of staff who does case work")


def require_team(connection: Connection, team_id: UUID | None) -> None:
    if team_id is not None and fetch_one(connection, KNOWN_TEAM, p_team=team_id) is None:
        raise Invalid("/team_id", "is not a team of this organization")


def _require_future(pointer: str, day: date) -> None:
    today = clock.now().date()
    if not today <= day <= today + timedelta(days=366):
        raise Invalid(pointer, "must lie within the year to come")


def _waitlist(move: Move) -> Record:
    _require_future("/review_on", move.body.review_on)
    return {"priority": move.body.priority, "review_on": move.body.review_on}


def _screen_out(move: Move) -> Record:
    told = move.sealed({"pointed_to": move.body.pointed_to})
    return {"reason": move.body.reason, "explanation": told, "closed_at": clock.now()}


def _hold(move: Move) -> Record:
    _require_future("/review_on", move.body.review_on)
    return {"reason": move.body.reason, "review_on": move.body.review_on}


def _review(move: Move) -> Record:
    _require_future("/review_on", move.body.review_on)
    return {"review_on": move.body.review_on}


def _resume(_: Move) -> Record:
    return {"reason": None, "review_on": None}


def _propose(move: Move) -> Record:
    told = {"summary": move.body.summary, "transition_plan": move.body.transition_plan}
    overrides = move.body.overrides
    _require_guards(move.connection, move.case["id"], overrides, bool(move.body.transition_plan))
    return {
        "outcome": move.body.outcome,
        "explanation": move.sealed(told | {"overrides": overrides}),
        "overrides": sorted(overrides),
        "proposed_by": move.caller.subject,
        "reason": None,
        "review_on": None,
    }


def _approve(move: Move) -> Record:
    if move.case["proposed_by"] == move.caller.subject:
        raise SameAuthor("Who proposed the closure may not approve it.")
    told = cases.opened(move.connection, move.case)["explanation"]
    _require_guards(
        move.connection, move.case["id"], told["overrides"], bool(told["transition_plan"])
    )
    _follow_up(move.connection, move.case)
    return {"closed_at": clock.now()}


def _require_guards(
    connection: Connection, case_id: UUID, overrides: Mapping[str, str], has_plan: bool
) -> None:
    failing = cases.guards(connection, case_id)
    if not has_plan:
        failing.append("MISSING_TRANSITION_PLAN")
    waived = set(overrides) - NOT_OVERRIDABLE
    left = [code for code in failing if code not in waived]
    if left:
        overridable = [code for code in left if code not in NOT_OVERRIDABLE]
        raise ClosureBlocked(
            "Finish these, or override them with a reason.", guards=left, overridable=overridable
        )


def _follow_up(connection: Connection, case: Record) -> None:
    """After closure the client is asked how they are; the task is the client's, not the case's."""
    for days in FOLLOW_UPS:
        kind = f"follow_up_{days}"
        due_at = clock.now() + timedelta(days=days)
        put_task(connection, kind, case["client_id"], due_at, case_id=None, queue="intake")


def _reject(move: Move) -> Record:
    told = move.sealed({"comment": move.body.comment})
    return {"outcome": None, "overrides": None, "proposed_by": None, "explanation": told}


def _close_now(move: Move) -> Record:
    if move.body.reason == "deceased" and not fetch_one(
        move.connection, DIED, p_client=move.case["client_id"]
    ):
        raise Conflict("Record the client's death first: it ends all that is told and asked.")
    told = move.sealed({"explanation": move.body.explanation})
    return {"reason": move.body.reason, "explanation": told, "closed_at": clock.now()}


def _void(move: Move) -> Record:
    return {"reason": move.body.reason, "closed_at": clock.now()}


EFFECTS: dict[CaseAction, Callable[[Move], Record]] = {
    CaseAction.OPEN: _open,
    CaseAction.WAITLIST: _waitlist,
    CaseAction.SCREEN_OUT: _screen_out,
    CaseAction.HOLD: _hold,
    CaseAction.RESUME: _resume,
    CaseAction.REVIEW: _review,
    CaseAction.PROPOSE_CLOSURE: _propose,
    CaseAction.APPROVE_CLOSURE: _approve,
    CaseAction.REJECT_CLOSURE: _reject,
    CaseAction.CLOSE_NOW: _close_now,
    CaseAction.VOID: _void,
}
"""What an action sets on the row, beside its status."""
