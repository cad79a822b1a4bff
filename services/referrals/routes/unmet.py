"""What could not be referred anywhere."""

from fastapi import APIRouter

from services.referrals.commands import unmet
from services.referrals.dispatch import Dispatcher
from services.referrals.routes.callers import Writer
from services.referrals.schemas.sending import NewUnmetDemand, UnmetDemand
from shared.app import problems
from shared.db import Record
from shared.idempotency import OnlyOnce
from shared.strict_json import StrictRoute

router = APIRouter(prefix="/v1/unmet-demand", tags=["gaps"], route_class=StrictRoute)


@router.post(
    "",
    status_code=201,
    response_model=UnmetDemand,
    operation_id="record_unmet_demand",
    summary="Record that nothing was found",
    responses=problems(404, 409),
)
async def record_unmet_demand(
    new: NewUnmetDemand, caller: Writer, dispatch: Dispatcher, once: OnlyOnce
) -> Record:
    """A fact for the gap ledger: somebody needed this, and there was nothing to refer to."""
    need = await dispatch.cases.referable(new.need_id) if new.need_id else None
    return await dispatch.db.run(once, unmet.record, caller, new, need)
