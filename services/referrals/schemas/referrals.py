"""A referral, its history and the inbox, as each side sees them."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from services.referrals.lifecycle.reasons import Retry
from shared.schemas.disclosures import DataClass
from shared.schemas.needs import NeedCategory
from shared.schemas.referrals import LoopResult, ReferralStatus
from shared.schemas.strict import Action, Answer, Request, Text

Urgency = Literal["routine", "urgent"]
HandOff = Literal["cold", "warm_call", "joint_visit"]
Area = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9 .\-]{0,39}$")]
"""A coarse area: a county, the first digits of a postcode; never an address."""


class NewReferral(Request):
    """One need, one service. Without a `receiver_id` it is found by who answers for the service."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "need_id": "3f2b8c1e-5a77-4f0e-9d55-1f6f3f0f6b11",
                    "service_id": "7a1de0ab-2a53-4c40-8a5c-0d6a3f6f2f21",
                    "classes": ["identity", "contact"],
                    "message": "Can come on weekday mornings.",
                }
            ]
        }
    )

    need_id: UUID
    service_id: UUID
    receiver_id: UUID | None = None
    classes: Annotated[
        list[DataClass],
        Field(min_length=1, max_length=16, description="Classes of data asked for the packet"),
    ]
    urgency: Urgency = "routine"
    hand_off: Annotated[
        HandOff,
        Field(description="`warm_call`: with the client present; `joint_visit`: going together"),
    ] = "cold"
    area: Annotated[
        Area | None, Field(description="Where the need is, coarsely: for the gap ledger")
    ] = None
    message: Annotated[
        Text | None, Field(description="To the receiver; stands in the packet, kept encrypted")
    ] = None
    step_id: Annotated[UUID | None, Field(description="The plan's step it serves")] = None
    previous_referral_id: Annotated[
        UUID | None, Field(description="The one that came to nothing before this")
    ] = None


class NextStep(Answer):
    """Who must act, by when, and what happens then."""

    clock: str
    who: str
    by: datetime
    overdue: bool
    then: str


class Referral(Answer):
    """A referral. The receiver and the network coordinator see no client, case, need or author."""

    id: UUID
    status: ReferralStatus
    loop: LoopResult
    version: int
    urgency: Urgency
    hand_off: HandOff
    category: NeedCategory
    service_id: UUID
    service_name: str
    receiver_id: UUID | None
    receiver_name: str | None
    sender_organization_id: UUID
    case_id: UUID | None
    client_id: UUID | None
    need_id: UUID | None
    step_id: UUID | None
    author: UUID | None
    classes: list[DataClass]
    previous_referral_id: UUID | None
    group_id: UUID | None
    imported: bool
    reason: str | None
    retry: Annotated[
        Retry | None, Field(description="When to try again, by the reason it came to nothing")
    ]
    created_at: datetime
    sent_at: datetime | None
    answered_at: datetime | None
    first_contact_at: datetime | None
    started_at: datetime | None
    reported_at: datetime | None
    ended_at: datetime | None
    hold_until: date | None
    waitlist_position: int | None
    claimed: Annotated[bool, Field(description="Somebody of the receiver's staff has taken it on")]
    claimed_by: Annotated[UUID | None, Field(description="Shown to the receiver only")]
    claimed_at: datetime | None
    inquiry_id: Annotated[
        UUID | None, Field(description="The case the receiver opened of it; shown to them only")
    ]
    retry_on: Annotated[date | None, Field(description="When the receiver said to try again")]
    proposed_service_id: Annotated[
        UUID | None, Field(description="The next matching listing, where this came to nothing")
    ]
    area: str | None
    withdrawal_requested_at: datetime | None
    question_at: Annotated[
        datetime | None, Field(description="When the receiver asked what is not answered yet")
    ]
    asked_count: int
    asked_at: datetime | None
    attention: Annotated[str | None, Field(description="Who was last reminded of what is overdue")]
    attention_at: datetime | None
    overdue_since: Annotated[
        datetime | None,
        Field(description="When somebody was first reminded, if nobody acted since"),
    ]
    next: NextStep | None
    actions: list[Action]
    errands: Annotated[
        list[Action], Field(description="What this caller may do about it that does not move it")
    ]


class Asked(Referral):
    """`answer_url` is shown this once: it is kept only as a hash."""

    answer_url: str | None = None


class HistoryEntry(Answer):
    """One thing that happened. `marked_for` is whose act it was when another wrote it down."""

    id: UUID
    version: int
    at: datetime
    action: str
    before: str
    after: str
    party: str
    who: UUID | None
    marked_for: str | None
    reminded: str | None
    reason: str | None
    note: str | None


class Attestation(Answer):
    """One side's word, as it was given."""

    id: UUID
    version: int
    side: str
    answer: str
    helped: int | None
    reason: str | None
    served_on: date | None
    provided: str | None
    said_by: str
    written_by: UUID | None
    channel: str
    at: datetime


class Attestations(Answer):
    """Both sides' words, newest first, and what the latest add up to."""

    loop: LoopResult
    items: list[Attestation]


class SentPacket(Answer):
    """The fields frozen at sending, under the disclosure that consent permitted."""

    referral_id: UUID
    disclosure_id: UUID
    frozen_at: datetime
    category: NeedCategory
    urgency: Urgency
    message: str | None
    classes: dict[DataClass, dict[str, object]]
    notice: Annotated[str | None, Field(description="What the law requires to be said with it")]
