"""A hand-over as it went: a call with the client, or a visit together."""

from uuid import UUID, uuid4

from sqlalchemy import Connection, insert

from services.referrals.commands import recording
from services.referrals.commands.errands import judged
from services.referrals.commands.first_contact import met
from services.referrals.lifecycle.errands import HAND_OFF
from services.referrals.models import hand_off
from services.referrals.schemas.hand_offs import NewHandOff, Present
from shared import audit, clock
from shared.auth import Principal
from shared.db import Record
from shared.errors import Invalid

INSERT = insert(hand_off)
MET = {Present.CLIENT, Present.RECEIVER}


def record(connection: Connection, caller: Principal, referral_id: UUID, new: NewHandOff) -> Record:
    """One at which the receiver met the client is the first contact, at the latest on acceptance."""
    referral, actor = judged(connection, caller, referral_id, HAND_OFF)
    if not referral["created_at"] <= new.at <= clock.now():
        raise Invalid("/at", "It was after the referral was begun, and not in the future.")
    row = {
        **new.model_dump(),
        "id": uuid4(),
        "present": sorted(set(new.present)),
        "organization": referral["organization"],
        "receiver_organization": referral["receiver_organization"],
        "referral_id": referral_id,
        "recorded_by": caller.subject,
        "recorded_at": clock.now(),
    }
    connection.execute(INSERT, row)
    recording.record(
        connection,
        referral,
        HAND_OFF.name,
        before=referral["status"],
        party=actor.party,
        who=actor.subject,
        reason=new.reason,
    )
    if new.achieved and set(new.present) >= MET:
        met(connection, referral, actor)
    audit.record(connection, "referral.hand_off", [referral_id])
    return row
