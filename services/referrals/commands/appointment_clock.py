"""An appointment's own clock: a proposal to be answered, then whether the client came to be written down."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, bindparam, exists, select, update

from services.referrals.commands import clocks, recording
from services.referrals.commands.reminding import remind
from services.referrals.commands.ticking import LOCKED, Busy
from services.referrals.lifecycle.appointments import AppointmentStatus, Side
from services.referrals.lifecycle.business_time import Calendar
from services.referrals.lifecycle.clocks import Clock
from services.referrals.lifecycle.transitions import Party
from services.referrals.models import appointment, history, referral
from services.referrals.queries.calendars import calendar_for
from shared import audit, clock, deadlines
from shared.db import Record, execute, fetch_one
from shared.deadlines import Deadline

KIND = "appointment"
KINDS = (PROPOSED, ATTENDED) = ("appointment", "attendance")
"""What is reminded of: a proposal to answer, whether the client came to write down."""
ANSWER_WITHIN, WRITTEN_DOWN_WITHIN = 1, 2
"""Business days: of who must answer, before it starts; of the receiver, after it has ended."""
REMINDED = (Party.RECEIVER, Party.WORKER)
ONE = select(appointment).where(appointment.c.id == bindparam("p_id"))
LAPSE = (
    update(appointment)
    .where(appointment.c.id == bindparam("p_id"))
    .values(status=AppointmentStatus.CANCELLED, version=appointment.c.version + 1)
)
OTHER_REMINDERS = select(history.c.id).where(
    history.c.referral_id == referral.c.id,
    history.c.version == referral.c.version,
    history.c.action == "remind",
    history.c.reason.not_in(KINDS),
)
RELIEVE = (
    update(referral)
    .where(
        referral.c.id == bindparam("p_id"),
        referral.c.attention.is_not(None),
        ~exists(OTHER_REMINDERS),
    )
    .values(attention=None, attention_at=None, overdue_since=None)
)


def start(connection: Connection, about: Record, row: Record) -> None:
    if row["status"] == AppointmentStatus.PROPOSED:
        answered_by = _calendar(connection, about, _answers(row))
        due_at = min(answered_by.after(clock.now(), ANSWER_WITHIN), row["starts_at"])
    else:
        receiver = _calendar(connection, about, Party.RECEIVER)
        due_at = receiver.after(row["ends_at"], WRITTEN_DOWN_WITHIN)
    deadlines.set_deadline(connection, clocks.holders(about), KIND, row["id"], due_at)


def stop(connection: Connection, appointment_id: UUID) -> None:
    deadlines.clear(connection, appointment_id, KIND)


def relieve(connection: Connection, about: Record) -> None:
    """Nobody's attention is asked for any more, where only appointments had asked for it."""
    execute(connection, RELIEVE, {"p_id": about["id"]})


def tick(connection: Connection, due: Deadline, now: datetime) -> datetime | None:
    """Remind whose turn it is. A proposal that nobody answered lapses when it would start."""
    row = fetch_one(connection, ONE, p_id=due.subject)
    about = row and fetch_one(connection, LOCKED, p_id=row["referral_id"])
    if row is None or about is None:
        raise Busy
    audit.record(connection, f"clock.{KIND}", [row["id"], about["id"]], basis="clock")
    if row["status"] == AppointmentStatus.PROPOSED:
        return _proposed(connection, about, row, now)
    party = REMINDED[due.step]
    remind(connection, about, party, ATTENDED)
    if due.step + 1 == len(REMINDED):
        return None
    return _calendar(connection, about, party).after(now, WRITTEN_DOWN_WITHIN)


def _proposed(connection: Connection, about: Record, row: Record, now: datetime) -> datetime | None:
    starts_at: datetime = row["starts_at"]
    if now < starts_at:
        remind(connection, about, _answers(row), PROPOSED)
        return starts_at
    execute(connection, LAPSE, {"p_id": row["id"], "decided_at": now})
    recording.record(
        connection,
        about,
        "cancel_appointment",
        before=about["status"],
        party=Party.CLOCK,
        reason="not_answered",
    )
    return None


def _answers(row: Record) -> Party:
    """Who must answer the proposal: for a receiver without an account, its sender."""
    if row["proposed_by"] == Side.RECEIVER or row["receiver_organization"] is None:
        return Party.WORKER
    return Party.RECEIVER


def _calendar(connection: Connection, about: Record, party: Party) -> Calendar:
    of_party = Clock.OUTCOME if party is Party.RECEIVER else Clock.DISPUTE
    return calendar_for(connection, about, of_party)
