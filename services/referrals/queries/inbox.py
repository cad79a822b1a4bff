"""What was sent to the caller's organization: what is new, what waits, and how much of it."""

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
    and_,
    any_,
    bindparam,
    func,
    or_,
    select,
    text,
    tuple_,
)

from services.referrals.lifecycle.transitions import NEVER_SENT
from services.referrals.models import deadline, referral
from services.referrals.models.referrals import NOT_OVER
from services.referrals.queries.referrals import shown
from services.referrals.queries.visibility import (
    AS_RECEIVER,
    ME,
    ORGANIZATION,
    VISIBLE,
    visible_to,
)
from shared import clock
from shared.audit import audited
from shared.auth import Principal
from shared.db import Record, fetch
from shared.pagination import FIRST_ID, FIRST_TIME, LAST_ID, LAST_TIME, Keyset, Paging
from shared.schemas.referrals import LIVE, UNRESOLVED, ReferralStatus
from shared.schemas.strict import INT_MAX

HIDDEN = [*NEVER_SENT, ReferralStatus.ENTERED_IN_ERROR]
OURS = referral.c.receiver_organization == ORGANIZATION
RECEIVED = (OURS, AS_RECEIVER, referral.c.status.not_in(HIDDEN))
OPEN = text(f"referral.{NOT_OVER}")
LIVE_STILL = referral.c.status.in_([*LIVE])
UNCLAIMED = and_(LIVE_STILL, referral.c.claimed_by.is_(None))
# The worker acts on what is due within a moment, and asks for attention: few are due and not yet acted on.
DUE = select(deadline.c.subject).where(deadline.c.due_at <= bindparam("p_now"))
OVERDUE = and_(LIVE_STILL, or_(referral.c.attention.is_not(None), referral.c.id.in_(DUE)))
CLAIMED: dict[str, ColumnElement[bool]] = {
    "claimed_me": and_(LIVE_STILL, referral.c.claimed_by == ME),
    "claimed_nobody": UNCLAIMED,
    "claimed_anybody": and_(LIVE_STILL, referral.c.claimed_by.is_not(None)),
}
FILTERS: dict[str, ColumnElement[bool]] = {
    **CLAIMED,
    "status": referral.c.status == any_(bindparam("p_status", type_=ARRAY(String))),
    "category": referral.c.category == bindparam("p_category"),
    "urgency": referral.c.urgency == bindparam("p_urgency"),
    "service": referral.c.service_id == bindparam("p_service"),
    "question": referral.c.question_at.is_not(None),
    "overdue": OVERDUE,
}
TAKE_A_VALUE = {"status", "category", "urgency", "service"}
OF_WHAT_WAITS = {*CLAIMED, "question", "overdue"}
"""Filters that only what is not over can pass: the index of what waits answers them."""
NEWEST = Keyset(("sent_at", "id"), (LAST_TIME, LAST_ID))
OLDEST = Keyset(("sent_at", "id"), (FIRST_TIME, FIRST_ID))

COUNTS = (
    select(
        referral.c.status,
        func.count().label("count"),
        func.count().filter(UNCLAIMED).label("unclaimed"),
        func.count().filter(referral.c.urgency == "urgent").label("urgent"),
        func.count().filter(OVERDUE).label("overdue"),
    )
    .where(OURS, OPEN)
    .group_by(referral.c.status)
)

QUEUE = func.coalesce(referral.c.waitlist_position, INT_MAX)
SINCE = func.coalesce(referral.c.answered_at, referral.c.sent_at)
IN_TURN = Keyset(("queue", "waits_since", "id"), (-1, FIRST_TIME, FIRST_ID))
SERVICE = bindparam("p_service", type_=Uuid)
WAITLIST = audited(
    VISIBLE.add_columns(QUEUE.label("queue"), SINCE.label("waits_since"))
    .where(
        *RECEIVED,
        OPEN,
        referral.c.status == ReferralStatus.ON_HOLD,
        or_(SERVICE.is_(None), referral.c.service_id == SERVICE),
        tuple_(QUEUE, SINCE, referral.c.id)
        > tuple_(bindparam("after_queue"), bindparam("after_waits_since"), bindparam("after_id")),
    )
    .order_by(QUEUE, SINCE, referral.c.id)
    .limit(bindparam("page_limit")),
    "inbox.waitlist",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which part of the inbox is wanted; None and False do not narrow it."""

    status: list[ReferralStatus] | None = None
    category: str | None = None
    urgency: str | None = None
    service: UUID | None = None
    claimed: str | None = None
    overdue: bool = False
    question: bool = False
    longest_waiting: bool = False

    def filters(self) -> frozenset[str]:
        names = ("status", "category", "urgency", "service", "overdue", "question")
        given = {name for name in names if getattr(self, name)}
        return frozenset(given | ({f"claimed_{self.claimed}"} if self.claimed else set()))

    def waits(self) -> bool:
        """Whether only what is not over can be meant."""
        among = bool(self.status) and set(self.status or ()) <= UNRESOLVED
        return self.longest_waiting or among or bool(self.filters() & OF_WHAT_WAITS)


def inbox(connection: Connection, caller: Principal, paging: Paging, asked: Asked) -> Record:
    """A page of it, and how much there is that is not over."""
    keyset = OLDEST if asked.longest_waiting else NEWEST
    rows = fetch(
        connection,
        _list(asked.filters(), asked.waits(), asked.longest_waiting),
        **{f"p_{name}": getattr(asked, name) for name in asked.filters() & TAKE_A_VALUE},
        **({"p_now": clock.now()} if asked.overdue else {}),
        **paging.parameters(keyset),
        **visible_to(caller),
    )
    page = paging.page(keyset, [shown(caller, row) for row in rows])
    return {**page, **_counts(connection, caller)}


def waitlist(
    connection: Connection, caller: Principal, paging: Paging, service_id: UUID | None
) -> Record:
    """Who waits, by position, then by when they were accepted."""
    asked = {**paging.parameters(IN_TURN), **visible_to(caller)}
    rows = fetch(connection, WAITLIST, p_service=service_id, **asked)
    return paging.page(IN_TURN, [shown(caller, row) for row in rows])


@cache
def _list(filters: frozenset[str], waits: bool, longest_waiting: bool) -> Select[Any]:
    """A statement of its own for each kind of question: one for all would be planned for none."""
    sent = tuple_(referral.c.sent_at, referral.c.id)
    after = tuple_(bindparam("after_sent_at"), bindparam("after_id"))
    columns = (referral.c.sent_at, referral.c.id)
    order = columns if longest_waiting else tuple(column.desc() for column in columns)
    page = (
        select(referral.c.id)
        .where(
            *RECEIVED,
            *([OPEN] if waits else []),
            *(FILTERS[name] for name in sorted(filters)),
            sent > after if longest_waiting else sent < after,
        )
        .order_by(*order)
        .limit(bindparam("page_limit"))
    )
    return audited(VISIBLE.where(referral.c.id.in_(page)).order_by(*order), "inbox.list")


def _counts(connection: Connection, caller: Principal) -> Record:
    rows = fetch(connection, COUNTS, p_organization=caller.tenant, p_now=clock.now())
    totals = {name: sum(row[name] for row in rows) for name in ("unclaimed", "urgent", "overdue")}
    return {"counts": {row["status"]: row["count"] for row in rows}, **totals}
