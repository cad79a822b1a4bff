"""Webhooks of an organization's own systems, and what became of their calls."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from shared.events.contracts import CapacityStanding, ReceivedStanding, ReferralStanding
from shared.schemas.referrals import ReferralStatus
from shared.schemas.strict import Action, Answer, Line, Request, one_line

EventType = Literal[
    "referrals.referral.standing", "referrals.received.standing", "referrals.capacity.standing"
]
TYPES = (ReferralStanding.type, ReceivedStanding.type, CapacityStanding.type)
Url = Annotated[
    str,
    StringConstraints(pattern=r"^https?://[^\s/?#@\\]+([/?][^\s#]*)?$", max_length=500),
    AfterValidator(one_line),
    Field(description="https, on port 443 or 8443, at a public address"),
]
Cursor = Annotated[str, Field(max_length=100, pattern=r"^[0-9a-f.]+$")]


class NewWebhook(Request):
    """Without `events` it is told of all; `statuses` keep only referrals that come to stand there."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Our data warehouse",
                    "url": "https://partner.example/hooks/careloop",
                    "events": ["referrals.referral.standing"],
                    "statuses": ["accepted", "declined", "closed"],
                }
            ]
        }
    )

    name: Line
    url: Url
    events: list[EventType] = Field(default=[], max_length=3)
    statuses: list[ReferralStatus] = Field(default=[], max_length=15)


class WebhookChange(Request):
    """Only the fields that are sent change."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"statuses": ["closed"]}]})

    name: Line | None = None
    url: Url | None = None
    events: list[EventType] | None = Field(default=None, max_length=3)
    statuses: list[ReferralStatus] | None = Field(default=None, max_length=15)


class Replay(Request):
    """Send again what came after `after`; without it, everything that the log still has."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"after": None}]})

    after: Cursor | None = None


class Nothing(Request):
    """An empty object."""


class Webhook(Answer):
    """`failures` in a row; a webhook that failed too often is paused until it is resumed."""

    id: UUID
    name: str
    url: str
    events: list[str]
    statuses: list[str]
    cursor: str
    failures: int
    next_at: datetime | None
    paused_at: datetime | None
    paused_reason: str | None
    version: int
    created_at: datetime
    actions: list[Action]


class WebhookWithSecret(Webhook):
    """`secret` is shown this once (Standard Webhooks, HMAC-SHA256)."""

    secret: str


class Delivery(Answer):
    """One call. `outcome`: `delivered`, `refused` (another status), `unreachable`, `address_refused`."""

    id: UUID
    event_id: UUID
    at: datetime
    attempt: int
    outcome: str
    status_code: int | None
    milliseconds: int
