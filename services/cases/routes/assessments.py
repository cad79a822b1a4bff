"""Assessments: templates, answers, scores."""

from typing import Any
from uuid import UUID

from fastapi import Response

from services.cases.commands import assessments as commands
from services.cases.instruments import Template, templates
from services.cases.queries import assessments as queries
from services.cases.routes.callers import CaseReader, CaseWriter, new_router
from services.cases.schemas import assessments as schemas
from shared.app import problems
from shared.auth import Db
from shared.db import Record
from shared.etag import ReadVersion, tag
from shared.idempotency import OnlyOnce
from shared.pagination import Page, Pages

router = new_router("assessments")
ACT: dict[str, Any] = {"response_model": schemas.Assessment, "responses": problems(404, 409)}


@router.get(
    "/assessment-templates",
    response_model=schemas.Templates,
    operation_id="list_assessment_templates",
    summary="List the assessment templates",
)
async def list_assessment_templates(_: CaseReader) -> dict[str, list[Template]]:
    """Each with its items, scales, source and licence."""
    return {"items": list(templates().values())}


@router.post(
    "/cases/{case_id}/assessments",
    status_code=201,
    operation_id="create_assessment",
    summary="Begin an assessment",
    **ACT,
)
async def create_assessment(
    case_id: UUID, new: schemas.NewAssessment, caller: CaseWriter, db: Db, once: OnlyOnce
) -> Record:
    """From a template, whose version it keeps."""
    return await db.run(once, commands.create_assessment, caller, case_id, new)


@router.get(
    "/cases/{case_id}/assessments",
    response_model=Page[schemas.AssessmentSummary],
    operation_id="list_assessments",
    summary="List a case's assessments",
    responses=problems(404),
)
async def list_assessments(case_id: UUID, pages: Pages, caller: CaseReader, db: Db) -> Record:
    """Newest first."""
    return await db.run(queries.list_assessments, caller, case_id, pages)


@router.get(
    "/assessments/{assessment_id}",
    response_model=schemas.Assessment,
    operation_id="get_assessment",
    summary="Read an assessment",
    responses=problems(404),
)
async def get_assessment(
    assessment_id: UUID, response: Response, caller: CaseReader, db: Db
) -> Record:
    """With its answers and, once completed, its score and the needs it proposes."""
    row = await db.run(queries.get_assessment, caller, assessment_id)
    tag(response, row["version"])
    return row


@router.patch(
    "/assessments/{assessment_id}",
    response_model=schemas.Assessment,
    operation_id="answer_assessment",
    summary="Save some answers",
    responses=problems(404, 409, 412, 428),
)
async def answer_assessment(
    assessment_id: UUID,
    given: schemas.Answers,
    response: Response,
    caller: CaseWriter,
    version: ReadVersion,
    db: Db,
) -> Record:
    """A partial save: answers given before stay."""
    row = await db.run(commands.answer, caller, assessment_id, given, version)
    tag(response, row["version"])
    return row


@router.post(
    "/assessments/{assessment_id}/complete",
    operation_id="complete_assessment",
    summary="Complete and score",
    **ACT,
)
async def complete_assessment(
    assessment_id: UUID, _: schemas.Completion, caller: CaseWriter, db: Db, once: OnlyOnce
) -> Record:
    """All items must be answered. The score keeps the version of the rule that made it."""
    return await db.run(once, commands.complete, caller, assessment_id)


@router.post(
    "/assessments/{assessment_id}/amend",
    status_code=201,
    operation_id="amend_assessment",
    summary="Amend by a new assessment",
    **ACT,
)
async def amend_assessment(
    assessment_id: UUID, _: schemas.Completion, caller: CaseWriter, db: Db, once: OnlyOnce
) -> Record:
    """A completed assessment never changes: this begins a new one with its answers."""
    return await db.run(once, commands.amend, caller, assessment_id)
