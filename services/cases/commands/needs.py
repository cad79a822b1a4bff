"""Writes of needs: what a person decides, and what their referrals' standings make of them."""

from uuid import UUID

from sqlalchemy import Connection, bindparam, select, update

from services.cases import clocks, rows
from services.cases.access import may_write, relation_fields, relation_of
from services.cases.commands.cases import require_worked
from services.cases.commands.history import note_down, of_case, tell_need
from services.cases.commands.tasks import DECIDE, cancel_tasks, put_task
from services.cases.lifecycle.need import (
    TRANSITIONS,
    NeedAction,
    NeedStatus,
    Outcome,
    Standing,
    decisions,
    outcome,
)
from services.cases.models import ASSESSMENT, CASE, NEED, REFERRAL_STANDING
from services.cases.queries import needs
from services.cases.queries.people import supervisor_of
from services.cases.queries.visibility import case_to_write
from services.cases.schemas.needs import NeedChange, NeedDecision, NewNeed
from shared import audit, clock
from shared.auth import Principal
from shared.db import Record, execute, fetch, fetch_one
from shared.errors import ActionNotAllowed, Forbidden, Invalid
from shared.etag import check_version
from shared.schemas.referrals import UNRESOLVED, LoopResult, ReferralStatus
from shared.sealing import seal

COUNTED = select(REFERRAL_STANDING).where(
    REFERRAL_STANDING.c.need_id == bindparam("p_need"),
    REFERRAL_STANDING.c.version > REFERRAL_STANDING.c.settled_version,
)
SETTLE = (
    update(REFERRAL_STANDING)
    .where(
        REFERRAL_STANDING.c.need_id == bindparam("p_need"),
        REFERRAL_STANDING.c.status.not_in(sorted(UNRESOLVED)),
    )
    .values(settled_version=REFERRAL_STANDING.c.version)
)
"""A person decided with these results before them: they have no further say."""
OF_CASE = select(ASSESSMENT.c.id).where(
    ASSESSMENT.c.id == bindparam("p_id"), ASSESSMENT.c.case_id == bindparam("p_case")
)
CASE_OF = select(CASE).where(CASE.c.id == bindparam("p_id"))


def create_need(connection: Connection, caller: Principal, case_id: UUID, new: NewNeed) -> Record:
    case = case_to_write(connection, caller, case_id)
    require_worked(case)
    if new.from_assessment is not None and not fetch_one(
        connection, OF_CASE, p_id=new.from_assessment, p_case=case_id
    ):
        raise Invalid("/from_assessment", "is not an assessment of this case")
    row = put_on_record(connection, caller, case, new)
    audit.record(connection, "create_need", [row["id"], case_id])
    return needs.shown(connection, caller, {**relation_fields(case), **row})


def put_on_record(connection: Connection, caller: Principal, case: Record, new: NewNeed) -> Record:
    """The need's row; its case's history and the neighbours are told."""
    need_id = rows.new_id()
    row = rows.add(
        connection,
        NEED,
        id=need_id,
        case_id=case["id"],
        client_id=case["client_id"],
        category=new.category,
        severity=new.severity,
        priority=new.priority,
        words=_sealed_words(connection, need_id, new.words),
        status=NeedStatus.OPEN,
        assessment_id=new.from_assessment,
        created_by=caller.subject,
    )
    of_case(connection, caller, case, "need.open", need_id, new.category)
    tell_need(connection, row)
    return row


def change_need(
    connection: Connection, caller: Principal, need_id: UUID, change: NeedChange, version: int
) -> Record:
    row = _to_write(connection, caller, need_id)
    check_version(row["version"], version)
    values = change.model_dump(exclude_unset=True)
    if "words" in values:
        values["words"] = _sealed_words(connection, need_id, change.words)
    changed = rows.change(connection, NEED, need_id, **values)
    tell_need(connection, changed)
    audit.record(connection, "change_need", [need_id, row["case_id"]])
    return needs.shown(connection, caller, {**relation_fields(row), **changed})


