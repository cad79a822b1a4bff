"""Notes of contacts, and tasks."""

from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime, ConfigDict, Field

from services.cases.lifecycle.note import NoteStatus
from shared.schemas.disclosures import DataClass
from shared.schemas.strict import Action, Answer, Int, Line, Request, Text

EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


class ContactType(StrEnum):
    VISIT = "visit"
    OFFICE = "office"
    PHONE = "phone"
    MESSAGE = "message"
    VIDEO = "video"
    COLLATERAL = "collateral"
    OTHER = "other"


class NewNote(Request):
    """`data_class` when the note is about something sensitive: its words are then encrypted."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "phone",
                    "title": "Call about the shelter",
                    "body": "Ana will visit on Monday.",
                    "contacted_at": "2026-11-20T10:00:00Z",
                    "minutes": 15,
                }
            ]
        }
    )

    kind: ContactType
    title: Line
    body: Text
    data_class: DataClass | None = None
    contacted_at: AwareDatetime = Field(ge=EARLIEST, le=LATEST)
    minutes: Int = Field(default=0, le=1440)
    attendees: list[Line] = Field(default=[], max_length=50)


class NoteChange(NewNote):
    """The whole content of the draft."""


class NoteSignature(Request):
    """Nothing is needed."""


class NoteReturn(Request):
    comment: Text


class NoteSummary(Answer):
    """`title` is null where the note is of a sensitive class."""

    id: UUID
    case_id: UUID
    kind: ContactType
    status: NoteStatus
    data_class: DataClass | None
    title: str | None
    contacted_at: datetime
    minutes: int
    author_id: UUID
    addendum_to_id: UUID | None
    signed_at: datetime | None
    created_at: datetime
    version: int


class Note(NoteSummary):
    body: str
    comment: str | None
    attendees: list[str]
    cosigned_by: UUID | None
    locked_at: datetime | None
    actions: list[Action]


class Task(Answer):
    """`kind` and `subject` say what must be done to what; `queue` who may, when nobody is named."""

    id: UUID
    case_id: UUID | None
    kind: str
    subject: UUID
    assignee_id: UUID | None
    queue: str | None
    due_at: datetime
    status: str
    escalated_at: datetime | None
    created_at: datetime
    version: int


class TaskCompletion(Request):
    """Nothing is needed."""
