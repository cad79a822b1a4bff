"""Appointments about a referral that is no longer worked on are called off."""

from sqlalchemy import Connection, bindparam, delete, or_, select, update

from services.referrals.lifecycle.appointments import AppointmentStatus
from services.referrals.lifecycle.transitions import AT_WORK, Act
from services.referrals.models import appointment, deadline
from shared import clock
from shared.db import Record, execute

OF_REFERRAL = appointment.c.referral_id == bindparam("p_referral")
CALL_OFF = (
    update(appointment)
    .where(
        OF_REFERRAL,
        or_(
            appointment.c.status == AppointmentStatus.PROPOSED,
            (appointment.c.status == AppointmentStatus.CONFIRMED)
            & (appointment.c.starts_at > bindparam("p_now")),
        ),
    )
    .values(
        status=AppointmentStatus.CANCELLED,
        decided_at=bindparam("p_now"),
        version=appointment.c.version + 1,
    )
)
# One that has begun stays: whether the client came may still be written down. Nobody is reminded of it.
STOP_CLOCKS = delete(deadline).where(
    deadline.c.kind == "appointment",
    deadline.c.subject.in_(select(appointment.c.id).where(OF_REFERRAL)),
)


def follow(connection: Connection, before: Record, moved: Record, _: Act) -> None:
    if before["status"] in AT_WORK and moved["status"] not in AT_WORK:
        execute(connection, STOP_CLOCKS, {"p_referral": moved["id"]})
        execute(connection, CALL_OFF, {"p_referral": moved["id"], "p_now": clock.now()})
