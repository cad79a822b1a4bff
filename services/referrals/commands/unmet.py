"""Unmet demand: somebody looked for help, and there was none to refer to. A fact for the gap ledger."""

from uuid import uuid4

from sqlalchemy import Connection

from services.referrals.commands import gaps
from services.referrals.schemas.sending import NewUnmetDemand
from shared import audit
from shared.auth import Principal
from shared.db import Record
from shared.schemas.disclosures import ReferableNeed
from shared.sealing import seal

KIND = "nothing_found"


def record(
    connection: Connection, caller: Principal, new: NewUnmetDemand, need: ReferableNeed | None
) -> Record:
    """`need`, where one was named, says the category and whose it is."""
    gap_id = uuid4()
    about = {
        "organization": caller.tenant,
        "category": need.category if need else new.category,
        "area": new.area,
        "need_id": need and need.need_id,
    }
    note = new.note and seal(connection, new.note, "gap", "note", gap_id)
    by = caller.subject
    row = gaps.record(
        connection, about, KIND, new.reason, recorded_by=by, note=note or None, gap_id=gap_id
    )
    audit.record(connection, "unmet_demand.record", [gap_id])
    return {**row, "note": new.note}
