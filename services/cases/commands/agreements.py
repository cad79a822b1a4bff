"""Agreements with partners: recorded, extended or ended; and a warning before they run out."""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, and_, bindparam, or_, select

from services.cases import clocks, rows
from services.cases.commands.tasks import AGREEMENTS, cancel_tasks, put_task
from services.cases.models import AGREEMENT
from services.cases.schemas.people import AgreementChange, NewAgreement
from shared import audit, clock
from shared.db import Record, fetch_one
from shared.deadlines import Deadline, clear, set_deadline
from shared.errors import Invalid
from shared.etag import check_version

ENDING = "agreement_ending"
RENEW = "renew_agreement"
WARNINGS = (timedelta(days=30), timedelta(days=7))
"""How long before it ends somebody is asked to renew it."""
GOES_ON = (
    select(AGREEMENT.c.id)
    .where(
        AGREEMENT.c.partner_id == bindparam("p_partner"),
        AGREEMENT.c.id != bindparam("p_id"),
        and_(
            AGREEMENT.c.starts_on <= bindparam("p_after"),
            or_(AGREEMENT.c.ends_on.is_(None), AGREEMENT.c.ends_on >= bindparam("p_after")),
        ),
    )
    .limit(1)
)


def add_agreement(connection: Connection, new: NewAgreement) -> Record:
    _require_order(new.starts_on, new.ends_on)
    row = rows.add(connection, AGREEMENT, **new.model_dump())
    _wind(connection, row)
    audit.record(connection, "add_agreement", [row["id"]])
    return row


def change_agreement(
    connection: Connection, agreement_id: UUID, change: AgreementChange, version: int
) -> Record:
    """Ended or extended. What was disclosed while it was in force stands."""
    row = rows.lock(connection, AGREEMENT, agreement_id)
    check_version(row["version"], version)
    _require_order(row["starts_on"], change.ends_on)
    row = rows.change(connection, AGREEMENT, agreement_id, ends_on=change.ends_on)
    _wind(connection, row)
    audit.record(connection, "change_agreement", [agreement_id])
    return row


def _require_order(starts_on: date, ends_on: date | None) -> None:
    if ends_on is not None and ends_on < starts_on:
        raise Invalid("/ends_on", "must not be before starts_on")


def _wind(connection: Connection, agreement: Record) -> None:
    clear(connection, agreement["id"], ENDING)
    cancel_tasks(connection, agreement["id"], RENEW)
    due_at = _next_warning(agreement, 0)
    if due_at is not None:
        set_deadline(connection, [agreement["organization"]], ENDING, agreement["id"], due_at)


def _next_warning(agreement: Record, given: int) -> datetime | None:
    """When it is warned of next, after `given` warnings; never once it is over."""
    if agreement["ends_on"] is None or given >= len(WARNINGS):
        return None
    over = clocks.end_of(agreement["ends_on"])
    return over - WARNINGS[given] if clock.now() < over else None


def warn(connection: Connection, deadline: Deadline, _: datetime) -> datetime | None:
    """It ends soon, and no other goes on: somebody renews it, or lets it end."""
    agreement = rows.lock(connection, AGREEMENT, deadline.subject)
    over = clocks.end_of(agreement["ends_on"])
    day_after = agreement["ends_on"] + timedelta(days=1)
    partner = {"p_partner": agreement["partner_id"], "p_id": agreement["id"]}
    if fetch_one(connection, GOES_ON, **partner, p_after=day_after) is None:
        again = deadline.step > 0
        subject = agreement["id"]
        put_task(connection, RENEW, subject, over, case_id=None, queue=AGREEMENTS, escalated=again)
    return _next_warning(agreement, deadline.step + 1)
