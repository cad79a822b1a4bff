"""Referrals as their callers see them."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, String, bindparam, or_, tuple_

from services.referrals import access
from services.referrals.lifecycle.clocks import Clock, ladder, rungs_ahead
from services.referrals.lifecycle.reasons import RULES, Reason
from services.referrals.lifecycle.transitions import Act
from services.referrals.models import referral
from services.referrals.queries.visibility import ORGANIZATION, VISIBLE, visible_to
from shared import clock
from shared.audit import audited
from shared.auth import Principal
from shared.db import Record, fetch, fetch_one
from shared.errors import NotFound
from shared.pagination import NEWEST_FIRST, Paging
from shared.schemas.referrals import ReferralStatus

ONE = VISIBLE.where(referral.c.id == bindparam("p_id"))
READ = audited(ONE, "referral.read")
LOCK = ONE.with_for_update(of=referral)
ANY_STATUS = bindparam("p_status", type_=String)
LIST = audited(
    VISIBLE.where(
        # What was sent to this organization stands in its inbox.
        referral.c.organization == ORGANIZATION,
        referral.c.status != ReferralStatus.ENTERED_IN_ERROR,
        or_(ANY_STATUS.is_(None), referral.c.status == ANY_STATUS),
        *(
            or_(
                bindparam(f"p_{name}", type_=column.type).is_(None),
                column == bindparam(f"p_{name}"),
            )
            for name, column in (("case", referral.c.case_id), ("need", referral.c.need_id))
        ),
        or_(bindparam("p_attention").is_(False), referral.c.attention.is_not(None)),
        tuple_(referral.c.created_at, referral.c.id)
        < tuple_(bindparam("after_created_at"), bindparam("after_id")),
    )
    .order_by(referral.c.created_at.desc(), referral.c.id.desc())
    .limit(bindparam("page_limit")),
    "referral.list",
)
CONTENT = ("case_id", "client_id", "need_id", "step_id", "author")
NOT_BY_NAME = {Act.EXPIRE, Act.CONCLUDE, Act.CONTRADICT}


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


def list_referrals(
    connection: Connection,
    caller: Principal,
    paging: Paging,
    *,
    status: str | None,
    case_id: UUID | None,
    need_id: UUID | None,
    attention: bool,
) -> Record:
    rows = fetch(
        connection,
        LIST,
        p_status=status,
        p_case=case_id,
        p_need=need_id,
        p_attention=attention,
        **paging.parameters(NEWEST_FIRST),
        **visible_to(caller),
    )
    return paging.page(NEWEST_FIRST, [shown(caller, row) for row in rows])


def shown(caller: Principal, row: Record) -> Record:
    """What the caller may know of a row, with what is next and what they may do."""
    seen = {**row, "sender_organization_id": row["organization"], "next": next_step(row)}
    seen["retry"] = row["reason"] and RULES[Reason(row["reason"])].retry
    seen["actions"] = [_action(row, act) for act in access.offered(caller, row)]
    if not row["as_sender"]:
        seen |= dict.fromkeys(CONTENT)
        seen["previous_referral_id"] = None
    return seen


def next_step(row: Record) -> Record | None:
    if row["due_at"] is None:
        return None
    rule = ladder(Clock(row["due_kind"]), row["urgency"] == "urgent")
    return {
        "clock": row["due_kind"],
        "who": rule.waits_for,
        "by": row["due_at"],
        "overdue": row["attention"] is not None or row["due_at"] <= clock.now(),
        "then": rungs_ahead(rule, row["due_step"])[0],
    }


def _action(row: Record, act: Act) -> Record:
    href = f"/v1/referrals/{row['id']}/{act.replace('_', '-')}"
    return {"name": act, "href": href, "blocked_by": _blocked(row, act)}


def _blocked(row: Record, act: Act) -> str | None:
    unknown: Any = act in (Act.SEND, Act.APPROVE) and row["receiver_id"] is None
    return "receiver_unknown" if unknown else None
