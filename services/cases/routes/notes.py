"""Notes of contacts with and about the client."""

from typing import Any
from uuid import UUID

from fastapi import Response

from services.cases.commands import notes as commands
from services.cases.queries import notes as queries
from services.cases.routes.callers import CaseReader, CaseWriter, new_router
from services.cases.schemas import notes as schemas
from shared.app import problems
from shared.auth import Db
from shared.db import Record
from shared.etag import ReadVersion, tag
from shared.idempotency import OnlyOnce
from shared.pagination import Page, Pages

router = new_router("notes")
ACT: dict[str, Any] = {"response_model": schemas.Note, "responses": problems(404, 409)}


@router.post(
    "/cases/{case_id}/notes",
    status_code=201,
    operation_id="create_note",
    summary="Draft a note",
    **ACT,
)
async def create_note(
    case_id: UUID, new: schemas.NewNote, caller: CaseWriter, db: Db, once: OnlyOnce
) -> Record:
    """Seen by its author alone until it is signed."""
    return await db.run(once, commands.create_note, caller, case_id, new)


@router.get(
    "/cases/{case_id}/notes",
    response_model=Page[schemas.NoteSummary],
    operation_id="list_notes",
    summary="List a case's notes",
    responses=problems(404),
)
async def list_notes(case_id: UUID, pages: Pages, caller: CaseReader, db: Db) -> Record:
    """Without their words, newest first."""
    return await db.run(queries.list_notes, caller, case_id, pages)


@router.get(
    "/notes/{note_id}",
    response_model=schemas.Note,
    operation_id="get_note",
    summary="Read a note",
    responses=problems(404),
)
async def get_note(note_id: UUID, response: Response, caller: CaseReader, db: Db) -> Record:
    """With the actions this caller may take."""
    row = await db.run(queries.get_note, caller, note_id)
    tag(response, row["version"])
    return row


@router.put(
    "/notes/{note_id}",
    response_model=schemas.Note,
    operation_id="change_note",
    summary="Rewrite a draft",
    responses=problems(404, 409, 412, 428),
)
async def change_note(
    note_id: UUID,
    change: schemas.NoteChange,
    response: Response,
    caller: CaseWriter,
    version: ReadVersion,
    db: Db,
) -> Record:
    """By its author, before it is signed."""
    row = await db.run(commands.change_note, caller, note_id, change, version)
    tag(response, row["version"])
    return row


@router.post("/notes/{note_id}/sign", operation_id="sign_note", summary="Sign", **ACT)
async def sign_note(
    note_id: UUID, _: schemas.NoteSignature, caller: CaseWriter, db: Db, once: OnlyOnce
) -> Record:
    """An entry-level worker's note then waits for a cosignature. A day later it is locked."""
    return await db.run(once, commands.sign, caller, note_id)


@router.post("/notes/{note_id}/cosign", operation_id="cosign_note", summary="Cosign", **ACT)
async def cosign_note(
    note_id: UUID, _: schemas.NoteSignature, caller: CaseWriter, db: Db, once: OnlyOnce
) -> Record:
    """By a senior or supervisor of the author."""
    return await db.run(once, commands.cosign, caller, note_id)


@router.post("/notes/{note_id}/return", operation_id="return_note", summary="Return", **ACT)
async def return_note(
    note_id: UUID, body: schemas.NoteReturn, caller: CaseWriter, db: Db, once: OnlyOnce
) -> Record:
    """A draft again, with a comment."""
    return await db.run(once, commands.send_back, caller, note_id, body.comment)


@router.post(
    "/notes/{note_id}/addenda",
    status_code=201,
    operation_id="add_note_addendum",
    summary="Add to a signed note",
    **ACT,
)
async def add_note_addendum(
    note_id: UUID, new: schemas.NewNote, caller: CaseWriter, db: Db, once: OnlyOnce
) -> Record:
    """A note of its own, which names the one it adds to."""
    return await db.run(once, commands.add_addendum, caller, note_id, new)
