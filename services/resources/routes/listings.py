"""One service: what it is, whether it takes anyone now, and who answers for it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request

from services.resources.queries import listings, standing
from services.resources.schemas.listings import ListingDetail
from shared import clock
from shared.app import problems
from shared.auth import PublicDb
from shared.db import Record
from shared.schemas.listings import ListingStanding
from shared.schemas.strict import Moment

router = APIRouter(prefix="/v1/services", tags=["listings"])


@router.get(
    "/by-source",
    response_model=ListingDetail,
    operation_id="get_service_by_source",
    summary="Find a service by its id at its source",
    responses=problems(404),
)
async def get_service_by_source(
    request: Request,
    db: PublicDb,
    source: Annotated[str, Query(max_length=64, examples=["starter"])],
    source_id: Annotated[str, Query(max_length=200)],
) -> Record:
    """The listing that a source knows by this id."""
    zone = request.app.state.settings.default_timezone
    return await db.run(listings.listing_by_source, source, source_id, clock.now(), zone)


@router.get(
    "/{service_id}",
    response_model=ListingDetail,
    operation_id="get_service",
    summary="Show a service",
    responses=problems(404),
)
async def get_service(request: Request, service_id: UUID, db: PublicDb) -> Record:
    """A service in full, in our terms and in HSDS's."""
    zone = request.app.state.settings.default_timezone
    return await db.run(listings.listing_in_full, service_id, clock.now(), zone)


@router.get(
    "/{service_id}/availability",
    response_model=ListingStanding,
    operation_id="get_service_availability",
    summary="Is it open, and who answers it",
    responses=problems(404),
)
async def get_service_availability(
    request: Request,
    service_id: UUID,
    db: PublicDb,
    at: Annotated[Moment | None, Query(description="The moment asked about; now")] = None,
) -> Record:
    """Whether the service takes referrals, is open, when it opens next, and whom to reach."""
    zone = request.app.state.settings.default_timezone
    return await db.run(standing.listing_standing, service_id, at or clock.now(), zone)
