"""The gap ledger: every end without help is a fact, by category, area and reason."""

from uuid import UUID, uuid4

from sqlalchemy import Connection, insert

from services.referrals.lifecycle.reasons import Reason
from services.referrals.lifecycle.transitions import Act
from services.referrals.models import gap
from shared import clock
from shared.db import Record, within

INSERT = insert(gap)
KINDS = {
    Act.DECLINE: "declined",
    Act.REPORT_NOT_SERVED: "not_served",
    Act.EXPIRE: "expired",
    Act.CONTRADICT: "disputed",
}
NOT_GAPS = {Reason.CLIENT_DECLINED, Reason.CLIENT_NO_LONGER_NEEDS, Reason.NEEDS_MET_ELSEWHERE}
NOT_GAPS |= {Reason.DECEASED}
"""The client's own course: nothing was missing."""


def follow(connection: Connection, _: Record, moved: Record, act: Act) -> None:
    """Write down what the referral failed at, if it did."""
    if act not in KINDS:
        return
    disputed = act is Act.CONTRADICT
    reason = "contradicted" if disputed else moved["reason"] or Reason.OTHER
    if not disputed and reason in NOT_GAPS:
        return
    with within(connection, moved["organization"]):
        record(connection, moved, KINDS[act], reason, referral_id=moved["id"])


def record(
    connection: Connection,
    about: Record,
    kind: str,
    reason: str,
    *,
    referral_id: UUID | None = None,
    recorded_by: UUID | None = None,
    note: bytes | None = None,
    gap_id: UUID | None = None,
) -> Record:
    """Add one fact. `about` names the organization, category and area, and what else is known."""
    named = ("organization", "category", "area", "need_id", "service_id", "receiver_id")
    row = {
        **{name: about.get(name) for name in named},
        "id": gap_id or uuid4(),
        "at": clock.now(),
        "kind": kind,
        "reason": reason,
        "referral_id": referral_id,
        "recorded_by": recorded_by,
        "note": note,
    }
    connection.execute(INSERT, row)
    return row
