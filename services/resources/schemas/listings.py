"""Listings as /v1 shows them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from shared.schemas.listings import ListingCapacity
from shared.schemas.strict import Answer


class TermLabel(Answer):
    code: str
    name: str
    name_es: str | None


class Place(Answer):
    """Where a service is given. A confidential place says neither address nor coordinates."""

    location_id: UUID
    name: str | None
    confidential: bool
    address: str | None
    city: str | None
    state_province: str | None
    postal_code: str | None
    latitude: float | None
    longitude: float | None


class Phone(Answer):
    number: str
    extension: int | None
    type: str | None
    description: str | None


class ListingCard(Answer):
    """A service in brief: what a case manager reads before choosing.

    `open_now` is null where no hours are known; `distance_km` is there in a search near a place, to
    the nearest place of the service. `status_assumed`: the source left the status blank. `capacity`
    is what its receivers keep in referrals; `flags` is what referrals found wrong with the listing.
    """

    id: UUID
    name: str
    alternate_name: str | None
    organization_id: UUID | None
    organization_name: str | None
    status: str
    status_assumed: bool
    description: str | None
    eligibility: str | None
    minimum_age: float | None
    maximum_age: float | None
    fees: str | None
    application_process: str | None
    url: str | None
    terms: list[TermLabel]
    languages: list[str]
    phones: list[Phone]
    places: list[Place]
    assured_on: date | None
    last_modified: datetime
    accepts_referrals: bool
    reasons: list[str]
    open_now: bool | None
    closes_at: datetime | None
    next_opening: datetime | None
    capacity: ListingCapacity | None
    flags: list[str]
    distance_km: float | None = None


class ListingDetail(ListingCard):
    """A listing in full: `hsds` is the service as HSDS 3.2 says it, everything nested."""

    source: str
    source_id: str | None
    hsds: dict[str, Any]


class ConfidentialPlace(Answer):
    """Where a confidential location is. Every look at it is on record."""

    location_id: UUID
    latitude: float | None
    longitude: float | None
    transportation: str | None
    addresses: list[dict[str, Any]]


class Term(Answer):
    """A term that listings are found by. `services` counts those that have this very term."""

    id: UUID
    code: str
    name: str
    name_es: str | None
    description: str | None
    taxonomy: str | None
    parent_code: str | None
    gravity_code: str | None
    synonyms: list[str]
    services: int
