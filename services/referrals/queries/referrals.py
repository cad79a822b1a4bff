"""Referrals as their callers see them."""

from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    Select,
    String,
    Uuid,
    any_,
    bindparam,
    func,
    select,
)

from services.referrals import access
from services.referrals.lifecycle import errands
from services.referrals.lifecycle.clocks import LADDERS, Clock, ladder, rungs_ahead
from services.referrals.lifecycle.errands import Errand
from services.referrals.lifecycle.reasons import RULES, Reason
from services.referrals.lifecycle.transitions import Act, Party
from services.referrals.models import deadline, referral
from services.referrals.queries.visibility import (
    ORGANIZATION,
    SEEN_CASES,
    SEEN_IDS,
    VISIBLE,
    page_of,
    sees_widely,
    visible_to,
)
from shared import clock
from shared.audit import audited
from shared.auth import Principal
from shared.db import Record, fetch, fetch_one
from shared.errors import NotFound
from shared.pagination import NEWEST_FIRST, Paging
from shared.schemas.referrals import LoopResult, ReferralStatus

ONE = VISIBLE.where(referral.c.id == bindparam("p_id"))
READ = audited(ONE, "referral.read")
LOCK = ONE.with_for_update(of=referral)
_first_clock = (
    select(deadline.c.kind)
    .where(deadline.c.subject == referral.c.id)
    .order_by(deadline.c.due_at)
    .limit(1)
    .correlate(referral)
    .scalar_subquery()
)
KINDS = bindparam("p_kinds", type_=String, expanding=True)
FILTERS: dict[str, ColumnElement[bool]] = {
    "status": referral.c.status == bindparam("p_status"),
    "case_id": referral.c.case_id == bindparam("p_case_id"),
    "need_id": referral.c.need_id == bindparam("p_need_id"),
    "attention": referral.c.attention.is_not(None),
    "waits_for": _first_clock.in_(KINDS),
}
# As an array the cases are found first, once, whatever the planner thinks of their number.
OF_SEEN_CASES = select(referral.c.id).where(
    referral.c.case_id == any_(func.array(SEEN_CASES.scalar_subquery(), type_=ARRAY(Uuid)))
)
RECEIVERS_OWN = ("claimed_by", "claimed_at", "inquiry_id")
SENDERS_OWN = ("previous_referral_id", "group_id", "proposed_service_id", "area")
CONTENT = ("case_id", "client_id", "need_id", "step_id", "author")


def get_referral(connection: Connection, caller: Principal, referral_id: UUID) -> Record:
    row = fetch_one(connection, READ, p_id=referral_id, **visible_to(caller))
    if row is None:
        raise NotFound("There is no such referral.")
    return shown(caller, row)


def lock(connection: Connection, caller: Principal, referral_id: UUID) -> Record:
    """The row this caller sees, held until the transaction ends."""
    row = fetch_one(connection, LOCK, p_id=referral_id, **visible_to(caller))
    if row is None:
        raise NotFound("There is no such referral.")
    return row


def after_change(connection: Connection, caller: Principal, referral_id: UUID) -> Record:
    """The referral as it stands for the caller after a command of theirs, which writes the audit."""
    row = fetch_one(connection, ONE, p_id=referral_id, **visible_to(caller))
    assert row is not None, "whoever may change it sees it"
    return shown(caller, row)


@dataclass(frozen=True, slots=True)
class Sought:
    """Which referrals are asked for; None and False ask for any."""

    status: str | None = None
    case_id: UUID | None = None
    need_id: UUID | None = None
    attention: bool = False
    waits_for: Party | None = None
    overdue: bool = False

    @property
    def by_date(self) -> bool:
        """Whether what waits is asked for: that is listed in the order of its dates."""
        return self.overdue or self.waits_for is not None

    @property
    def filters(self) -> frozenset[str]:
        return frozenset(name for name in FILTERS if getattr(self, name))

    @property
    def few(self) -> bool:
        """Whether so little is left that nothing needs to be narrowed before."""
        return bool(self.case_id or self.need_id)

    def parameters(self) -> Record:
        kinds = [kind for kind, rule in LADDERS.items() if rule.waits_for is self.waits_for]
        values = {"p_kinds": kinds} if self.waits_for else {}
        plain = ("status", "case_id", "need_id")
        return values | {f"p_{name}": getattr(self, name) for name in self.filters & {*plain}}


def list_referrals(
    connection: Connection, caller: Principal, paging: Paging, sought: Sought
) -> Record:
    seen = visible_to(caller)
    rows = fetch(
        connection,
        _list(sought.filters, sees_widely(seen) or sought.few),
        **sought.parameters(),
        **paging.parameters(NEWEST_FIRST),
        **seen,
    )
    return paging.page(NEWEST_FIRST, [shown(caller, row) for row in rows])


@cache
def _list(filters: frozenset[str], widely: bool) -> Select[Any]:
    """A statement of its own for each kind of question: one for all would be planned for none."""
    ids = (SEEN_IDS if widely else OF_SEEN_CASES).where(
        # What was sent to this organization stands in its inbox.
        referral.c.organization == ORGANIZATION,
        referral.c.status != ReferralStatus.ENTERED_IN_ERROR,
        *(FILTERS[name] for name in sorted(filters)),
    )
    return audited(page_of(ids), "referral.list")


def shown(caller: Principal, row: Record) -> Record:
    """What the caller may know of a row, with what is next and what they may do."""
    seen = {**row, "sender_organization_id": row["organization"], "next": next_step(row)}
    seen["retry"] = row["reason"] and RULES[Reason(row["reason"])].retry
    seen["actions"] = [_action(row, act) for act in access.offered(caller, row)]
    seen["errands"] = [_errand(row, errand) for errand in _errands(caller, row)]
    seen["claimed"] = row["claimed_by"] is not None
    if not row["as_receiver"]:
        seen |= dict.fromkeys(RECEIVERS_OWN)
    if not row["as_sender"]:
        seen |= dict.fromkeys(CONTENT)
        seen |= dict.fromkeys(SENDERS_OWN)
    return seen


def next_step(row: Record) -> Record | None:
    if row["due_at"] is None:
        return None
    kind, urgent = Clock(row["due_kind"]), row["urgency"] == "urgent"
    return {
        "clock": kind,
        "who": ladder(kind, urgent).waits_for,
        "by": row["due_at"],
        "overdue": row["attention"] is not None or row["due_at"] <= clock.now(),
        "then": rungs_ahead(kind, urgent, row["due_step"], row["asked_count"])[0],
    }


def _action(row: Record, act: Act) -> Record:
    href = f"/v1/referrals/{row['id']}/{act.replace('_', '-')}"
    return {"name": act, "href": href, "blocked_by": _blocked(row, act)}


def _errands(caller: Principal, row: Record) -> list[Errand]:
    status, loop = ReferralStatus(row["status"]), LoopResult(row["loop"])
    return errands.offered(status, loop, access.parties(caller, row))


def _errand(row: Record, errand: Errand) -> Record:
    return {"name": errand.name, "href": f"/v1/referrals/{row['id']}/{errand.path}"}


def _blocked(row: Record, act: Act) -> str | None:
    unknown: Any = act in (Act.SEND, Act.APPROVE) and row["receiver_id"] is None
    return "receiver_unknown" if unknown else None
