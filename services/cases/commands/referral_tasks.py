"""What a referral leaves the case's worker to do: a dispute to resolve, and what is still needed."""

from sqlalchemy import Connection, bindparam, select

from services.cases import clocks
from services.cases.commands.tasks import RESOLVE, cancel_tasks, put_task
from services.cases.models import CASE, TASK
from shared import clock
from shared.db import Record, fetch_one
from shared.events.contracts import ReferralStanding
from shared.schemas.referrals import LoopResult, ReferralStatus

FOLLOW_PARTIAL = "follow_partial"
OWNER = select(CASE.c.owner_id).where(CASE.c.id == bindparam("p_case"))
ASKED = (
    select(TASK.c.id)
    .where(
        TASK.c.subject == bindparam("p_subject"),
        TASK.c.kind == bindparam("p_kind"),
        TASK.c.status != "cancelled",
    )
    .limit(1)
)


def follow(connection: Connection, need: Record, standing: ReferralStanding) -> None:
    """By what the referral's standing is now: a standing that says the same again changes nothing."""
    void = standing.status is ReferralStatus.ENTERED_IN_ERROR
    if standing.status is ReferralStatus.DISPUTED:
        _ask(connection, need, standing, RESOLVE, clocks.DISPUTE_DAYS)
    else:
        cancel_tasks(connection, standing.referral_id, RESOLVE)
    if standing.loop is LoopResult.PARTIAL and not void:
        _ask(connection, need, standing, FOLLOW_PARTIAL, clocks.DECISION_DAYS)
    else:
        cancel_tasks(connection, standing.referral_id, FOLLOW_PARTIAL)


def _ask(
    connection: Connection, need: Record, standing: ReferralStanding, kind: str, days: int
) -> None:
    """Once: what was asked is asked again only where it was taken back meanwhile."""
    subject = standing.referral_id
    if fetch_one(connection, ASKED, p_subject=subject, p_kind=kind) is not None:
        return
    owner = fetch_one(connection, OWNER, p_case=need["case_id"])
    assert owner is not None
    put_task(
        connection,
        kind,
        subject,
        clocks.business_days_after(clock.now(), days),
        case_id=need["case_id"],
        assignee_id=owner["owner_id"],
    )
