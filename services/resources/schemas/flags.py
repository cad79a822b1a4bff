"""Listings that referrals found something wrong with, and an editor's word on it."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from shared.schemas.strict import Action, Answer, Code, Line, Request


class FlaggedListing(Answer):
    """A listing, and one thing that may be wrong with it.

    `reason` is `service_ended`, `silent` (referrals expired unanswered) or `disconnected` (its mail
    came back); `referrals` counts those that met it. `last_cleared_*` tell of an earlier flag of the
    same kind, and what was found out then.
    """

    service_id: UUID
    name: str
    organization_name: str | None
    reason: str
    referrals: int
    first_at: datetime
    last_at: datetime
    last_cleared_at: datetime | None
    last_cleared_note: str | None
    actions: list[Action]


class FlagClearance(Request):
    """`reason` is the flag that was looked into; `note`, for other editors, is about the listing."""

    reason: Code = Field(examples=["silent"])
    note: Line | None = Field(None, examples=["They answer again since Monday, by telephone"])


class ListingFlags(Answer):
    """What stands against a listing now."""

    service_id: UUID
    flags: list[str]