def decide(
    connection: Connection,
    caller: Principal,
    need_id: UUID,
    action: NeedAction,
    decision: NeedDecision,
) -> Record:
    """A person says what became of the need."""
    row = _to_write(connection, caller, need_id)
    status, possible = NeedStatus(row["status"]), decisions(row["status"], row["marked"])
    if action not in possible:
        raise ActionNotAllowed(
            f"A need that is {status} cannot take this action.",
            status_now=status,
            allowed=[str(a) for a in possible],
        )
    after = TRANSITIONS[status, action]
    execute(connection, SETTLE, {"p_need": need_id})
    cancel_tasks(connection, need_id, DECIDE)
    if action is NeedAction.REOPEN:
        after = _again(connection, need_id)
    told = decision.explanation
    changed = rows.change(
        connection,
        NEED,
        need_id,
        status=after,
        marked=None,
        met_by_referral_id=None,
        resolution=f"{decision.said_by}.{decision.reason}"[:80],
        explanation=told and seal(connection, told, "need", "explanation", need_id),
    )
    _history(connection, changed, f"need.{after}", caller.subject, (action, decision.reason))
    tell_need(connection, changed)
    audit.record(connection, f"{action}_need", [need_id, row["case_id"]])
    return needs.shown(connection, caller, {**relation_fields(row), **changed})


def _again(connection: Connection, need_id: UUID) -> NeedStatus:
    """A reopened need is addressed at once where a referral for it is still under way.

    What that one has said so far was before the person who reopened it: it meets nothing anew.
    """
    under_way = any(s.status in UNRESOLVED for s in _standings(connection, need_id))
    return NeedStatus.ADDRESSED if under_way else NeedStatus.OPEN


def judge(connection: Connection, need_id: UUID) -> None:
    """Move the need to what its referrals' standings make of it, once per real change."""
    row = rows.lock(connection, NEED, need_id)
    before = NeedStatus(row["status"])
    found = outcome(before, row["met_by_referral_id"], _standings(connection, need_id))
    known = Outcome(before, row["met_by_referral_id"], row["marked"])
    if found is None or found == known:
        return
    changed = rows.change(
        connection,
        NEED,
        need_id,
        status=found.status,
        met_by_referral_id=found.met_by,
        marked=found.marked,
    )
    if found.status is not before:
        _history(connection, changed, f"need.{found.status}", None, ())
    tell_need(connection, changed)
    audit.record(connection, "judge_need", [need_id, changed["case_id"]], basis="referral")
    _ask_for_decision(connection, changed)


def _ask_for_decision(connection: Connection, need: Record) -> None:
    """Only one side says the client was served: a person decides within five business days."""
    if need["marked"] is None:
        cancel_tasks(connection, need["id"], DECIDE)
        return
    case = fetch_one(connection, CASE_OF, p_id=need["case_id"])
    assert case is not None
    one_person = need["marked"] == LoopResult.STAFF_REPORTED
    supervisor = supervisor_of(connection, case["owner_id"]) if one_person else None
    put_task(
        connection,
        DECIDE,
        need["id"],
        clocks.business_days_after(clock.now(), clocks.DECISION_DAYS),
        case_id=case["id"],
        assignee_id=supervisor if one_person else case["owner_id"],
        queue="supervisor",
    )


def _standings(connection: Connection, need_id: UUID) -> list[Standing]:
    return [
        Standing(row["referral_id"], ReferralStatus(row["status"]), LoopResult(row["loop"]))
        for row in fetch(connection, COUNTED, p_need=need_id)
    ]


def _to_write(connection: Connection, caller: Principal, need_id: UUID) -> Record:
    row = needs.need_to_change(connection, caller, need_id)
    if not may_write(caller, relation_of(row)):
        raise Forbidden("You may read this case, but not write it.")
    return row


def _sealed_words(connection: Connection, need_id: UUID, words: str | None) -> bytes | None:
    return None if words is None else seal(connection, words, "need", "words", need_id)


def _history(
    connection: Connection, need: Record, kind: str, actor: UUID | None, codes: tuple[str, ...]
) -> None:
    note_down(
        connection,
        kind,
        need["id"],
        client_id=need["client_id"],
        case_id=need["case_id"],
        actor=actor,
        codes=(need["category"], *codes),
    )
