"""Up to a hundred at once: drafted and sent, or moved in from another system."""

from uuid import UUID

from fastapi import APIRouter, Request

from services.referrals.commands import bulk, importing
from services.referrals.commands.grouping import sends_by
from services.referrals.commands.moving import Details
from services.referrals.commands.sending import check_listing
from services.referrals.dispatch import Dispatch, Dispatcher, counted, each
from services.referrals.lifecycle.transitions import Act
from services.referrals.routes.callers import Admin, Sender, Writer
from services.referrals.schemas.referrals import Referral
from services.referrals.schemas.sending import (
    Bulk,
    BulkRow,
    Imported,
    MovedIn,
    NewBulk,
    NewDisclosure,
    NewImport,
)
from shared.app import problems
from shared.db import Record
from shared.idempotency import Once, OnlyOnce
from shared.strict_json import StrictRoute

router = APIRouter(prefix="/v1/referrals", tags=["many at once"], route_class=StrictRoute)
SENT = {Act.SEND: "sent", Act.SUBMIT: "submitted"}
WOULD = {Act.SEND: "would_send", Act.SUBMIT: "would_submit"}


@router.post(
    "/bulk",
    response_model=Bulk,
    operation_id="refer_in_bulk",
    summary="Draft and send up to a hundred",
    responses=problems(404, 409),
)
async def refer_in_bulk(
    request: Request, new: NewBulk, _: Writer, dispatch: Dispatcher, once: OnlyOnce
) -> Record:
    """Each row by itself, as the single operations would; the answer says what became of each.

    With an Idempotency-Key a repeat goes on where it stopped, and does nothing twice.
    """
    seconds = request.app.state.settings.bulk_deadline
    if new.dry_run:
        results = await _rehearsed(dispatch, new, seconds)
        needs = [row.need_id for row in new.rows]
        await dispatch.db.run(bulk.looked, "referral.bulk", needs, "dry_run")
    else:
        await dispatch.db.run(once, bulk.begin, "referral.bulk")
        results = await _referred(dispatch, once, new, seconds)
    for result, row in zip(results, new.rows, strict=True):
        result["key"] = row.key
    return {"dry_run": new.dry_run, "counts": counted(results), "results": results}


def _need(row: BulkRow | MovedIn) -> UUID:
    return row.need_id


async def _referred(dispatch: Dispatch, once: Once, new: NewBulk, seconds: float) -> list[Record]:
    async def one(row: BulkRow) -> Record:
        drafting = dispatch.draft(once.part(f"draft:{row.key}"), row)
        made = await dispatch.attempt(drafting, "draft_referral", row.need_id)
        if "problem" in made:
            return {"status": "refused", **made}
        drafted = {"status": "drafted", "referral_id": made["id"]}
        if not new.send:
            return drafted
        details = Details(duplicate_reason=row.duplicate_reason)
        sending = dispatch.deliver(once.part(f"send:{row.key}"), UUID(str(made["id"])), details)
        sent = await dispatch.attempt(sending, "send_referral", UUID(str(made["id"])))
        if "problem" in sent:
            return drafted | sent
        return drafted | {"status": SENT[sends_by(dispatch.caller)]}

    found = await each(new.rows, one, seconds, _need)
    return [result or {"status": "not_reached"} for result in found]


async def _rehearsed(dispatch: Dispatch, new: NewBulk, seconds: float) -> list[Record]:
    would = WOULD[sends_by(dispatch.caller)] if new.send else "would_draft"

    async def one(row: BulkRow) -> Record:
        judging = _judged(dispatch, row, new.send)
        return await dispatch.attempt(judging, "draft_referral", row.need_id)

    judged = await each(new.rows, one, seconds, _need)
    before: set[tuple[UUID, str | UUID]] = set()
    results = []
    for row, found in zip(new.rows, judged, strict=True):
        if found is not None and "problem" not in found and would == WOULD[Act.SEND]:
            found = await dispatch.attempt(_no_twin(row, found, before), "draft_referral")
        results.append(_reached(found, would))
    return results


async def _judged(dispatch: Dispatch, row: BulkRow, send: bool) -> Record:
    need = await dispatch.cases.referable(row.need_id)
    listing = await dispatch.resources.listing(row.service_id)
    caller = dispatch.caller
    judged = await dispatch.rehearse(bulk.draft_and_plan, caller, row, need, listing, send)
    if judged["plan"] is not None:
        check_listing(listing)
        bulk.check_consent(await dispatch.cases.preview(judged["plan"].disclosure))
    return judged


async def _no_twin(row: BulkRow, judged: Record, before: set[tuple[UUID, str | UUID]]) -> Record:
    bulk.check_twins(row, judged, before)
    return judged


def _reached(found: Record | None, done: str) -> Record:
    """The result of a row: not begun, refused, or `done`."""
    if found is None:
        return {"status": "not_reached"}
    if "problem" in found:
        return {"status": "refused", "problem": found["problem"]}
    return {"status": done}


@router.post(
    "/import",
    response_model=Imported,
    operation_id="import_referrals",
    summary="Move referrals in",
    responses=problems(404, 409),
)
async def import_referrals(
    request: Request, new: NewImport, _: Admin, dispatch: Dispatcher
) -> Record:
    """Referrals that another system has begun go on here, marked; their clocks start now.

    Nothing was disclosed by this system: the receiver gets no packet until a worker asks cases for it
    (`disclose`). The same external id again changes nothing.
    """

    async def one(row: MovedIn) -> Record:
        moving = _moved_in(dispatch, row, dry_run=new.dry_run)
        return await dispatch.attempt(moving, "import_referral", row.need_id)

    seconds = request.app.state.settings.bulk_deadline
    found = await each(new.rows, one, seconds, _need)
    basis = "dry_run" if new.dry_run else "moving_in"
    await dispatch.db.run(bulk.looked, "referral.import", [r.need_id for r in new.rows], basis)
    results = [
        {**_reached(result, ""), **(result or {}), "external_id": row.external_id}
        for row, result in zip(new.rows, found, strict=True)
    ]
    return {"dry_run": new.dry_run, "counts": counted(results), "results": results}


async def _moved_in(dispatch: Dispatch, row: MovedIn, *, dry_run: bool) -> Record:
    listing = await dispatch.resources.listing(row.service_id)
    if not dry_run:
        return await dispatch.db.run(importing.move_in, dispatch.caller, row, listing)
    would = await dispatch.rehearse(importing.move_in, dispatch.caller, row, listing)
    return {"status": "would_import" if would["status"] == "imported" else would["status"]}


@router.post(
    "/{referral_id}/disclose",
    response_model=Referral,
    operation_id="disclose_referral",
    summary="Disclose what was moved in",
    responses=problems(404, 409),
)
async def disclose_referral(
    referral_id: UUID, body: NewDisclosure, caller: Sender, dispatch: Dispatcher, once: OnlyOnce
) -> Record:
    """For a referral that was moved in: cases decides as for a sending, and the packet is frozen."""
    asked = await dispatch.db.run(importing.undisclosed, caller, referral_id, body.classes)
    disclosure = await dispatch.cases.disclose(asked.disclosure) if asked else None
    return await dispatch.db.run(once, importing.disclose, caller, referral_id, disclosure)
