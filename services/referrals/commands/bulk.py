"""Many at once: begun once for its key, and rehearsed where nothing is to be written."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from services.referrals.commands import drafting, sending
from services.referrals.commands.grouping import sends_by
from services.referrals.commands.moving import Details
from services.referrals.errors import DuplicateReferral, NotDisclosable
from services.referrals.lifecycle.transitions import Act
from services.referrals.schemas.sending import BulkRow
from shared import audit
from shared.auth import Principal
from shared.db import Record
from shared.schemas.disclosures import DisclosurePreview, ReferableNeed
from shared.schemas.listings import ListingStanding


class Rehearsed(Exception):  # noqa: N818 - named for what happened
    """Raised where a transaction has done its work, so that all of it is undone."""

    def __init__(self, result: Record) -> None:
        super().__init__()
        self.result = result


def rehearse(connection: Connection, work: Callable[..., Record], *args: Any) -> None:
    """Do it and undo it: what it would have answered is in `Rehearsed`."""
    raise Rehearsed(work(connection, *args))


def begin(connection: Connection, action: str) -> Record:
    """Claims the request's key for this body, before any row has one of its own."""
    audit.record(connection, action, [])
    return {"begun": True}


def looked(connection: Connection, action: str, needs: list[UUID], basis: str) -> None:
    """What was asked for as a whole, beside what became of each row."""
    audit.record(connection, action, needs, basis=basis)


def draft_and_plan(
    connection: Connection,
    caller: Principal,
    row: BulkRow,
    need: ReferableNeed,
    listing: ListingStanding,
    send: bool,
) -> Record:
    """All that this service can judge of a row: as a draft, and as what is sent."""
    new_id = drafting.begin(connection, caller, row, need, listing)
    found: Record = {"client_id": need.client_id, "category": need.category, "plan": None}
    if send and sends_by(caller) is Act.SEND:
        details = Details(duplicate_reason=row.duplicate_reason)
        found["plan"] = sending.plan(connection, caller, new_id, Act.SEND, details)
    return found


def check_consent(seen: DisclosurePreview) -> None:
    """What cases would answer if it were asked to disclose."""
    if not seen.permitted:
        missing = [str(name) for name in seen.missing]
        raise NotDisclosable("cases would not disclose it.", code=seen.reason, missing=missing)


def check_twins(row: BulkRow, judged: Record, before: set[tuple[UUID, str | UUID]]) -> None:
    """A rehearsal does not see the rows before it as sent: they stand in `before`."""
    same = {(judged["client_id"], judged["category"]), (judged["client_id"], row.service_id)}
    if before & same and row.duplicate_reason is None:
        raise DuplicateReferral("A row before it refers this client for the same.", duplicates=[])
    before |= same
