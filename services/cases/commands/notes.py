"""Notes: drafted, signed, cosigned for entry-level workers, locked by the clock, then added to."""

from datetime import datetime
from typing import NoReturn
from uuid import UUID, uuid4

from sqlalchemy import Connection

from services.cases import clocks, rows
from services.cases.access import (
    may_cosign,
    may_write,
    needs_supervision,
    relation_fields,
    relation_of,
)
from services.cases.commands.cases import require_worked
from services.cases.commands.history import note_down
from services.cases.commands.tasks import cancel_tasks
from services.cases.errors import SameAuthor
from services.cases.lifecycle.note import FIRM, TRANSITIONS, NoteAction, NoteStatus
from services.cases.models import NOTE
from services.cases.queries import notes
from services.cases.queries.visibility import case_to_write
from services.cases.schemas.notes import NewNote, NoteChange
from shared import audit, clock
from shared.auth import Principal
from shared.db import Record
from shared.deadlines import Deadline, clear, set_deadline
from shared.errors import ActionNotAllowed, Forbidden
from shared.etag import check_version
from shared.sealing import seal

DRAFT, COSIGN, LOCK = "note_draft", "note_cosign", "note_lock"
CLOCKS = (DRAFT, COSIGN, LOCK)
SAID = {"title", "body", "attendees"}


def create_note(
    connection: Connection,
    caller: Principal,
    case_id: UUID,
    new: NewNote,
    addendum_to_id: UUID | None = None,
) -> Record:
    case = case_to_write(connection, caller, case_id)
    if addendum_to_id is None:
        require_worked(case)
    note_id = uuid4()
    row = rows.add(
        connection,
        NOTE,
        id=note_id,
        case_id=case_id,
        status=NoteStatus.DRAFT,
        author_id=caller.subject,
        addendum_to_id=addendum_to_id,
        **_content(connection, note_id, new),
    )
    _wind(connection, row)
    audit.record(connection, "create_note", [note_id, case_id])
    return notes.shown(connection, caller, {**relation_fields(case), **row})


def add_addendum(connection: Connection, caller: Principal, note_id: UUID, new: NewNote) -> Record:
    """What was signed stands; this is signed beside it."""
    row = notes.note_to_change(connection, caller, note_id)
    if row["status"] not in FIRM:
        _refuse(caller, row)
    return create_note(connection, caller, row["case_id"], new, addendum_to_id=note_id)


def change_note(
    connection: Connection, caller: Principal, note_id: UUID, change: NoteChange, version: int
) -> Record:
    row = _of_author(connection, caller, note_id, NoteAction.EDIT)
    check_version(row["version"], version)
    changed = rows.change(connection, NOTE, note_id, **_content(connection, note_id, change))
    audit.record(connection, "change_note", [note_id, row["case_id"]])
    return notes.shown(connection, caller, {**relation_fields(row), **changed})


def sign(connection: Connection, caller: Principal, note_id: UUID) -> Record:
    """An entry-level worker's signature asks for a second one."""
    row = _of_author(connection, caller, note_id, NoteAction.SIGN)
    action = NoteAction.REQUEST_COSIGN if needs_supervision(caller) else NoteAction.SIGN
    return _after(connection, caller, row, action, "sign_note", signed_at=clock.now())


def cosign(connection: Connection, caller: Principal, note_id: UUID) -> Record:
    row = _of_cosigner(connection, caller, note_id, NoteAction.COSIGN)
    return _after(
        connection, caller, row, NoteAction.COSIGN, "cosign_note", cosigned_by=caller.subject
    )


def send_back(connection: Connection, caller: Principal, note_id: UUID, comment: str) -> Record:
    row = _of_cosigner(connection, caller, note_id, NoteAction.RETURN)
    sealed = seal(connection, comment, "note", "comment", note_id)
    values = {"comment": sealed, "signed_at": None}
    return _after(connection, caller, row, NoteAction.RETURN, "return_note", **values)


def lock(connection: Connection, deadline: Deadline, _: datetime) -> datetime | None:
    """A day after signing; from now on only addenda."""
    row = rows.lock(connection, NOTE, deadline.subject)
    after = TRANSITIONS.get((NoteStatus(row["status"]), NoteAction.LOCK))
    if after is not None:
        rows.change(connection, NOTE, row["id"], status=after, locked_at=clock.now())
    return None


def _of_author(
    connection: Connection, caller: Principal, note_id: UUID, action: NoteAction
) -> Record:
    row = notes.note_to_change(connection, caller, note_id)
    if row["author_id"] != caller.subject or not may_write(caller, relation_of(row)):
        raise Forbidden("Only its author changes or signs a note.")
    if (NoteStatus(row["status"]), action) not in TRANSITIONS:
        _refuse(caller, row)
    return row


def _of_cosigner(
    connection: Connection, caller: Principal, note_id: UUID, action: NoteAction
) -> Record:
    row = notes.note_to_change(connection, caller, note_id)
    if not may_cosign(caller, relation_of(row)):
        raise Forbidden("Only a supervisor or senior of the author cosigns.")
    if row["author_id"] == caller.subject:
        raise SameAuthor("Who wrote the note may not cosign it.")
    if (NoteStatus(row["status"]), action) not in TRANSITIONS:
        _refuse(caller, row)
    return row


def _refuse(caller: Principal, row: Record) -> NoReturn:
    raise ActionNotAllowed(
        f"A note that is {row['status']} cannot take this action.",
        status_now=row["status"],
        allowed=[str(action) for action in notes.possible(caller, row)],
    )


def _after(
    connection: Connection,
    caller: Principal,
    before: Record,
    action: NoteAction,
    operation: str,
    **values: object,
) -> Record:
    after = TRANSITIONS[NoteStatus(before["status"]), action]
    row = rows.change(connection, NOTE, before["id"], status=after, **values)
    _wind(connection, row)
    note_down(
        connection,
        f"note.{after}",
        row["id"],
        client_id=before["client_id"],
        case_id=row["case_id"],
        actor=caller.subject,
        codes=(row["kind"],),
    )
    audit.record(connection, operation, [row["id"], row["case_id"]])
    return notes.shown(connection, caller, {**relation_fields(before), **row})


def _wind(connection: Connection, note: Record) -> None:
    clear(connection, note["id"], *CLOCKS)
    cancel_tasks(connection, note["id"], *CLOCKS)
    now = clock.now()
    match NoteStatus(note["status"]):
        case NoteStatus.DRAFT:
            kind, due = DRAFT, clocks.business_days_after(now, clocks.NOTE_DAYS)
        case NoteStatus.COSIGN_REQUESTED:
            kind, due = COSIGN, clocks.business_days_after(now, clocks.COSIGN_DAYS)
        case NoteStatus.SIGNED | NoteStatus.COSIGNED:
            kind, due = LOCK, now + clocks.LOCK_AFTER
        case NoteStatus.LOCKED:
            return
    set_deadline(connection, [note["organization"]], kind, note["id"], due)


def _content(connection: Connection, note_id: UUID, new: NewNote) -> Record:
    """A note of a sensitive class has its title, its words and who was there sealed together."""
    values, said = new.model_dump(exclude=SAID), new.model_dump(include=SAID)
    if new.data_class is None:
        return {**values, **said, "sealed_body": None}
    sealed = seal(connection, said, "note", "sealed_body", note_id)
    return {**values, "title": None, "body": None, "attendees": [], "sealed_body": sealed}
