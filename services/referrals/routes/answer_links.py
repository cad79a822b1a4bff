"""Links that a worker hands over to a client who is with them."""

from uuid import UUID

from fastapi import APIRouter, Request

from services.referrals.commands import answering
from services.referrals.routes.callers import Writer
from services.referrals.schemas.acts import AnswerLink, NewAnswerLink
from shared.app import problems
from shared.auth import Db
from shared.db import Record
from shared.idempotency import OnlyOnce
from shared.strict_json import StrictRoute

router = APIRouter(
    prefix="/v1/referrals/{referral_id}/answer-link", tags=["client"], route_class=StrictRoute
)


@router.post(
    "",
    status_code=201,
    response_model=AnswerLink,
    operation_id="create_answer_link",
    summary="Hand the client their link",
    responses=problems(404, 409),
)
async def create_answer_link(
    request: Request,
    referral_id: UUID,
    body: NewAnswerLink,
    caller: Writer,
    db: Db,
    once: OnlyOnce,
) -> Record:
    """At any time after sending: with it they say whether they got help, or take it back. Not a try."""
    url = request.app.state.settings.public_url
    return await db.run(once, answering.hand_over, caller, referral_id, body.language, url)
