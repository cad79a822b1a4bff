"""A search, and its results."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from services.resources.schemas.listings import ListingCard
from services.resources.search import Query
from shared.schemas.strict import (
    Answer,
    Day,
    Flag,
    Int,
    Language,
    Latitude,
    Line,
    Longitude,
    Request,
)

TermCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.\-]{0,79}$")]
ListingStatus = Literal["active", "inactive", "defunct", "temporarily closed"]


def rounded(degrees: float) -> float:
    """Three decimals, about 100 m: near enough for a search, too coarse for a door."""
    return round(degrees, 3)


class Point(Request):
    """A place to search near, in WGS 84 degrees; rounded to three decimals on arrival."""

    latitude: Annotated[Latitude, AfterValidator(rounded)]
    longitude: Annotated[Longitude, AfterValidator(rounded)]


class ListingSearch(Request):
    """Filters are ANDed; within taxonomy codes, languages and statuses any one will do."""

    text: Line | None = Field(None, examples=["help with rent"])
    taxonomy_codes: list[TermCode] = Field([], max_length=50, examples=[["housing"]])
    languages: list[Language] = Field([], max_length=20, examples=[["es"]])
    statuses: list[ListingStatus] = Field(["active"], max_length=4)
    age: Int | None = Field(None, le=150, description="Years: the ages served contain it")
    accepting: Flag | None = Field(None, description="true: only those that take referrals now")
    verified_since: Day | None = None
    exclude_ids: list[UUID] = Field(
        [], max_length=100, description="Services to leave out: those that were tried already"
    )
    near: Point | None = Field(None, examples=[{"latitude": 41.6, "longitude": -93.1}])
    radius_km: float | None = Field(None, gt=0, le=1000, allow_inf_nan=False)
    include_unlocated: Flag = Field(
        True, description="Keep services without a place (hotlines) in a search near one"
    )
    sort: Literal["relevance", "distance", "name"] = "relevance"
    facets: Flag = False
    limit: int = Field(20, strict=True, ge=1, le=100)
    offset: int = Field(0, strict=True, ge=0, le=100_000)

    @model_validator(mode="after")
    def near_what(self) -> "ListingSearch":
        if self.near is None and (self.radius_km is not None or self.sort == "distance"):
            raise ValueError("a radius and a distance need a place to be near")
        return self

    def query(self) -> Query:
        return Query(
            text=self.text,
            taxonomy_codes=tuple(self.taxonomy_codes),
            languages=tuple(self.languages),
            statuses=tuple(self.statuses),
            age=self.age,
            accepting=self.accepting,
            verified_since=self.verified_since,
            exclude_ids=tuple(self.exclude_ids),
            near=None if self.near is None else (self.near.latitude, self.near.longitude),
            radius_km=self.radius_km,
            include_unlocated=self.include_unlocated,
            sort=self.sort,
            limit=self.limit,
            offset=self.offset,
            facets=self.facets,
        )


class ListingResults(Answer):
    """One page of results. `total` and `facets` are of the whole result.

    `corrected` is the question as it was understood, where a word was mended. `next_offset` is null
    on the last page.
    """

    items: list[ListingCard]
    total: int
    next_offset: int | None
    facets: dict[str, dict[str, int]]
    corrected: str | None


class Suggestions(Answer):
    items: list[str]
