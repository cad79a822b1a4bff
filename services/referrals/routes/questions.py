"""What the receiver asks of the sender while it decides or works, and the answers."""

from uuid import UUID

from fastapi import APIRouter

from services.referrals.commands import questions as commands
from services.referrals.queries import questions
from services.referrals.routes.callers import EitherSide, Receiving, Writer
from services.referrals.schemas.questions import NewAnswer, NewQuestion, Question
from services.referrals.schemas.referrals import Referral
from shared.app import problems
from shared.auth import Db
from shared.db import Record
from shared.idempotency import OnlyOnce
from shared.pagination import Page, Pages
from shared.strict_json import StrictRoute

router = APIRouter(
    prefix="/v1/referrals/{referral_id}", tags=["questions"], route_class=StrictRoute
)


@router.post(
    "/ask-question",
    response_model=Referral,
    operation_id="ask_question",
    summary="Ask the sender a question",
    responses=problems(404, 409),
)
async def ask_question(
    referral_id: UUID, body: NewQuestion, caller: Receiving, db: Db, once: OnlyOnce
) -> Record:
    """By the receiver's staff: its clocks stand still until the sender answers, for five working
    days in all.

    One question at a time. Do not name anybody in it: the packet says who it is about.
    """
    return await db.run(once, commands.ask, caller, referral_id, body.text)


@router.post(
    "/answer-question",
    response_model=Referral,
    operation_id="answer_receivers_question",
    summary="Answer the receiver's question",
    responses=problems(404, 409),
)
async def answer_receivers_question(
    referral_id: UUID, body: NewAnswer, caller: Writer, db: Db, once: OnlyOnce
) -> Record:
    """The receiver's clocks go on. Tell no more than consent permits, and name nobody."""
    return await db.run(once, commands.answer, caller, referral_id, body.text)


@router.get(
    "/questions",
    response_model=Page[Question],
    operation_id="list_questions",
    summary="List questions and answers",
    responses=problems(404),
)
async def list_questions(referral_id: UUID, caller: EitherSide, db: Db, paging: Pages) -> Record:
    """What was asked and answered, newest first, for both sides."""
    return await db.run(questions.list_questions, caller, referral_id, paging)
