"""What was sent to the caller's organization."""

from sqlalchemy import Connection, String, bindparam, func, or_, select

from services.referrals.lifecycle.transitions import NEVER_SENT
from services.referrals.models import referral
from services.referrals.queries.referrals import shown
from services.referrals.queries.visibility import AS_RECEIVER, ORGANIZATION, page_of, visible_to
from shared.audit import audited
from shared.auth import Principal
from shared.db import Record, fetch
from shared.pagination import NEWEST_FIRST, Paging
from shared.schemas.referrals import ReferralStatus

STATUS = bindparam("p_status", type_=String)
HIDDEN = [*NEVER_SENT, ReferralStatus.ENTERED_IN_ERROR]
RECEIVED = (referral.c.receiver_organization == ORGANIZATION, referral.c.status.not_in(HIDDEN))
LIST = audited(
    page_of(
        select(referral.c.id).where(
            *RECEIVED, AS_RECEIVER, or_(STATUS.is_(None), referral.c.status == STATUS)
        )
    ),
    "inbox.list",
)
COUNTS = (
    select(referral.c.status, func.count().label("count"))
    .where(*RECEIVED)
    .group_by(referral.c.status)
)


def inbox(connection: Connection, caller: Principal, paging: Paging, status: str | None) -> Record:
    """A page of it, and how many there are in each status."""
    rows = fetch(
        connection,
        LIST,
        p_status=status,
        **paging.parameters(NEWEST_FIRST),
        **visible_to(caller),
    )
    page = paging.page(NEWEST_FIRST, [shown(caller, row) for row in rows])
    counts = fetch(connection, COUNTS, p_organization=caller.tenant)
    return {**page, "counts": {row["status"]: row["count"] for row in counts}}
