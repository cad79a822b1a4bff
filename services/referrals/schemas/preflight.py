"""Weighing a sending before it is done: checks, previews and alternatives."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from services.referrals.lifecycle.preflight import Result, Source
from shared.schemas.disclosures import DataClass
from shared.schemas.needs import NeedCategory
from shared.schemas.strict import Answer, Int, Language, Latitude, Longitude, Request

Classes = Annotated[
    list[DataClass],
    Field(min_length=1, max_length=16, description="Classes of data asked for the packet"),
]
SERVICE = "7a1de0ab-2a53-4c40-8a5c-0d6a3f6f2f21"


def rounded(degrees: float) -> float:
    """Three decimals, about 100 m: near enough to weigh a way, too coarse for a door."""
    return round(degrees, 3)


class Point(Request):
    """Where the client would start from, in WGS 84 degrees; rounded to three decimals on arrival."""

    latitude: Annotated[Latitude, AfterValidator(rounded)]
    longitude: Annotated[Longitude, AfterValidator(rounded)]


class AboutClient(Request):
    """What is known of the client beside the record. Never kept; age and language else come from cases."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"near": {"latitude": 41.6, "longitude": -93.1}, "radius_km": 10}]
        }
    )

    near: Point | None = None
    radius_km: float | None = Field(None, gt=0, le=1000, allow_inf_nan=False)
    language: Language | None = None
    age: Annotated[Int | None, Field(le=150, description="In years")] = None

    @model_validator(mode="after")
    def _near_what(self) -> "AboutClient":
        if self.near is None and self.radius_km is not None:
            raise ValueError("a radius needs a place to be near")
        return self


class NewPreflight(AboutClient):
    """One need, and up to ten services that might meet it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "need_id": "3f2b8c1e-5a77-4f0e-9d55-1f6f3f0f6b11",
                    "service_ids": [SERVICE],
                    "classes": ["identity", "contact"],
                }
            ]
        }
    )

    need_id: UUID
    service_ids: Annotated[list[UUID], Field(min_length=1, max_length=10)]
    receiver_id: UUID | None = None
    classes: Classes


class Check(Answer):
    """`yes`: nothing stands in the way; `no`: something does; `unknown`: nobody has said.

    `source` says who answers. `at` and `on` are when that was so, or from when it will be; `missing` the
    classes that no consent covers.
    """

    check: str
    result: Result
    source: Source
    code: str | None
    text: str | None
    at: datetime | None
    on: date | None
    distance_km: float | None
    missing: list[str]


class Preflight(Answer):
    """`would_send`: the listing is open, its receiver known, consent given, and there is no duplicate."""

    service_id: UUID
    service_name: str | None
    receiver_id: UUID | None
    receiver_name: str | None
    would_send: bool
    checks: list[Check]


class Preflights(Answer):
    items: list[Preflight]


class Preview(Answer):
    """What would be frozen as the packet if it were sent now. `reason` and `missing` where nothing is."""

    referral_id: UUID
    permitted: bool
    reason: str | None
    missing: list[DataClass]
    expires_on: date | None
    receiver_id: UUID
    receiver_name: str
    category: NeedCategory
    urgency: str
    message: str | None
    classes: dict[DataClass, dict[str, object]] | None
    notice: Annotated[str | None, Field(description="What the law requires to be said with it")]


class AlternativesAsked(AboutClient):
    """Where to look for the next listing."""

    limit: int = Field(5, strict=True, ge=1, le=10)


class Alternative(Preflight):
    """A listing that was not tried yet, weighed."""

    organization_name: str | None
    distance_km: float | None


class Alternatives(Answer):
    """The next matching listings. `total`: how many the directory has beside those tried."""

    items: list[Alternative]
    total: int
