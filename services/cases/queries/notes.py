"""Reads of notes; those of a sensitive class are opened only one by one."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Uuid, bindparam, or_, select, tuple_

from services.cases.access import may_cosign, may_write, relation_of
from services.cases.errors import ABSENT
from services.cases.lifecycle import actions_from
from services.cases.lifecycle.note import FIRM, TRANSITIONS, NoteAction, NoteStatus
from services.cases.models import CASE, NOTE
from services.cases.queries.visibility import ME, RELATION, VISIBLE, case_for, visible_to
from shared.audit import audited
from shared.auth import Principal
from shared.db import Record, fetch, fetch_one
from shared.errors import NotFound
from shared.pagination import NEWEST_FIRST, Paging
from shared.sealing import open_sealed

# A draft is its author's own.
READABLE = or_(NOTE.c.status != NoteStatus.DRAFT, NOTE.c.author_id == ME)
SEEN = (
    select(NOTE, CASE.c.client_id, *RELATION)
    .join(CASE, CASE.c.id == NOTE.c.case_id)
    .where(VISIBLE, READABLE)
)
ONE = SEEN.where(NOTE.c.id == bindparam("p_id", type_=Uuid))
GET = audited(ONE, "get_note")
LOCKED = ONE.with_for_update(of=NOTE)
LIST = audited(
    SEEN.where(
        NOTE.c.case_id == bindparam("p_case", type_=Uuid),
        tuple_(NOTE.c.created_at, NOTE.c.id)
        < tuple_(bindparam("after_created_at"), bindparam("after_id")),
    )
    .order_by(NOTE.c.created_at.desc(), NOTE.c.id.desc())
    .limit(bindparam("page_limit")),
    "list_notes",
)
COSIGNS = frozenset({NoteAction.COSIGN, NoteAction.RETURN})
UNASKED = frozenset({NoteAction.LOCK, NoteAction.REQUEST_COSIGN})
"""The clock locks; signing by an entry-level worker asks for a cosignature."""


def get_note(connection: Connection, caller: Principal, note_id: UUID) -> Record:
    row = fetch_one(connection, GET, p_id=note_id, **visible_to(caller))
    return shown(connection, caller, _found(row))


def note_to_change(connection: Connection, caller: Principal, note_id: UUID) -> Record:
    return _found(fetch_one(connection, LOCKED, p_id=note_id, **visible_to(caller)))


def list_notes(connection: Connection, caller: Principal, case_id: UUID, pages: Paging) -> Record:
    case_for(connection, caller, case_id)
    asked = pages.parameters(NEWEST_FIRST)
    found = fetch(connection, LIST, p_case=case_id, **asked, **visible_to(caller))
    return pages.page(NEWEST_FIRST, found)


def shown(connection: Connection, caller: Principal, row: Record) -> Record:
    said: Any = {}
    if row["sealed_body"] is not None:
        said = open_sealed(connection, row["sealed_body"], "note", "sealed_body", row["id"])
    comment = row["comment"]
    opened = comment and open_sealed(connection, comment, "note", "comment", row["id"])
    return {**row, **said, "comment": opened, "actions": _actions(caller, row)}


def possible(caller: Principal, row: Record) -> list[NoteAction]:
    relation = relation_of(row)
    mine = row["author_id"] == caller.subject
    cosigns = may_cosign(caller, relation) and not mine
    return [
        action
        for action in actions_from(TRANSITIONS, NoteStatus(row["status"]))
        if action not in UNASKED and (cosigns if action in COSIGNS else mine)
    ]


def _actions(caller: Principal, row: Record) -> list[Record]:
    path = f"/v1/notes/{row['id']}"
    actions = [
        {"name": action, "method": "PUT", "href": path}
        if action is NoteAction.EDIT
        else {"name": action, "href": f"{path}/{action}"}
        for action in possible(caller, row)
    ]
    writes = "cases:write" in caller.scopes and may_write(caller, relation_of(row))
    if writes and row["status"] in FIRM:
        actions.append({"name": "add_addendum", "href": f"{path}/addenda"})
    return actions


def _found(row: Record | None) -> Record:
    if row is None:
        raise NotFound(ABSENT)
    return row
