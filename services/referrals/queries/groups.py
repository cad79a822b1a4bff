"""A group: one need, several receivers, and who of them was first."""

from uuid import UUID

from sqlalchemy import Connection, bindparam, select

from services.referrals.models import referral, referral_group
from services.referrals.queries.referrals import shown
from services.referrals.queries.visibility import VISIBLE, visible_to
from shared.audit import audited
from shared.auth import Principal
from shared.db import Record, fetch, fetch_one
from shared.errors import NotFound

GROUP = select(referral_group).where(referral_group.c.id == bindparam("p_id"))
MEMBERS = VISIBLE.where(referral.c.group_id == bindparam("p_id")).order_by(
    referral.c.created_at, referral.c.id
)
READ = audited(MEMBERS, "referral_group.read")


def get_group(connection: Connection, caller: Principal, group_id: UUID) -> Record:
    """The group with the members that its sender's side may see. Receivers never learn of one another."""
    rows = fetch(connection, READ, p_id=group_id, **visible_to(caller))
    return _group(connection, caller, group_id, rows)


def after_change(connection: Connection, caller: Principal, group_id: UUID) -> Record:
    """The same after a command, which wrote the audit."""
    rows = fetch(connection, MEMBERS, p_id=group_id, **visible_to(caller))
    return _group(connection, caller, group_id, rows)


def members(connection: Connection, caller: Principal, group_id: UUID) -> list[Record]:
    """The rows of the members that the sender's side sees; NotFound where that is none."""
    return _of_sender(fetch(connection, MEMBERS, p_id=group_id, **visible_to(caller)))


def _group(connection: Connection, caller: Principal, group_id: UUID, rows: list[Record]) -> Record:
    seen = _of_sender(rows)
    group = fetch_one(connection, GROUP, p_id=group_id)
    assert group is not None, "its members stand in the same organization"
    need = seen[0]["need_id"] if seen[0]["as_sender"] else None
    return {**group, "need_id": need, "members": [shown(caller, row) for row in seen]}


def _of_sender(rows: list[Record]) -> list[Record]:
    seen = [row for row in rows if row["as_sender"] or row["as_coordinator"]]
    if not seen:
        raise NotFound("There is no such group.")
    return seen
