"""Sending to several at once: a group of drafts, and what is to be done with each of its members.

Each member then moves in a transaction of its own: what fails with one leaves the others alone.
"""

from uuid import UUID, uuid4

from sqlalchemy import Connection, insert

from services.referrals.commands import drafting
from services.referrals.lifecycle.transitions import AT_WORK, Act
from services.referrals.models import referral_group
from services.referrals.queries import groups
from services.referrals.schemas.sending import NewGroup
from shared import audit, clock
from shared.auth import Principal
from shared.db import Record
from shared.schemas.disclosures import ReferableNeed
from shared.schemas.listings import ListingStanding
from shared.schemas.referrals import ReferralStatus as S

INSERT = insert(referral_group)
WITHDRAWS: dict[S, Act] = {
    S.DRAFT: Act.DISCARD,
    S.PENDING_APPROVAL: Act.DISCARD,
    S.SENT: Act.WITHDRAW,
    **dict.fromkeys(AT_WORK, Act.REQUEST_WITHDRAWAL),
}
"""How a member is taken back from where it stands; what has ended is left as it is."""


def create(
    connection: Connection,
    caller: Principal,
    new: NewGroup,
    need: ReferableNeed,
    listings: list[ListingStanding],
) -> Record:
    """The group and a draft for each target, all or none; `todo` are the drafts to send."""
    group_id = uuid4()
    group = {
        "id": group_id,
        "organization": caller.tenant,
        "need_id": need.need_id,
        "author": caller.subject,
        "created_at": clock.now(),
    }
    connection.execute(INSERT, group)
    drafts = [
        drafting.begin(connection, caller, draft, need, listing, group_id)
        for draft, listing in zip(new.drafts(), listings, strict=True)
    ]
    audit.record(connection, "referral_group.create", [group_id, *drafts])
    todo = [(draft, sends_by(caller)) for draft in drafts] if new.send else []
    return _todo(group_id, todo)


def to_send(connection: Connection, caller: Principal, group_id: UUID) -> Record:
    """Its drafts, each with what sends it."""
    act = sends_by(caller)
    drafts = [m for m in groups.members(connection, caller, group_id) if m["status"] == S.DRAFT]
    audit.record(connection, "referral_group.send", [group_id])
    return _todo(group_id, [(draft["id"], act) for draft in drafts])


def to_withdraw(connection: Connection, caller: Principal, group_id: UUID) -> Record:
    """What has not ended, each with what takes it back."""
    found = groups.members(connection, caller, group_id)
    acts = [(member["id"], WITHDRAWS.get(S(member["status"]))) for member in found]
    audit.record(connection, "referral_group.withdraw", [group_id])
    return _todo(group_id, [(member, act) for member, act in acts if act is not None])


def sends_by(caller: Principal) -> Act:
    """Whose sending a supervisor approves submits instead."""
    return Act.SEND if "referrals:send" in caller.scopes else Act.SUBMIT


def _todo(group_id: UUID, todo: list[tuple[UUID, Act]]) -> Record:
    # As text: a repeated request reads it back from its stored answer.
    return {"id": str(group_id), "todo": [[str(member), str(act)] for member, act in todo]}
