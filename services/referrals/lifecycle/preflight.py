"""What speaks for and against sending a client to a service, check by check: yes, no or unknown."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from math import asin, cos, radians, sin, sqrt

from services.referrals.lifecycle.retrying import Bar
from shared.schemas.disclosures import DisclosurePreview
from shared.schemas.listings import ListingStanding

FRESH = timedelta(days=365)
EARTH_KM = 6371.0
Point = tuple[float, float]


class Result(StrEnum):
    """`yes`: nothing stands in the way. `unknown`: nobody has said."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Source(StrEnum):
    """Who says so."""

    DIRECTORY = "directory"
    CASES = "cases"
    REFERRALS = "referrals"


@dataclass(frozen=True, slots=True)
class Check:
    """One question, its answer, and what the answer rests on."""

    check: str
    result: Result
    source: Source
    code: str | None = None
    text: str | None = None
    at: datetime | None = None
    on: date | None = None
    distance_km: float | None = None
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one client's need and one service. None: not known, or nobody answered."""

    today: date
    category: str
    listing: ListingStanding | None
    listed: bool
    """False when the directory says that there is no such service."""
    receiver_known: bool
    consent: DisclosurePreview | None
    duplicate: bool
    tried: Bar | None
    age: int | None = None
    language: str | None = None
    near: Point | None = None
    radius_km: float | None = None


HARD = frozenset({"listing_open", "receiver_known", "consent", "no_duplicate"})
"""What sending itself will ask for: the rest is for a person to weigh."""


def judge(facts: Facts) -> list[Check]:
    """Every check, hard ones and soft ones."""
    return [*_of_the_listing(facts), *_of_the_client(facts), *_of_the_place(facts)]


def would_send(checks: list[Check]) -> bool:
    """Whether sending now would not be refused."""
    hard = {check.check: check.result for check in checks if check.check in HARD}
    return hard == dict.fromkeys(HARD, Result.YES)


def _directory(
    check: str,
    result: Result,
    code: str | None = None,
    *,
    text: str | None = None,
    at: datetime | None = None,
) -> Check:
    return Check(check, result, Source.DIRECTORY, code, text=text, at=at)


def _yes(holds: bool) -> Result:
    return Result.YES if holds else Result.NO


def _of_the_listing(facts: Facts) -> Iterator[Check]:
    listing = facts.listing
    yield _open(facts)
    receiver = "known" if facts.receiver_known else "nobody_answers"
    yield Check("receiver_known", _yes(facts.receiver_known), Source.REFERRALS, receiver)
    if listing is None:
        return
    yield _fresh(facts, listing)
    flagged = listing.flags[0] if listing.flags else None
    yield _directory("not_flagged", _yes(flagged is None), flagged)
    yield _category(facts, listing)
    yield _capacity(listing)
    yield _open_now(listing)


def _open(facts: Facts) -> Check:
    if facts.listing is None:
        code = "no_answer" if facts.listed else "not_listed"
        return _directory("listing_open", Result.UNKNOWN if facts.listed else Result.NO, code)
    reason = next(iter(facts.listing.reasons), None)
    return _directory("listing_open", _yes(facts.listing.accepts_referrals), reason)


def _fresh(facts: Facts, listing: ListingStanding) -> Check:
    at = listing.verified_at
    if at is None:
        return _directory("listing_fresh", Result.UNKNOWN, "never_verified")
    fresh = facts.today - at.date() <= FRESH
    code = "verified" if fresh else "verified_long_ago"
    return _directory("listing_fresh", _yes(fresh), code, at=at)


def _category(facts: Facts, listing: ListingStanding) -> Check:
    if not listing.categories:
        return _directory("category_matches", Result.UNKNOWN, "no_categories")
    return _directory("category_matches", _yes(facts.category in listing.categories))


