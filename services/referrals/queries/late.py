"""What is overdue, the longest first: somebody was reminded and nobody has acted, or a date has passed.

The worker moves each date on as it passes, so those that have passed are few, unless it stands still.
"""

from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    DateTime,
    Integer,
    Select,
    bindparam,
    exists,
    func,
    or_,
    select,
    tuple_,
    union_all,
)

from services.referrals.models import deadline, referral
from services.referrals.queries.referrals import FILTERS, OF_SEEN_CASES, Sought, shown
from services.referrals.queries.visibility import (
    ORGANIZATION,
    RELATED,
    SEEN,
    SEEN_IDS,
    VISIBLE,
    sees_widely,
    visible_to,
)
from shared import clock
from shared.audit import audited
from shared.auth import Principal
from shared.db import Record, fetch
from shared.pagination import FIRST_ID, FIRST_TIME, Keyset, Paging
from shared.schemas.referrals import ReferralStatus

LONGEST_FIRST = Keyset(("overdue_since", "id"), (FIRST_TIME, FIRST_ID))
AFTER = tuple_(
    bindparam("after_overdue_since", type_=DateTime(timezone=True)), bindparam("after_id")
)
NOW = bindparam("p_now", type_=DateTime(timezone=True))
LIMIT = bindparam("page_limit", type_=Integer)
OURS = (
    referral.c.organization == ORGANIZATION,
    referral.c.status != ReferralStatus.ENTERED_IN_ERROR,
)
REMINDED = referral.c.overdue_since
_earliest = (
    select(deadline.c.due_at)
    .where(deadline.c.subject == referral.c.id)
    .order_by(deadline.c.due_at)
    .limit(1)
    .scalar_subquery()
)
_other = deadline.alias("other")
FIRST_OF_ITS_OWN = ~exists().where(
    _other.c.subject == deadline.c.subject,
    tuple_(_other.c.due_at, _other.c.kind) < tuple_(deadline.c.due_at, deadline.c.kind),
)


def list_overdue(
    connection: Connection, caller: Principal, paging: Paging, sought: Sought
) -> Record:
    seen = visible_to(caller)
    rows = fetch(
        connection,
        _list(sought.filters, sees_widely(seen), sought.few),
        **sought.parameters(),
        **paging.parameters(LONGEST_FIRST),
        **seen,
        p_now=clock.now(),
    )
    late = [{**row, "overdue_since": row["late_since"]} for row in rows]
    return paging.page(LONGEST_FIRST, [shown(caller, row) for row in late])


@cache
def _list(filters: frozenset[str], widely: bool, few: bool) -> Select[Any]:
    asked = [FILTERS[name] for name in sorted(filters)]
    if few:
        found = _among(SEEN_IDS, asked)
    elif widely:
        found = _in_order(asked)
    else:
        found = _among(OF_SEEN_CASES, asked)
    page = found.subquery("page")
    late = VISIBLE.add_columns(page.c.late_since).where(referral.c.id == page.c.id)
    return audited(late.order_by(page.c.late_since, referral.c.id), "referral.list")


def _among(ids: Select[Any], asked: list[ColumnElement[bool]]) -> Select[Any]:
    """One page of few: they are looked up, and put in order."""
    since = func.coalesce(REMINDED, _earliest)
    return (
        ids.add_columns(since.label("late_since"))
        .where(*OURS, *asked, or_(REMINDED.is_not(None), _earliest <= NOW))
        .where(tuple_(since, referral.c.id) > AFTER)
        .order_by(since, referral.c.id)
        .limit(LIMIT)
    )


def _in_order(asked: list[ColumnElement[bool]]) -> Select[Any]:
    """One page of an organization's: both kinds are read in order, each from its index."""
    reminded = (
        select(referral.c.id, REMINDED.label("late_since"))
        .select_from(RELATED)
        .where(*OURS, *asked, SEEN, REMINDED.is_not(None), tuple_(REMINDED, referral.c.id) > AFTER)
        .order_by(REMINDED, referral.c.id)
        .limit(LIMIT)
    )
    passed = (
        select(referral.c.id, deadline.c.due_at.label("late_since"))
        .select_from(RELATED.join(deadline, deadline.c.subject == referral.c.id))
        .where(*OURS, *asked, SEEN, REMINDED.is_(None), FIRST_OF_ITS_OWN)
        .where(deadline.c.organizations[1] == ORGANIZATION, deadline.c.due_at <= NOW)
        .where(tuple_(deadline.c.due_at, deadline.c.subject) > AFTER)
        .order_by(deadline.c.due_at, deadline.c.subject)
        .limit(LIMIT)
    )
    both = union_all(reminded.subquery().select(), passed.subquery().select()).subquery("both")
    return select(both).order_by(both.c.late_since, both.c.id).limit(LIMIT)
