"""Reads of assessments."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Uuid, bindparam, select, tuple_

from services.cases.access import may_write, relation_of
from services.cases.errors import ABSENT
from services.cases.instruments import missing_answers, templates
from services.cases.lifecycle import actions_from
from services.cases.lifecycle.assessment import TRANSITIONS, AssessmentAction, AssessmentStatus
from services.cases.models import ASSESSMENT, CASE
from services.cases.queries.visibility import RELATION, VISIBLE, case_for, visible_to
from shared.audit import audited
from shared.auth import Principal
from shared.db import Record, fetch, fetch_one
from shared.errors import NotFound
from shared.pagination import NEWEST_FIRST, Paging
from shared.sealing import open_sealed

SEEN = select(ASSESSMENT, *RELATION).join(CASE, CASE.c.id == ASSESSMENT.c.case_id).where(VISIBLE)
ONE = SEEN.where(ASSESSMENT.c.id == bindparam("p_id", type_=Uuid))
GET = audited(ONE, "get_assessment")
LOCKED = ONE.with_for_update(of=ASSESSMENT)
LIST = audited(
    SEEN.where(
        ASSESSMENT.c.case_id == bindparam("p_case", type_=Uuid),
        tuple_(ASSESSMENT.c.created_at, ASSESSMENT.c.id)
        < tuple_(bindparam("after_created_at"), bindparam("after_id")),
    )
    .order_by(ASSESSMENT.c.created_at.desc(), ASSESSMENT.c.id.desc())
    .limit(bindparam("page_limit")),
    "list_assessments",
)
HREF = {AssessmentAction.ANSWER: ("PATCH", "")}


def get_assessment(connection: Connection, caller: Principal, assessment_id: UUID) -> Record:
    row = fetch_one(connection, GET, p_id=assessment_id, **visible_to(caller))
    return shown(connection, caller, _found(row))


def assessment_to_change(connection: Connection, caller: Principal, assessment_id: UUID) -> Record:
    return _found(fetch_one(connection, LOCKED, p_id=assessment_id, **visible_to(caller)))


def list_assessments(
    connection: Connection, caller: Principal, case_id: UUID, pages: Paging
) -> Record:
    case_for(connection, caller, case_id)
    asked = pages.parameters(NEWEST_FIRST)
    found = fetch(connection, LIST, p_case=case_id, **asked, **visible_to(caller))
    return pages.page(NEWEST_FIRST, found)


def answers_of(connection: Connection, row: Record) -> dict[str, int]:
    answers: dict[str, int] = open_sealed(
        connection, row["answers"], "assessment", "answers", row["id"]
    )
    return answers


def shown(connection: Connection, caller: Principal, row: Record) -> Record:
    answers = answers_of(connection, row)
    result: Any = row["result"] and open_sealed(
        connection, row["result"], "assessment", "result", row["id"]
    )
    return {
        **row,
        "answers": answers,
        "result": result,
        "missing": missing_answers(templates()[row["template"]], answers),
        "actions": _actions(caller, row),
    }


def _actions(caller: Principal, row: Record) -> list[Record]:
    if "cases:write" not in caller.scopes or not may_write(caller, relation_of(row)):
        return []
    actions = []
    for action in actions_from(TRANSITIONS, AssessmentStatus(row["status"])):
        method, path = HREF.get(action, ("POST", f"/{action}"))
        href = f"/v1/assessments/{row['id']}{path}"
        actions.append({"name": action, "method": method, "href": href})
    return actions


def _found(row: Record | None) -> Record:
    if row is None:
        raise NotFound(ABSENT)
    return row
