"""What referrals find out about a listing, told to the directory: it has ended, is silent, or unreachable."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, bindparam, func, literal_column, select

from services.referrals.lifecycle.reasons import Reason
from services.referrals.lifecycle.transitions import Act
from services.referrals.models import referral
from shared import clock
from shared.db import Record, fetch, within
from shared.events import log
from shared.events.contracts import ListingFlagged
from shared.schemas.referrals import ReferralStatus

SILENT_AFTER = 3
SILENT_WITHIN = timedelta(days=90)
_of_listing = (
    referral.c.organization == bindparam("p_organization"),
    referral.c.service_id == bindparam("p_service"),
)
# Nobody has answered at this listing since: an answer breaks the silence.
_answered = (
    select(
        func.coalesce(func.max(referral.c.answered_at), literal_column("'-infinity'::timestamptz"))
    )
    .where(*_of_listing)
    .scalar_subquery()
)
UNANSWERED = (
    select(referral.c.client_id, referral.c.ended_at)
    .where(
        *_of_listing,
        referral.c.status == ReferralStatus.EXPIRED,
        referral.c.ended_at > _answered,
    )
    .order_by(referral.c.ended_at, referral.c.id)
    .limit(200)
)


def follow(connection: Connection, _: Record, moved: Record, act: Act) -> None:
    """Flag the listing when a receiver says that it ended, or when it has let several expire in a row."""
    if act in (Act.DECLINE, Act.REPORT_NOT_SERVED) and moved["reason"] == Reason.SERVICE_ENDED:
        _flag(connection, moved, "service_ended")
    if act is Act.EXPIRE and _falls_silent(connection, moved):
        _flag(connection, moved, "silent")


def disconnected(connection: Connection, about: Record) -> None:
    """Mail to its receiver came back: nobody reads it there."""
    _flag(connection, about, "disconnected")


def falls_silent(expired: Iterable[tuple[UUID, datetime]]) -> bool:
    """Whether the last of these, oldest first, is where silence begins: never before, and now.

    Silence is three referrals of different clients in 90 days.
    """
    latest: dict[UUID, datetime] = {}
    silent = [False]
    for client, at in expired:
        latest[client] = at
        recent = [when for when in latest.values() if at - when <= SILENT_WITHIN]
        silent.append(len(recent) >= SILENT_AFTER)
    return silent[-1] and not any(silent[:-1])


def _falls_silent(connection: Connection, moved: Record) -> bool:
    listing = {"p_organization": moved["organization"], "p_service": moved["service_id"]}
    with within(connection, moved["organization"]):
        rows = fetch(connection, UNANSWERED, **listing)
    return falls_silent((row["client_id"], row["ended_at"]) for row in rows)


def _flag(connection: Connection, about: Record, reason: str) -> None:
    flagged = ListingFlagged(
        service_id=about["service_id"], reason=reason, referral_id=about["id"], at=clock.now()
    )
    log.publish(connection, about["organization"], flagged)
