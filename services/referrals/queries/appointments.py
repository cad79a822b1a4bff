"""Appointments of the referrals that the caller sees as one of their two sides."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, and_, bindparam, exists, false, or_, select, tuple_

from services.referrals import access
from services.referrals.lifecycle import appointments as lifecycle
from services.referrals.lifecycle.appointments import AppointmentStatus, Side
from services.referrals.lifecycle.transitions import AT_WORK, Party
from services.referrals.models import appointment, case_relation, packet, referral
from services.referrals.queries.referrals import ONE as REFERRAL
from services.referrals.queries.visibility import (
    AS_RECEIVER,
    AS_SENDER,
    MINE,
    OF_TEAM,
    ORGANIZATION,
    SUPERVISED,
    visible_to,
)
from shared import audit, clock
from shared.audit import audited
from shared.auth import Principal
from shared.db import Record, fetch, fetch_one
from shared.errors import Invalid, NotFound
from shared.pagination import FIRST_ID, FIRST_TIME, LAST_ID, LAST_TIME, Keyset, Paging
from shared.sealing import open_sealed

RELATED = appointment.join(referral, referral.c.id == appointment.c.referral_id).outerjoin(
    case_relation, case_relation.c.case_id == referral.c.case_id
)
VISIBLE = (
    select(
        *appointment.c,
        referral.c.status.label("referral_status"),
        referral.c.service_name,
        referral.c.author,
        MINE.label("mine"),
        OF_TEAM.label("of_team"),
        SUPERVISED.label("supervised"),
        AS_SENDER.label("as_sender"),
        AS_RECEIVER.label("as_receiver"),
        false().label("as_coordinator"),
        exists()
        .where(packet.c.referral_id == referral.c.id, packet.c.closed_at.is_not(None))
        .label("packet_closed"),
    )
    .select_from(RELATED)
    .where(or_(AS_SENDER, AS_RECEIVER))
)
ONE = VISIBLE.where(appointment.c.id == bindparam("p_id"))
STARTS = (appointment.c.starts_at, appointment.c.id)
AFTER = tuple_(bindparam("after_starts_at"), bindparam("after_id"))
LATEST = Keyset(("starts_at", "id"), (LAST_TIME, LAST_ID))
IN_ORDER = Keyset(("starts_at", "id"), (FIRST_TIME, FIRST_ID))
OF_REFERRAL = (
    VISIBLE.where(appointment.c.referral_id == bindparam("p_id"), tuple_(*STARTS) < AFTER)
    .order_by(*(column.desc() for column in STARTS))
    .limit(bindparam("page_limit"))
)
# Each side by an index of its own; `VISIBLE` then says which of them the caller may see.
WITHIN = appointment.c.starts_at.between(bindparam("p_from"), bindparam("p_to"))
OURS = audited(
    VISIBLE.where(
        or_(
            and_(appointment.c.organization == ORGANIZATION, WITHIN),
            and_(appointment.c.receiver_organization == ORGANIZATION, WITHIN),
        ),
        tuple_(*STARTS) > AFTER,
    )
    .order_by(*STARTS)
    .limit(bindparam("page_limit")),
    "appointment.list",
)
NOT_BEGUN = "appointment_not_begun"
LONGEST_WINDOW = timedelta(days=93)
USUAL_WINDOW = timedelta(days=31)


def of_referral(
    connection: Connection, caller: Principal, referral_id: UUID, paging: Paging
) -> Record:
    """The last to start first."""
    seen = fetch_one(connection, REFERRAL, p_id=referral_id, **visible_to(caller))
    if seen is None or not (seen["as_sender"] or seen["as_receiver"]):
        raise NotFound("There is no such referral.")
    audit.record(connection, "appointment.list_of_referral", [referral_id])
    asked = {**paging.parameters(LATEST), **visible_to(caller)}
    rows = fetch(connection, OF_REFERRAL, p_id=referral_id, **asked)
    return paging.page(LATEST, [shown(connection, caller, row) for row in rows])


def ours(
    connection: Connection,
    caller: Principal,
    paging: Paging,
    start: datetime | None,
    end: datetime | None,
) -> Record:
    """The caller's organization's, as sender and as receiver, in the order they start."""
    start = start or clock.now()
    end = end or start + USUAL_WINDOW
    if not timedelta() <= end - start <= LONGEST_WINDOW:
        raise Invalid("query/to", "`to` is at most 93 days after `from`.")
    asked = {**paging.parameters(IN_ORDER), **visible_to(caller), "p_from": start, "p_to": end}
    rows = fetch(connection, OURS, **asked)
    return paging.page(IN_ORDER, [shown(connection, caller, row) for row in rows])


def get(connection: Connection, caller: Principal, appointment_id: UUID) -> Record:
    row = fetch_one(connection, ONE, p_id=appointment_id, **visible_to(caller))
    if row is None:
        raise NotFound("There is no such appointment.")
    return row


def shown(connection: Connection, caller: Principal, row: Record) -> Record:
    """With what was said, in clear, and what the caller may do next.

    Once the packet is closed, its receiver keeps only what it said itself: the place that it proposed.
    """
    withheld = row["packet_closed"] and not row["as_sender"]
    sent_there = withheld and row["proposed_by"] == Side.SENDER
    return {
        **row,
        "place": None if sent_there else _opened(connection, row, "place"),
        "note": None if withheld else _opened(connection, row, "note"),
        "actions": [_action(row, name) for name in offered(caller, row)],
    }


def offered(caller: Principal, row: Record) -> list[str]:
    return lifecycle.offered(
        AppointmentStatus(row["status"]),
        sides(caller, row),
        Side(row["proposed_by"]),
        at_work=row["referral_status"] in AT_WORK,
        receiver_has_account=row["receiver_organization"] is not None,
    )


def sides(caller: Principal, row: Record) -> frozenset[Side]:
    """The sides on which the caller may act."""
    parties = access.parties(caller, row)
    found = {Side.RECEIVER} if Party.RECEIVER in parties else set()
    if parties & {Party.WORKER, Party.ENTRY_WORKER}:
        found.add(Side.SENDER)
    return frozenset(found)


def _action(row: Record, name: str) -> Record:
    href = f"/v1/appointments/{row['id']}/{name.replace('_', '-')}"
    begun = name != lifecycle.RECORD or row["starts_at"] <= clock.now()
    return {"name": name, "href": href, "blocked_by": None if begun else NOT_BEGUN}


def _opened(connection: Connection, row: Record, column: str) -> Any:
    sealed = row[column]
    return sealed and open_sealed(connection, sealed, "appointment", column, row["id"])
