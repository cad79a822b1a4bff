"""What waits, in the order of its dates: what is overdue, the longest first, or whose turn it is.

Overdue is where somebody was reminded and nobody has acted, or a date has passed. The worker moves each
date on as it passes, so those that have passed are few, unless it stands still.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    DateTime,
    Integer,
    Select,
    Subquery,
    bindparam,
    func,
    or_,
    select,
    text,
    tuple_,
    union_all,
)

from services.referrals.models import deadline, referral
from services.referrals.queries.referrals import FILTERS, KINDS, OF_SEEN_CASES, Sought, shown
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

EARLIEST_FIRST = Keyset(("waits_since", "id"), (FIRST_TIME, FIRST_ID))
AFTER = tuple_(bindparam("after_waits_since", type_=DateTime(timezone=True)), bindparam("after_id"))
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
ITS_KIND = deadline.c.kind.in_(KINDS)
# Planned without the values, it would be planned for a third of all dates.
WITH_THE_VALUES = text("set local plan_cache_mode = force_custom_plan")


def list_due(connection: Connection, caller: Principal, paging: Paging, sought: Sought) -> Record:
    """Those overdue, where that is asked for; else all that wait, whose date comes first."""
    seen, now = visible_to(caller), clock.now()
    near = sought.few or not sees_widely(seen)
    connection.execute(WITH_THE_VALUES)
    rows = fetch(
        connection,
        _list(sought.filters, sought.overdue, near, sought.few),
        **sought.parameters(),
        **paging.parameters(EARLIEST_FIRST),
        **seen,
        **({"p_now": now} if sought.overdue else {}),
    )
    return paging.page(EARLIEST_FIRST, [shown(caller, _since(row, now)) for row in rows])


def _since(row: Record, now: datetime) -> Record:
    """Where no worker has noticed yet, it is overdue since its date."""
    unnoticed = row["overdue_since"] is None and row["waits_since"] <= now
    return {**row, "overdue_since": row["waits_since"]} if unnoticed else row


@cache
def _list(filters: frozenset[str], overdue: bool, near: bool, few: bool) -> Select[Any]:
    """A statement of its own for each kind of question, as for the list by age."""
    if near:
        found = _among(SEEN_IDS if few else OF_SEEN_CASES, filters, overdue)
    else:
        found = _reminded_or_passed(filters) if overdue else _by_date(filters)
    page = found.subquery("page")
    rows = VISIBLE.add_columns(page.c.waits_since).where(referral.c.id == page.c.id)
    return audited(rows.order_by(page.c.waits_since, referral.c.id), "referral.list")


def _among(ids: Select[Any], filters: frozenset[str], overdue: bool) -> Select[Any]:
    """One page of few: they are looked up, and put in order."""
    since = func.coalesce(REMINDED, _earliest) if overdue else _earliest
    late = [or_(REMINDED.is_not(None), _earliest <= NOW)] if overdue else []
    return (
        ids.add_columns(since.label("waits_since"))
        .where(*OURS, *(FILTERS[name] for name in filters), *late)
        .where(tuple_(since, referral.c.id) > AFTER)
        .order_by(since, referral.c.id)
        .limit(LIMIT)
    )


def _reminded_or_passed(filters: frozenset[str]) -> Select[Any]:
    """One page of an organization's: both kinds are read in order, each from its index."""
    reminded = (
        select(referral.c.id, REMINDED.label("waits_since"))
        .where(*OURS, REMINDED.is_not(None), tuple_(REMINDED, referral.c.id) > AFTER)
        .order_by(REMINDED, referral.c.id)
        .subquery("reminded")
    )
    first = _seen(reminded, [FILTERS[name] for name in filters])
    passed = _by_date(filters, REMINDED.is_(None), until=[deadline.c.due_at <= NOW])
    both = union_all(first.subquery().select(), passed.subquery().select()).subquery("both")
    return select(both).order_by(both.c.waits_since, both.c.id).limit(LIMIT)


def _by_date(
    filters: frozenset[str],
    *also: ColumnElement[bool],
    until: Sequence[ColumnElement[bool]] = (),
) -> Select[Any]:
    """One page of an organization's, by the date of the clock that runs out first."""
    kinds = [ITS_KIND] if "waits_for" in filters else []
    clocks = (
        select(
            deadline.c.subject.label("id"),
            deadline.c.due_at.label("waits_since"),
            deadline.c.id.label("clock_id"),
        )
        .where(deadline.c.organizations[1] == ORGANIZATION, *until, *kinds)
        .where(tuple_(deadline.c.due_at, deadline.c.subject) > AFTER)
        .order_by(deadline.c.due_at, deadline.c.subject)
        .subquery("clocks")
    )
    first_clock = (
        select(deadline.c.id)
        .where(deadline.c.subject == clocks.c.id)
        .order_by(deadline.c.due_at, deadline.c.kind)
        .limit(1)
        .scalar_subquery()
    )
    asked = [FILTERS[name] for name in filters - {"waits_for"}]
    return _seen(clocks, [*asked, *also, clocks.c.clock_id == first_clock])


def _seen(ordered: Subquery, asked: list[ColumnElement[bool]]) -> Select[Any]:
    """The first page of these that the caller sees.

    They come as a subquery that is in order already: else the planner, which expects few of them,
    looks up the cases of all before it sorts.
    """
    return (
        select(referral.c.id, ordered.c.waits_since)
        .select_from(RELATED.join(ordered, ordered.c.id == referral.c.id))
        .where(*OURS, *asked, SEEN)
        .order_by(ordered.c.waits_since, ordered.c.id)
        .limit(LIMIT)
    )
