"""Which referrals a caller sees, and how they stand to each: where every read begins."""

from uuid import UUID

from sqlalchemy import (
    BindParameter,
    Boolean,
    Select,
    Uuid,
    and_,
    any_,
    bindparam,
    false,
    func,
    or_,
    select,
    true,
    tuple_,
)

from services.referrals.lifecycle.transitions import NEVER_SENT
from services.referrals.models import case_relation, deadline, referral, staff_relation
from shared.auth import Principal
from shared.db import Record
from shared.roles import Reach

ME, ORGANIZATION = bindparam("p_me", type_=Uuid), bindparam("p_organization", type_=Uuid)


def _flag(name: str) -> BindParameter[bool]:
    return bindparam(name, type_=Boolean)


_of = case_relation.c
_staff = staff_relation.c
_my_teams = select(func.unnest(_staff.teams)).where(
    _staff.staff_id == ME, _staff.organization == ORGANIZATION, _staff.active
)
_supervised = select(_staff.staff_id).where(
    _staff.organization == ORGANIZATION, any_(_staff.supervisors) == ME
)
MINE = func.coalesce(or_(_of.owner_id == ME, any_(_of.named) == ME), false())
OF_TEAM = func.coalesce(_of.team_id.in_(_my_teams), false())
SUPERVISED = func.coalesce(_of.owner_id.in_(_supervised), false())
NEAR = or_(
    _flag("p_everywhere"),
    and_(_flag("p_mine"), MINE),
    and_(_flag("p_team"), OF_TEAM),
    and_(_flag("p_supervised"), SUPERVISED),
)
HELD_HERE = and_(referral.c.organization == ORGANIZATION, _of.case_id.is_not(None))
UNRESTRICTED = or_(_of.restricted.is_(False), MINE)
AS_SENDER = func.coalesce(and_(HELD_HERE, UNRESTRICTED, NEAR), false())
AS_COORDINATOR = func.coalesce(and_(HELD_HERE, UNRESTRICTED, _flag("p_coordinates")), false())
AS_RECEIVER = func.coalesce(
    and_(
        _flag("p_receives"),
        referral.c.receiver_organization == ORGANIZATION,
        referral.c.status.not_in([*NEVER_SENT]),
    ),
    false(),
)
_due = (
    select(deadline.c.kind, deadline.c.due_at, deadline.c.step)
    .where(deadline.c.subject == referral.c.id)
    .order_by(deadline.c.due_at)
    .limit(1)
    .lateral("due")
)

RELATED = referral.outerjoin(case_relation, _of.case_id == referral.c.case_id)
SEEN = or_(AS_SENDER, AS_COORDINATOR, AS_RECEIVER)
VISIBLE: Select[tuple[object, ...]] = (
    select(
        *referral.c,
        MINE.label("mine"),
        OF_TEAM.label("of_team"),
        SUPERVISED.label("supervised"),
        AS_SENDER.label("as_sender"),
        AS_COORDINATOR.label("as_coordinator"),
        AS_RECEIVER.label("as_receiver"),
        _due.c.kind.label("due_kind"),
        _due.c.due_at,
        _due.c.step.label("due_step"),
    )
    .select_from(RELATED.outerjoin(_due, true()))
    .where(SEEN)
)
"""Takes the parameters of `visible_to(caller)`."""
SEEN_IDS = select(referral.c.id).select_from(RELATED).where(SEEN)
SEEN_CASES = select(_of.case_id).where(_of.organization == ORGANIZATION, UNRESTRICTED, NEAR)
"""Cases whose referrals the caller sees as their sender."""


def page_of(ids: Select[tuple[UUID]]) -> Select[tuple[object, ...]]:
    """One page of these visible referrals, newest first: cut before the rest is looked up."""
    newest = (referral.c.created_at.desc(), referral.c.id.desc())
    after = tuple_(bindparam("after_created_at"), bindparam("after_id"))
    page = (
        ids.where(tuple_(referral.c.created_at, referral.c.id) < after)
        .order_by(*newest)
        .limit(bindparam("page_limit"))
    )
    return VISIBLE.where(referral.c.id.in_(page)).order_by(*newest)


def visible_to(caller: Principal) -> Record:
    """The parameters with which `VISIBLE` shows what this caller may see."""
    order = list(Reach)
    reach = order.index(caller.reach) if "referrals:read" in caller.scopes else 0
    return {
        "p_me": caller.subject,
        "p_organization": caller.tenant,
        "p_mine": reach >= order.index(Reach.MINE),
        "p_team": reach >= order.index(Reach.TEAM),
        "p_supervised": reach >= order.index(Reach.SUPERVISED),
        "p_everywhere": reach >= order.index(Reach.ORGANIZATION),
        "p_receives": "referrals:receive" in caller.scopes,
        "p_coordinates": "referrals:coordinate" in caller.scopes,
    }


def sees_widely(seen: Record) -> bool:
    """Whether more than the cases near the caller show them referrals."""
    return any(seen[flag] for flag in ("p_everywhere", "p_receives", "p_coordinates"))
