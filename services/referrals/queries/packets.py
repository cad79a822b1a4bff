"""The packet: opened only after cases has said, this very time, that its disclosure stands."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, select

from services.referrals.errors import PacketClosed, PacketMissing
from services.referrals.models import packet
from services.referrals.queries.referrals import ONE
from services.referrals.queries.visibility import visible_to
from shared import audit
from shared.auth import Principal
from shared.db import Record, fetch_one
from shared.errors import NotFound
from shared.schemas.disclosures import DataClass
from shared.sealing import open_sealed

PACKET = select(packet).where(packet.c.referral_id == bindparam("p_id"))
CLOSED = select(packet.c.closed_at).where(
    packet.c.referral_id == bindparam("p_id"), packet.c.closed_at.is_not(None)
)
PART_2 = "42 CFR part 2 prohibits unauthorized use or disclosure of these records."
"""The short notice that goes with substance use disorder records (42 CFR 2.32)."""


def find(connection: Connection, caller: Principal, referral_id: UUID) -> Record:
    """The packet's row, still sealed: for its sender's workers and its receiver, while it is open."""
    row = fetch_one(connection, ONE, p_id=referral_id, **visible_to(caller))
    if row is None or not (row["as_sender"] or row["as_receiver"]):
        raise NotFound("There is no such referral.")
    return unopened(connection, row)


def unopened(connection: Connection, row: Record) -> Record:
    """The packet of a referral that the caller may open, still sealed. Raises PacketClosed."""
    found = fetch_one(connection, PACKET, p_id=row["id"])
    if found is None and row["imported"]:
        raise PacketMissing("It was moved in: its sender has not disclosed anything here yet.")
    if found is None:
        raise NotFound("It was not sent: there is no packet.")
    if found["closed_at"] is not None:
        raise PacketClosed("The packet is closed.", reason=found["closed_reason"])
    return {**found, "category": row["category"], "urgency": row["urgency"]}


def is_closed(connection: Connection, referral_id: UUID) -> bool:
    """Whether its receiver keeps no more than ids, dates and the fact."""
    return fetch_one(connection, CLOSED, p_id=referral_id) is not None


def open_packet(connection: Connection, caller: Principal, referral_id: UUID) -> Record:
    """The packet's content, audited."""
    return opened(connection, find(connection, caller, referral_id), basis="disclosure")


def opened(connection: Connection, found: Record, *, basis: str) -> Record:
    """What `unopened` found, with its content: on record, and for what reason."""
    referral_id = found["referral_id"]
    audit.record(connection, "packet.read", [referral_id, found["disclosure_id"]], basis=basis)
    content: dict[str, Any] = open_sealed(
        connection, found["content"], "packet", "content", referral_id
    )
    part_2 = DataClass.SUBSTANCE_USE in content["classes"]
    return {**found, **content, "notice": PART_2 if part_2 else None}
