"""Assessments: begun, saved in parts, completed with a score, amended by a new one."""

from uuid import UUID, uuid4

from sqlalchemy import Connection

from services.cases import clocks, rows
from services.cases.access import may_write, relation_fields, relation_of
from services.cases.commands.cases import require_worked
from services.cases.commands.history import note_down, of_case
from services.cases.commands.tasks import cancel_tasks
from services.cases.errors import Incomplete
from services.cases.instruments import (
    Template,
    invalid_answers,
    missing_answers,
    score,
    templates,
)
from services.cases.lifecycle import actions_from
from services.cases.lifecycle.assessment import TRANSITIONS, AssessmentAction, AssessmentStatus
from services.cases.models import ASSESSMENT
from services.cases.queries import assessments
from services.cases.queries.visibility import case_to_write
from services.cases.schemas.assessments import Answers, NewAssessment
from shared import audit, clock
from shared.auth import Principal
from shared.db import Record
from shared.deadlines import clear, set_deadline
from shared.errors import ActionNotAllowed, Forbidden, Invalid
from shared.etag import check_version
from shared.sealing import seal

DRAFT = "assessment_draft"


def create_assessment(
    connection: Connection, caller: Principal, case_id: UUID, new: NewAssessment
) -> Record:
    template = templates().get(new.template)
    if template is None:
        raise Invalid("/template", "is not one of the assessment templates")
    case = case_to_write(connection, caller, case_id)
    require_worked(case)
    row = _begin(connection, caller, case_id, case["client_id"], template, {})
    of_case(connection, caller, case, "assessment.begun", row["id"], template.code)
    audit.record(connection, "create_assessment", [row["id"], case_id])
    return assessments.shown(connection, caller, {**relation_fields(case), **row})


def _begin(
    connection: Connection,
    caller: Principal,
    case_id: UUID,
    client_id: UUID,
    template: Template,
    answers: dict[str, int],
    amends_id: UUID | None = None,
) -> Record:
    assessment_id = uuid4()
    row = rows.add(
        connection,
        ASSESSMENT,
        id=assessment_id,
        case_id=case_id,
        client_id=client_id,
        template=template.code,
        template_version=template.version,
        data_class=template.data_class,
        status=AssessmentStatus.IN_PROGRESS,
        answers=seal(connection, answers, "assessment", "answers", assessment_id),
        amends_id=amends_id,
        created_by=caller.subject,
    )
    due_at = clock.now() + clocks.DRAFT_WITHIN
    set_deadline(connection, [row["organization"]], DRAFT, assessment_id, due_at)
    return row


def answer(
    connection: Connection, caller: Principal, assessment_id: UUID, given: Answers, version: int
) -> Record:
    """Save some answers; those given before stay."""
    row = _before(connection, caller, assessment_id, AssessmentAction.ANSWER)
    check_version(row["version"], version)
    wrong = invalid_answers(templates()[row["template"]], given.answers)
    if wrong:
        raise Invalid(f"/answers/{wrong[0]}", "is not an answer of this template")
    merged = assessments.answers_of(connection, row) | given.answers
    sealed = seal(connection, merged, "assessment", "answers", assessment_id)
    changed = rows.change(connection, ASSESSMENT, assessment_id, answers=sealed)
    audit.record(connection, "answer_assessment", [assessment_id, row["case_id"]])
    return assessments.shown(connection, caller, {**relation_fields(row), **changed})


def complete(connection: Connection, caller: Principal, assessment_id: UUID) -> Record:
    """Score it. From now on it does not change; what it amends is amended."""
    row = _before(connection, caller, assessment_id, AssessmentAction.COMPLETE)
    template = templates()[row["template"]]
    answers = assessments.answers_of(connection, row)
    missing = missing_answers(template, answers)
    if missing:
        raise Incomplete("Some items are not answered.", missing=missing)
    result = score(template, answers)
    changed = rows.change(
        connection,
        ASSESSMENT,
        assessment_id,
        status=AssessmentStatus.COMPLETED,
        result=seal(connection, result.model_dump(), "assessment", "result", assessment_id),
        rule_version=result.rule_version,
        completed_at=clock.now(),
    )
    clear(connection, assessment_id, DRAFT)
    cancel_tasks(connection, assessment_id, DRAFT)
    if row["amends_id"] is not None:
        amended = {"status": AssessmentStatus.AMENDED}
        rows.change(connection, ASSESSMENT, row["amends_id"], **amended)
    _history(connection, caller, changed, "assessment.completed")
    audit.record(connection, "complete_assessment", [assessment_id, row["case_id"]])
    return assessments.shown(connection, caller, {**relation_fields(row), **changed})


def amend(connection: Connection, caller: Principal, assessment_id: UUID) -> Record:
    """A new instance with the same answers; the old one stands until the new one is completed."""
    row = _before(connection, caller, assessment_id, AssessmentAction.AMEND)
    new = _begin(
        connection,
        caller,
        row["case_id"],
        row["client_id"],
        templates()[row["template"]],
        assessments.answers_of(connection, row),
        amends_id=assessment_id,
    )
    _history(connection, caller, new, "assessment.begun")
    audit.record(connection, "amend_assessment", [new["id"], assessment_id, row["case_id"]])
    return assessments.shown(connection, caller, {**relation_fields(row), **new})


def _before(
    connection: Connection, caller: Principal, assessment_id: UUID, action: AssessmentAction
) -> Record:
    row = assessments.assessment_to_change(connection, caller, assessment_id)
    if not may_write(caller, relation_of(row)):
        raise Forbidden("You may read this case, but not write it.")
    status = AssessmentStatus(row["status"])
    if (status, action) not in TRANSITIONS:
        raise ActionNotAllowed(
            f"An assessment that is {status} cannot take this action.",
            status_now=status,
            allowed=[str(possible) for possible in actions_from(TRANSITIONS, status)],
        )
    return row


def _history(connection: Connection, caller: Principal, row: Record, kind: str) -> None:
    note_down(
        connection,
        kind,
        row["id"],
        client_id=row["client_id"],
        case_id=row["case_id"],
        actor=caller.subject,
        codes=(row["template"],),
    )
