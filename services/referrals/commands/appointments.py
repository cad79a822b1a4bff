"""Appointments: either side proposes, the other answers; then whether the client came."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, bindparam, insert, select, update

from services.referrals.commands import appointment_clock, recording
from services.referrals.commands.errands import judged
from services.referrals.commands.first_contact import met
from services.referrals.commands.moving import Actor
from services.referrals.errors import NotYet
from services.referrals.lifecycle.appointments import (
    ANSWERS,
    ATTENDANCE,
    NOT_OVER,
    AppointmentStatus,
    Side,
    Step,
    follow,
    may,
)
from services.referrals.lifecycle.errands import APPOINT
from services.referrals.lifecycle.transitions import AT_WORK, Party
from services.referrals.models import appointment
from services.referrals.queries import appointments, referrals
from services.referrals.schemas.appointments import Attendance, NewAppointment
from shared import audit, clock
from shared.auth import Principal
from shared.db import Record, execute, fetch_one
from shared.errors import ActionNotAllowed, Forbidden, Invalid
from shared.sealing import seal

FARTHEST = timedelta(days=366)
LOCK = select(appointment).where(appointment.c.id == bindparam("p_id")).with_for_update()
INSERT = insert(appointment)
CHANGE = update(appointment).where(appointment.c.id == bindparam("p_id"))


def propose(
    connection: Connection, caller: Principal, referral_id: UUID, new: NewAppointment
) -> Record:
    referral, actor = judged(connection, caller, referral_id, APPOINT)
    made = _put(connection, referral, actor, new)
    return _on_record(connection, caller, made, APPOINT.name)


def take(
    connection: Connection,
    caller: Principal,
    appointment_id: UUID,
    step: Step,
    note: str | None = None,
) -> Record:
    """Confirm, decline or cancel."""
    referral, row, actor = _judged(connection, caller, appointment_id, step)
    _move(connection, referral, row, step, actor, note=note)
    return _on_record(connection, caller, row, f"{step}_appointment")


def reschedule(
    connection: Connection, caller: Principal, appointment_id: UUID, new: NewAppointment
) -> Record:
    """The new one, which replaces the old and is the other side's to answer."""
    referral, row, actor = _judged(connection, caller, appointment_id, Step.RESCHEDULE)
    _move(connection, referral, row, Step.RESCHEDULE, actor)
    made = _put(connection, referral, actor, new, replaces=row["id"])
    return _on_record(connection, caller, made, "reschedule_appointment")


def record_attendance(
    connection: Connection, caller: Principal, appointment_id: UUID, said: Attendance
) -> Record:
    """Who came, even late, has been reached: the first-contact clock stops."""
    referral, row, actor = _judged(connection, caller, appointment_id, said.attendance)
    if row["starts_at"] > clock.now():
        raise NotYet("It has not begun.", code=appointments.NOT_BEGUN)
    _move(connection, referral, row, said.attendance, actor, note=said.note, reason=said.reason)
    if said.attendance is not Step.NO_SHOW:
        met(connection, referral, actor)
    return _on_record(connection, caller, row, "record_attendance")


def _judged(
    connection: Connection, caller: Principal, appointment_id: UUID, step: Step
) -> tuple[Record, Record, Actor]:
    """The locked referral and appointment, and who acts: who may, before what state it is in.

    The referral first, as whoever moves it does: two who act at once do not block one another.
    """
    found = appointments.get(connection, caller, appointment_id)
    referral = referrals.lock(connection, caller, found["referral_id"])
    row = fetch_one(connection, LOCK, p_id=appointment_id)
    assert row is not None, "it is seen"
    sides, proposed_by = appointments.sides(caller, referral), Side(row["proposed_by"])
    has_account = row["receiver_organization"] is not None
    if not may(step, sides, proposed_by, receiver_has_account=has_account):
        raise Forbidden(f"It is not yours to {step}.")
    if _after(referral, row, step) is None:
        names = appointments.offered(caller, {**found, "status": row["status"]})
        raise ActionNotAllowed(
            f"{step} is not possible while it is {row['status']}.",
            status_now=row["status"],
            allowed=names,
        )
    return referral, row, _actor(caller, sides, step, proposed_by)


def _after(referral: Record, row: Record, step: Step) -> AppointmentStatus | None:
    at_work = referral["status"] in AT_WORK
    return follow(AppointmentStatus(row["status"]), step, at_work=at_work)


def _actor(caller: Principal, sides: frozenset[Side], step: Step, proposed_by: Side) -> Actor:
    """The receiver's staff where it is theirs; a worker writes it down for them, marked."""
    senders_answer = step in ANSWERS and proposed_by is Side.RECEIVER
    if Side.RECEIVER in sides and not senders_answer:
        return Actor(Party.RECEIVER, caller.subject)
    receivers_own = step in ATTENDANCE or (step in ANSWERS and not senders_answer)
    return Actor(Party.WORKER, caller.subject, Party.RECEIVER if receivers_own else None)


def _put(
    connection: Connection,
    referral: Record,
    by: Actor,
    new: NewAppointment,
    replaces: UUID | None = None,
) -> Record:
    now = clock.now()
    if not now < new.starts_at <= now + FARTHEST:
        raise Invalid("/starts_at", "It must start in the future, within a year.")
    row_id = uuid4()
    row = {
        **new.model_dump(),
        "id": row_id,
        "organization": referral["organization"],
        "receiver_organization": referral["receiver_organization"],
        "referral_id": referral["id"],
        "status": AppointmentStatus.PROPOSED,
        "proposed_by": Side.RECEIVER if by.party is Party.RECEIVER else Side.SENDER,
        "place": new.place and seal(connection, new.place, "appointment", "place", row_id),
        "replaces_id": replaces,
        "version": 1,
        "created_at": now,
    }
    connection.execute(INSERT, row)
    appointment_clock.start(connection, referral, row)
    _tell(connection, referral, by, "propose_appointment")
    return row


def _move(
    connection: Connection,
    referral: Record,
    row: Record,
    step: Step,
    by: Actor,
    *,
    note: str | None = None,
    reason: str | None = None,
) -> None:
    status = _after(referral, row, step)
    assert status is not None, "it was judged"
    moved: dict[str, Any] = {
        "status": status,
        "version": row["version"] + 1,
        "decided_at": clock.now(),
        "attendance_reason": reason,
        "note": note and seal(connection, note, "appointment", "note", row["id"]),
    }
    execute(connection, CHANGE, {"p_id": row["id"], **moved})
    if status in NOT_OVER:
        appointment_clock.start(connection, referral, {**row, **moved})
    else:
        appointment_clock.stop(connection, row["id"])
    if step is not Step.RESCHEDULE:  # the proposal of the next is told instead
        _tell(connection, referral, by, f"{step}_appointment", reason)


def _tell(
    connection: Connection, referral: Record, by: Actor, action: str, reason: str | None = None
) -> None:
    appointment_clock.relieve(connection, referral)
    recording.record(
        connection,
        referral,
        action,
        before=referral["status"],
        party=by.party,
        who=by.subject,
        marked_for=by.marked_for,
        reason=reason,
    )


def _on_record(connection: Connection, caller: Principal, row: Record, action: str) -> Record:
    audit.record(connection, action, [row["id"], row["referral_id"]])
    seen = appointments.get(connection, caller, row["id"])
    return appointments.shown(connection, caller, seen)