def _capacity(listing: ListingStanding) -> Check:
    kept = listing.capacity
    if kept is None:
        return _directory("capacity", Result.UNKNOWN, "not_kept")
    free = kept.taken < kept.places
    return _directory("capacity", _yes(free), "free" if free else "full", at=kept.as_of)


def _open_now(listing: ListingStanding) -> Check:
    if listing.open_now is None:
        return _directory("open_now", Result.UNKNOWN, "no_schedule", at=listing.next_opening)
    return _directory("open_now", _yes(listing.open_now), at=listing.next_opening)


def _of_the_client(facts: Facts) -> Iterator[Check]:
    yield _consent(facts)
    duplicate = "live_elsewhere" if facts.duplicate else None
    yield Check("no_duplicate", _yes(not facts.duplicate), Source.REFERRALS, duplicate)
    yield _tried(facts.tried)
    if facts.listing is not None:
        yield _age(facts, facts.listing)
        text = facts.listing.eligibility
        code = "read_it" if text else "none_listed"
        yield _directory("eligibility_text", Result.UNKNOWN, code, text=text)
        yield _language(facts, facts.listing)


def _consent(facts: Facts) -> Check:
    if facts.consent is None:
        code = "no_answer" if facts.receiver_known else "nobody_to_tell"
        return Check("consent", Result.UNKNOWN, Source.CASES, code)
    seen = facts.consent
    missing = tuple(seen.missing)
    return Check("consent", _yes(seen.permitted), Source.CASES, seen.reason, missing=missing)


def _tried(before: Bar | None) -> Check:
    if before is None:
        return Check("not_tried_before", Result.YES, Source.REFERRALS)
    result = Result.UNKNOWN if before.review else Result.NO
    return Check("not_tried_before", result, Source.REFERRALS, before.reason, on=before.until)


def _age(facts: Facts, listing: ListingStanding) -> Check:
    least, most = listing.minimum_age, listing.maximum_age
    if least is None and most is None:
        return _directory("eligibility_age", Result.UNKNOWN, "no_ages_listed")
    if facts.age is None:
        return _directory("eligibility_age", Result.UNKNOWN, "age_not_known")
    if least is not None and facts.age < least:
        return _directory("eligibility_age", Result.NO, "too_young")
    # Up to 17 takes in whoever has not turned 18.
    if most is not None and facts.age >= most + 1:
        return _directory("eligibility_age", Result.NO, "too_old")
    return _directory("eligibility_age", Result.YES)


def _language(facts: Facts, listing: ListingStanding) -> Check:
    if facts.language is None or not listing.languages:
        code = "no_languages_listed" if facts.language else "language_not_known"
        return _directory("language", Result.UNKNOWN, code)
    spoken = {_primary(language) for language in listing.languages}
    return _directory("language", _yes(_primary(facts.language) in spoken), facts.language)


def _primary(language: str) -> str:
    """Portuguese is Portuguese, of Brazil or not."""
    return language.partition("-")[0].lower()


def _of_the_place(facts: Facts) -> Iterator[Check]:
    if facts.near is None or facts.listing is None:
        return
    places = [(p.latitude, p.longitude) for p in facts.listing.places]
    known = [(lat, lon) for lat, lon in places if lat is not None and lon is not None]
    if not known:
        yield _directory("distance", Result.UNKNOWN, "no_place_listed")
        return
    nearest = round(min(distance_km(facts.near, place) for place in known), 1)
    within = facts.radius_km is None or nearest <= facts.radius_km
    code = None if within else "too_far"
    yield Check("distance", _yes(within), Source.DIRECTORY, code, distance_km=nearest)


def distance_km(here: Point, there: Point) -> float:
    """As the crow flies (haversine)."""
    (lat, lon), (to_lat, to_lon) = (map(radians, point) for point in (here, there))
    half = sin((to_lat - lat) / 2) ** 2 + cos(lat) * cos(to_lat) * sin((to_lon - lon) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(min(1.0, half)))
