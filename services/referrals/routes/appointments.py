"""Appointments: proposed by either side, answered by the other, and whether the client came."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.referrals.commands import appointments as commands
from services.referrals.lifecycle.appointments import Step
from services.referrals.queries import appointments as queries
from services.referrals.routes.callers import EitherSide, Receiving
from services.referrals.schemas.acts import Noted
from services.referrals.schemas.appointments import Appointment, Attendance, NewAppointment
from shared.app import problems
from shared.auth import Db
from shared.db import Record
from shared.idempotency import OnlyOnce
from shared.pagination import Page, Pages
from shared.schemas.strict import Moment
from shared.strict_json import StrictRoute

router = APIRouter(prefix="/v1", tags=["appointments"], route_class=StrictRoute)


@router.post(
    "/referrals/{referral_id}/appointments",
    status_code=201,
    response_model=Appointment,
    operation_id="propose_appointment",
    summary="Propose an appointment",
    responses=problems(404, 409),
)
async def propose_appointment(
    referral_id: UUID, body: NewAppointment, caller: Receiving, db: Db, once: OnlyOnce
) -> Record:
    """By either side, once the receiver has accepted; the other side confirms or declines.

    Unanswered it lapses when it would start. Where the receiver has no account, the sender writes
    their answer down.
    """
    return await db.run(once, commands.propose, caller, referral_id, body)


@router.get(
    "/referrals/{referral_id}/appointments",
    response_model=Page[Appointment],
    operation_id="list_referral_appointments",
    summary="List a referral's appointments",
    responses=problems(404),
)
async def list_referral_appointments(
    referral_id: UUID, caller: EitherSide, db: Db, paging: Pages
) -> Record:
    """For both sides, the last to start first."""
    return await db.run(queries.of_referral, caller, referral_id, paging)


@router.get(
    "/appointments",
    response_model=Page[Appointment],
    operation_id="list_appointments",
    summary="List our appointments",
)
async def list_appointments(
    caller: EitherSide,
    db: Db,
    paging: Pages,
    start: Annotated[
        Moment | None, Query(alias="from", description="Those that start then or later; now")
    ] = None,
    end: Annotated[
        Moment | None,
        Query(alias="to", description="At most 93 days after `from`; 31 days when left out"),
    ] = None,
) -> Record:
    """What was sent to this organization, and what its callers see of what it sent, as they start."""
    return await db.run(queries.ours, caller, paging, start, end)


@router.post(
    "/appointments/{appointment_id}/confirm",
    response_model=Appointment,
    operation_id="confirm_appointment",
    summary="Confirm an appointment",
    responses=problems(404, 409),
)
async def confirm_appointment(
    appointment_id: UUID, body: Noted, caller: Receiving, db: Db, once: OnlyOnce
) -> Record:
    """By the side that did not propose it."""
    return await db.run(once, commands.take, caller, appointment_id, Step.CONFIRM, body.note)


@router.post(
    "/appointments/{appointment_id}/decline",
    response_model=Appointment,
    operation_id="decline_appointment",
    summary="Decline an appointment",
    responses=problems(404, 409),
)
async def decline_appointment(
    appointment_id: UUID, body: Noted, caller: Receiving, db: Db, once: OnlyOnce
) -> Record:
    """By the side that did not propose it."""
    return await db.run(once, commands.take, caller, appointment_id, Step.DECLINE, body.note)


@router.post(
    "/appointments/{appointment_id}/cancel",
    response_model=Appointment,
    operation_id="cancel_appointment",
    summary="Cancel an appointment",
    responses=problems(404, 409),
)
async def cancel_appointment(
    appointment_id: UUID, body: Noted, caller: Receiving, db: Db, once: OnlyOnce
) -> Record:
    """By either side, before or after it was confirmed."""
    return await db.run(once, commands.take, caller, appointment_id, Step.CANCEL, body.note)


@router.post(
    "/appointments/{appointment_id}/reschedule",
    response_model=Appointment,
    operation_id="reschedule_appointment",
    summary="Propose another time",
    responses=problems(404, 409),
)
async def reschedule_appointment(
    appointment_id: UUID, body: NewAppointment, caller: Receiving, db: Db, once: OnlyOnce
) -> Record:
    """The answer is a new appointment, which replaces this one at once and is to be answered."""
    return await db.run(once, commands.reschedule, caller, appointment_id, body)


@router.post(
    "/appointments/{appointment_id}/record-attendance",
    response_model=Appointment,
    operation_id="record_attendance",
    summary="Say whether the client came",
    responses=problems(404, 409),
)
async def record_attendance(
    appointment_id: UUID, body: Attendance, caller: Receiving, db: Db, once: OnlyOnce
) -> Record:
    """By the receiver, or by a worker for them. `attended` and `late` stop the first-contact clock."""
    return await db.run(once, commands.record_attendance, caller, appointment_id, body)
