"""Keeps what cases tells of its cases, staff and needs: the newest version of each, ids only."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Table
from sqlalchemy.dialects.postgresql import Insert, insert

from services.referrals.models import case_relation, need_relation, staff_relation
from shared.db import execute
from shared.events.contracts import CaseStanding, NeedStanding, StaffStanding
from shared.schemas.disclosures import ReferableNeed


def _newest(table: Table) -> Insert:
    """Insert, or replace what is older."""
    new = insert(table)
    keys = [column.name for column in table.primary_key]
    values = {c.name: new.excluded[c.name] for c in table.c if c.name not in keys}
    return new.on_conflict_do_update(
        index_elements=keys, set_=values, where=table.c.version < new.excluded.version
    )


KEEP_CASE, KEEP_STAFF, KEEP_NEED = map(_newest, (case_relation, staff_relation, need_relation))
FIRST_NEED = insert(need_relation).on_conflict_do_nothing()


def keep_case(connection: Connection, organization: UUID, standing: CaseStanding) -> bool:
    """True when it was news."""
    row = {**standing.model_dump(), "organization": organization}
    return execute(connection, KEEP_CASE, row) > 0


def keep_staff(connection: Connection, organization: UUID, standing: StaffStanding) -> bool:
    row = {**standing.model_dump(), "organization": organization}
    return execute(connection, KEEP_STAFF, row) > 0


def keep_need(connection: Connection, organization: UUID, standing: NeedStanding) -> bool:
    row = {**standing.model_dump(), "organization": organization}
    return execute(connection, KEEP_NEED, row) > 0


def keep_referable(connection: Connection, organization: UUID, need: ReferableNeed) -> None:
    """What a draft was judged by, ahead of the events that tell the same."""
    case: dict[str, Any] = need.model_dump(
        include={"case_id", "client_id", "owner_id", "team_id", "named", "restricted"}
    )
    case |= {"organization": organization, "status": need.case_status, "version": need.case_version}
    execute(connection, KEEP_CASE, case)
    known = {"need_id": need.need_id, "case_id": need.case_id, "status": need.need_status}
    # Its version is not known here: any event about it is newer.
    execute(connection, FIRST_NEED, {**known, "organization": organization, "version": 0})
