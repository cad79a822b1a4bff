"""Pre-flight and alternatives: neighbours asked together, within one deadline; who is silent is unknown."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import asdict
from typing import TypeVar
from uuid import UUID

from services.referrals.commands import checking
from services.referrals.commands.checking import Known
from services.referrals.dispatch import Dispatch
from services.referrals.lifecycle.preflight import Facts, judge, would_send
from services.referrals.schemas.preflight import AboutClient
from shared import clock
from shared.db import Record
from shared.errors import NeighbourUnavailable, NotFound
from shared.schemas.disclosures import DisclosurePreview
from shared.schemas.listings import FoundListings, ListingStanding

T = TypeVar("T")
Listings = Mapping[UUID, ListingStanding | None]


async def weigh(
    dispatch: Dispatch,
    subject: Record,
    service_ids: Sequence[UUID],
    about: AboutClient,
    receiver_id: UUID | None = None,
) -> list[Record]:
    """A pre-flight of each service for the client of `subject`, a referral or what would be one."""
    until = asyncio.get_running_loop().time() + dispatch.patience
    wanted = list(dict.fromkeys(service_ids))
    answers = await asyncio.gather(*(_listing(dispatch, one, until) for one in wanted))
    standing = {one: listing for one, (listing, _) in zip(wanted, answers, strict=True)}
    unlisted = {one for one, (_, listed) in zip(wanted, answers, strict=True) if not listed}
    known = await dispatch.db.run(checking.look, subject, standing, receiver_id)
    consents = await asyncio.gather(*(_consent(dispatch, one, until) for one in known))
    return [
        _preflight(
            subject, one, standing[one.service_id], one.service_id not in unlisted, consent, about
        )
        for one, consent in zip(known, consents, strict=True)
    ]


def _preflight(
    subject: Record,
    known: Known,
    listing: ListingStanding | None,
    listed: bool,
    consent: DisclosurePreview | None,
    about: AboutClient,
) -> Record:
    facts = Facts(
        today=clock.now().date(),
        category=subject["category"],
        listing=listing,
        listed=listed,
        receiver_known=known.receiver is not None,
        consent=consent,
        duplicate=known.duplicate,
        tried=known.tried,
        age=consent.age if about.age is None and consent else about.age,
        language=about.language or (consent.language if consent else None),
        near=None if about.near is None else (about.near.latitude, about.near.longitude),
        radius_km=about.radius_km,
    )
    checks = judge(facts)
    return {
        "service_id": known.service_id,
        "service_name": listing and listing.name,
        "receiver_id": known.receiver and known.receiver["id"],
        "receiver_name": known.receiver and known.receiver["name"],
        "would_send": would_send(checks),
        "checks": [asdict(check) for check in checks],
    }


async def _listing(
    dispatch: Dispatch, service_id: UUID, until: float
) -> tuple[ListingStanding | None, bool]:
    """The listing, and whether there is one as far as anybody says."""
    try:
        return await _within(dispatch.resources.listing(service_id), until), True
    except NotFound:
        return None, False


async def _consent(dispatch: Dispatch, known: Known, until: float) -> DisclosurePreview | None:
    if known.wanted is None:
        return None
    return await _within(dispatch.cases.preview(known.wanted), until)


async def _within(asked: Awaitable[T], until: float) -> T | None:
    """The answer, or None when it does not come in time."""
    try:
        async with asyncio.timeout_at(until):
            return await asked
    except (TimeoutError, NeighbourUnavailable):
        return None


async def alternatives(dispatch: Dispatch, row: Record, about: AboutClient, limit: int) -> Record:
    """The next matching listings that were not tried, the nearest or the best first, each weighed."""
    found = await search(dispatch, row, about, limit)
    listed = {listing.id: listing for listing in found.items}
    weighed = await weigh(dispatch, row, list(listed), about)
    items = [
        {
            **preflight,
            "organization_name": listed[preflight["service_id"]].organization_name,
            "distance_km": listed[preflight["service_id"]].distance_km,
        }
        for preflight in weighed
    ]
    return {"items": items, "total": found.total}


async def search(dispatch: Dispatch, row: Record, about: AboutClient, limit: int) -> FoundListings:
    """`row` carries what to `exclude`."""
    asked: Record = {"limit": limit, "languages": [about.language] if about.language else []}
    if about.near is not None:
        asked |= {"near": about.near.model_dump(), "radius_km": about.radius_km, "sort": "distance"}
    return await dispatch.resources.search(row["category"], row["exclude"], **asked)
