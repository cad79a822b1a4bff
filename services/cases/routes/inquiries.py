"""Inquiries that come from outside, and what is known of them."""

from typing import Annotated
from uuid import UUID

from services.cases.commands import inquiries as commands
from services.cases.queries import inquiries as queries
from services.cases.routes.callers import CaseReader, new_router
from services.cases.schemas import inquiries as schemas
from shared.app import problems
from shared.auth import Db, Principal, requires
from shared.db import Record
from shared.schemas.disclosures import Inquiry, NewInquiry

router = new_router("inquiries")


@router.post(
    "/inquiries",
    status_code=201,
    response_model=Inquiry,
    operation_id="create_inquiry",
    summary="Begin an inquiry for somebody who asks for help",
    responses=problems(409),
)
async def create_inquiry(
    new: NewInquiry, caller: Annotated[Principal, requires("inquiries:create")], db: Db
) -> Record:
    """Made by referrals, for a person who asked themselves or for a referral that was accepted. The
    same `source_id` again answers the same inquiry. It is never said whether the person was known.
    409 `nobody-for-intake` when no one here takes inquiries."""
    return await db.run(commands.create_inquiry, caller, new)


@router.get(
    "/cases/{case_id}/inquiry",
    response_model=schemas.InquiryRecord,
    operation_id="get_inquiry",
    summary="Where did this case come from?",
    responses=problems(404),
)
async def get_inquiry(case_id: UUID, caller: CaseReader, db: Db) -> Record:
    """For a case that began outside. `possible_duplicates` are records that may be the same person:
    go on with such a record in a case of its own, or complete the task `check_duplicate`."""
    return await db.run(queries.get_inquiry, caller, case_id)
