"""Keeps what cases tells of its cases, staff and needs: the newest version of each, ids only."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Table, bindparam, select
from sqlalchemy.dialects.postgresql import Insert, insert

from services.referrals.models import case_relation, need_relation, staff_relation
from shared.db import Record, execute, fetch_one
from shared.events.contracts import CaseStanding, NeedStanding, StaffStanding
from shared.schemas.disclosures import ReferableNeed

NEED_WANTS = {"open", "addressed"}
CASE_OVER = {"closed", "screened_out", "entered_in_error"}


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
# Held: an event that ends either waits for the draft and finds it, or is found by it.
STANDING = (
    select(need_relation.c.status, case_relation.c.status.label("of_case"))
    .join(case_relation, case_relation.c.case_id == need_relation.c.case_id)
    .where(need_relation.c.need_id == bindparam("p_need"))
    .with_for_update(read=True)
)


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


def keep_referable(connection: Connection, organization: UUID, need: ReferableNeed) -> Record:
    """What a draft is judged by: as cases answered, or newer where an event has told it since."""
    case: dict[str, Any] = need.model_dump(
        include={"case_id", "client_id", "owner_id", "team_id", "named", "restricted"}
    )
    case |= {"organization": organization, "status": need.case_status, "version": need.case_version}
    execute(connection, KEEP_CASE, case)
    known = {"need_id": need.need_id, "case_id": need.case_id, "status": need.need_status}
    # Its version is not known here: any event about it is newer.
    execute(connection, FIRST_NEED, {**known, "organization": organization, "version": 0})
    standing = fetch_one(connection, STANDING, p_need=need.need_id)
    assert standing is not None
    return standing
