"""Sending more than one, sending again, moving in, and what could not be sent anywhere."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from services.referrals.schemas.preflight import SERVICE, Classes
from services.referrals.schemas.referrals import Area, HandOff, NewReferral, Referral, Urgency
from shared.schemas.needs import NeedCategory
from shared.schemas.referrals import ReferralStatus
from shared.schemas.strict import Answer, Flag, Line, Moment, Request, Text

NEED = "3f2b8c1e-5a77-4f0e-9d55-1f6f3f0f6b11"
Key = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,100}$")]


class Trouble(Answer):
    """Why it was not done: the problem that the single operation would have answered."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str | None = None


class Target(Request):
    service_id: UUID
    receiver_id: UUID | None = None


class NewGroup(Request):
    """One need, offered to several: the first who accepts is taken, the others are told."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "need_id": NEED,
                    "classes": ["identity", "contact"],
                    "targets": [
                        {"service_id": SERVICE},
                        {"service_id": "0c0f9f0e-43d1-4b4f-9d3f-6d1c1a0f7a52"},
                    ],
                    "send": True,
                }
            ]
        }
    )

    need_id: UUID
    targets: Annotated[list[Target], Field(min_length=2, max_length=10)]
    classes: Classes
    urgency: Urgency = "routine"
    hand_off: HandOff = "cold"
    area: Area | None = None
    message: Text | None = None
    step_id: UUID | None = None
    previous_referral_id: UUID | None = None
    send: Annotated[Flag, Field(description="Also send each that can be sent")] = False

    @model_validator(mode="after")
    def _each_once(self) -> "NewGroup":
        if len({target.service_id for target in self.targets}) < len(self.targets):
            raise ValueError("name each service once")
        return self

    def drafts(self) -> list[NewReferral]:
        """What each target gets."""
        shared = self.model_dump(exclude={"targets", "send"})
        return [NewReferral(**shared, **target.model_dump()) for target in self.targets]


class Outcome(Answer):
    """What became of one member: `problem` says why it stays as it is."""

    referral_id: UUID
    status: ReferralStatus
    problem: Trouble | None = None


class Group(Answer):
    """`winner_id` is the member that was accepted first; the slot is free again if it came to nothing.

    `results` are what this request did, member by member.
    """

    id: UUID
    need_id: UUID | None
    author: UUID
    created_at: datetime
    winner_id: UUID | None
    members: list[Referral]
    results: list[Outcome] = Field(default=[])


class BulkRow(NewReferral):
    """`key` is yours: it names the row in the answer, and makes a repeat go on where it stopped."""

    model_config = ConfigDict(json_schema_extra={"examples": []})

    key: Key
    duplicate_reason: Line | None = None


class NewBulk(Request):
    """Up to a hundred at once. `dry_run` judges each as if it were done, and writes nothing."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "dry_run": True,
                    "send": True,
                    "rows": [
                        {
                            "key": "row-1",
                            "need_id": NEED,
                            "service_id": SERVICE,
                            "classes": ["identity"],
                        }
                    ],
                }
            ]
        }
    )

    dry_run: Flag = False
    send: Flag = False
    rows: Annotated[list[BulkRow], Field(min_length=1, max_length=100)]

    @model_validator(mode="after")
    def _keys_differ(self) -> "NewBulk":
        if len({row.key for row in self.rows}) < len(self.rows):
            raise ValueError("every row needs a key of its own")
        return self


class BulkResult(Answer):
    """`drafted` with a problem: it could not be sent and waits as a draft. `not_reached`: time ran out;
    repeat the request with the same Idempotency-Key."""

    key: str
    status: Literal[
        "drafted",
        "sent",
        "submitted",
        "refused",
        "would_draft",
        "would_send",
        "would_submit",
        "not_reached",
    ]
    referral_id: UUID | None = None
    problem: Trouble | None = None


class Bulk(Answer):
    dry_run: bool
    counts: dict[str, int]
    results: list[BulkResult]


class MovedIn(Request):
    """A referral that another system has begun. Its `external_id` is kept as a digest alone."""

    external_id: Line
    need_id: UUID
    category: Annotated[NeedCategory, Field(description="The need's, as cases has it")]
    service_id: UUID
    receiver_id: UUID
    status: Literal[ReferralStatus.SENT, ReferralStatus.ACCEPTED, ReferralStatus.IN_PROGRESS]
    sent_at: Moment
    accepted_at: Moment | None = None
    urgency: Urgency = "routine"
    area: Area | None = None

    @model_validator(mode="after")
    def _in_order(self) -> "MovedIn":
        sent = self.status is ReferralStatus.SENT
        if sent != (self.accepted_at is None):
            raise ValueError("`accepted_at` goes with a status after `sent`, and only with one")
        if self.accepted_at is not None and self.accepted_at < self.sent_at:
            raise ValueError("it was accepted before it was sent")
        return self


class NewImport(Request):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "dry_run": True,
                    "rows": [
                        {
                            "external_id": "OLD-4711",
                            "need_id": NEED,
                            "category": "food",
                            "service_id": SERVICE,
                            "receiver_id": "5f0c8f0e-6f0e-4f38-8a8c-2a3f2b8c1e5a",
                            "status": "sent",
                            "sent_at": "2026-11-02T09:30:00Z",
                        }
                    ],
                }
            ]
        }
    )

    dry_run: Flag = False
    rows: Annotated[list[MovedIn], Field(min_length=1, max_length=100)]


class ImportResult(Answer):
    external_id: str
    status: Literal["imported", "already", "would_import", "refused", "not_reached"]
    referral_id: UUID | None = None
    problem: Trouble | None = None


class Imported(Answer):
    dry_run: bool
    counts: dict[str, int]
    results: list[ImportResult]


class NewDisclosure(Request):
    """The classes of data for the packet of a referral that was moved in."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"classes": ["identity", "contact"]}]}
    )

    classes: Classes


class Learned(Request):
    note: Annotated[Text, Field(description="What was learned; kept encrypted")]


class ReReferral(Request):
    """What is not named is carried over. Without a `service_id` the next matching listing is taken."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"service_id": SERVICE, "send": True}]}
    )

    service_id: UUID | None = None
    receiver_id: UUID | None = None
    classes: Classes | None = None
    message: Text | None = None
    duplicate_reason: Line | None = None
    review: Annotated[
        Flag, Field(description="You have looked at why it was excluded there before")
    ] = False
    resolve: Annotated[Learned | None, Field(description="Resolves its dispute with it")] = None
    send: Flag = False


class Followed(Referral):
    """`problem`: why it could not be sent, and waits as a draft."""

    problem: Trouble | None = None


class NewUnmetDemand(Request):
    """Somebody looked, and found nothing to refer to. Of a client's need, or of a category alone."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"category": "housing", "area": "503", "reason": "nothing_near"}]
        }
    )

    need_id: UUID | None = None
    category: NeedCategory | None = None
    area: Area | None = None
    reason: Literal[
        "nothing_found",
        "nothing_eligible",
        "nothing_near",
        "nothing_in_language",
        "waiting_too_long",
    ]
    note: Annotated[Text | None, Field(description="Kept encrypted")] = None

    @model_validator(mode="after")
    def _of_what(self) -> "NewUnmetDemand":
        if (self.need_id is None) == (self.category is None):
            raise ValueError("name a need or a category")
        return self


class UnmetDemand(Answer):
    id: UUID
    at: datetime
    category: NeedCategory
    area: str | None
    reason: str
    need_id: UUID | None
    note: str | None


Body = dict[str, Any]
"""A problem as it is answered."""
