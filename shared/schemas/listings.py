"""What referrals asks the directory about a listing before sending a person there."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from shared.schemas.strict import Answer


class ListingPlace(Answer):
    """Where a service is given, unless that is confidential. WGS 84 degrees."""

    city: str | None
    state_province: str | None
    latitude: float | None
    longitude: float | None


class ListingCapacity(Answer):
    """Places as their receiver keeps them in referrals, and when that was so."""

    places: int
    taken: int
    as_of: datetime


class ListingStanding(Answer):
    """Whether a service takes referrals now, who answers for it, and whom it takes.

    `accepts_referrals` is false with a reason code: `not_active`, `not_accepting`, `deleted`.
    `open_now` and `next_opening` (UTC) come from its schedules; null where it has none. Ages are in
    years. `flags` are what referrals found wrong with it: `service_ended`, `silent`, `disconnected`.
    """

    service_id: UUID
    name: str
    status: str
    accepts_referrals: bool
    reasons: list[str]
    organization_id: UUID | None
    organization_name: str | None
    email: str | None
    phone: str | None
    open_now: bool | None
    next_opening: datetime | None
    verified_at: datetime | None
    categories: list[str] = Field(default=[])
    languages: list[str] = Field(default=[])
    eligibility: str | None = None
    minimum_age: float | None = None
    maximum_age: float | None = None
    places: list[ListingPlace] = Field(default=[])
    capacity: ListingCapacity | None = None
    flags: list[str] = Field(default=[])


class FoundListing(Answer):
    """A search result as referrals needs it, to propose the next service."""

    id: UUID
    name: str
    organization_id: UUID | None
    organization_name: str | None
    accepts_referrals: bool
    distance_km: float | None = None


class FoundListings(Answer):
    items: list[FoundListing]
    total: int
