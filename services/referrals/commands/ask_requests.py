"""What the clock wants asked of a client: taken on a lease, so that a crash repeats it."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, delete, or_, select, update

from services.referrals.commands.asking import asked
from services.referrals.commands.links import new_link
from services.referrals.commands.moving import CLOCK, SYSTEM, Details, move
from services.referrals.commands.reminding import remind
from services.referrals.lifecycle.clocks import LADDERS, Clock
from services.referrals.lifecycle.transitions import Act, follow
from services.referrals.models import message, referral
from shared import audit
from shared.db import Record, enter, execute, fetch_one
from shared.schemas.disclosures import ContactDecision
from shared.schemas.referrals import ReferralStatus

LEASE = timedelta(minutes=5)
ASK = "ask"
_next = (
    select(message.c.id)
    .where(
        message.c.kind == ASK,
        message.c.not_before <= bindparam("p_now"),
        or_(
            message.c.taken_at.is_(None),
            message.c.taken_at < bindparam("p_lapsed"),
        ),
    )
    .order_by(message.c.not_before)
    .limit(1)
    .with_for_update(skip_locked=True)
)
TAKE = (
    update(message)
    .where(message.c.id == _next.scalar_subquery())
    .values(taken_at=bindparam("p_now"))
    .returning(message)
)
DONE = delete(message).where(message.c.referral_id == bindparam("p_id"), message.c.kind == ASK)
CLIENT = select(referral.c.client_id).where(referral.c.id == bindparam("p_id"))
LOCKED = select(referral).where(referral.c.id == bindparam("p_id")).with_for_update()
CANNOT_ASK = {"deceased", "contact_prohibited", "refused"}


def take(connection: Connection, now: datetime) -> Record | None:
    """The next request, with its client; its lease lasts five minutes."""
    request = fetch_one(connection, TAKE, p_now=now, p_lapsed=now - LEASE)
    if request is None:
        return None
    enter(connection, request["organization"])
    found = fetch_one(connection, CLIENT, p_id=request["referral_id"])
    assert found is not None
    return {**request, **found}


def link_for(connection: Connection, request: Record) -> str | None:
    """A new answer link's token; None when there is nothing to ask any more."""
    row = _askable(connection, request)
    return None if row is None else new_link(connection, row)


def mailed(connection: Connection, request: Record) -> None:
    """The mail is out: that was a try."""
    row = _askable(connection, request)
    if row is not None:
        asked(connection, row, CLOCK)
        audit.record(connection, "referral.ask", [row["id"]], basis="mail")
    execute(connection, DONE, {"p_id": request["referral_id"]})


def not_by_mail(connection: Connection, request: Record, decision: ContactDecision) -> None:
    """Nobody may mail: a worker calls, or nobody may ask at all."""
    row = _askable(connection, request)
    execute(connection, DONE, {"p_id": request["referral_id"]})
    if row is None:
        return
    if decision.reason in CANNOT_ASK:
        _give_up(connection, row, decision.reason)
        return
    rungs = LADDERS[Clock.ASK].rungs
    remind(connection, row, rungs[min(request["step"], len(rungs) - 1)], "ask_by_phone")


def _give_up(connection: Connection, row: Record, reason: str) -> None:
    if follow(ReferralStatus(row["status"]), Act.STOP_ASKING):
        move(connection, row, Act.STOP_ASKING, SYSTEM, Details(cannot_ask=reason))


def _askable(connection: Connection, request: Record) -> Record | None:
    enter(connection, request["organization"])
    row = fetch_one(connection, LOCKED, p_id=request["referral_id"])
    if row is None or follow(ReferralStatus(row["status"]), Act.ASK) is None:
        return None
    return row
