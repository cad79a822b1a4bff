"""A search, and what it finds, in terms that no engine owns."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal
from uuid import UUID

Sort = Literal["relevance", "distance", "name"]


@dataclass(frozen=True, kw_only=True)
class Query:
    """Filters are ANDed; within taxonomy codes, languages and statuses any one will do.

    `near` alone ranks by distance or lets relevance fade with it; `radius_km` draws the circle.
    `include_unlocated` keeps services without a point (hotlines) in a search near a place.
    """

    text: str | None = None
    taxonomy_codes: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    age: int | None = None  # years: the ages served must contain it
    accepting: bool | None = None
    verified_since: date | None = None
    exclude_ids: tuple[UUID, ...] = ()
    near: tuple[float, float] | None = None  # (latitude, longitude) in degrees
    radius_km: float | None = None
    include_unlocated: bool = False
    sort: Sort = "relevance"
    limit: int = 10
    offset: int = 0
    facets: bool = False

    def __post_init__(self) -> None:
        if self.near is None and (self.radius_km is not None or self.sort == "distance"):
            raise ValueError("a radius and a distance need a place to be near")
        if self.limit < 0 or self.offset < 0:
            raise ValueError("limit and offset cannot be negative")


@dataclass(frozen=True)
class Hit:
    """A service found. The distance is to its nearest point; None without one."""

    id: UUID
    score: float
    distance_km: float | None


Facets = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class Page:
    """One page of a result; the total and the facets are of the whole result."""

    hits: tuple[Hit, ...]
    total: int
    facets: Facets = field(default_factory=dict)  # "taxonomy", "languages", "status"
    corrected: str | None = None  # the question as it was understood, where a word was mended
