"""Finding services. A search is a POST: what it says of a person stands in no URL."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from services.resources.queries import listings
from services.resources.schemas.search import ListingResults, ListingSearch, Suggestions
from shared import clock
from shared.app import problems
from shared.auth import PublicDb
from shared.db import Record
from shared.strict_json import StrictRoute

router = APIRouter(prefix="/v1/services", tags=["search"], route_class=StrictRoute)


@router.post(
    "/search",
    response_model=ListingResults,
    operation_id="search_services",
    summary="Search the directory",
    responses=problems(503),
)
async def search_services(request: Request, search: ListingSearch, db: PublicDb) -> Record:
    """Services by words (stemmed, mended, widened by synonyms), taxonomy, language and nearness."""
    page = await request.app.state.catalogue.search(search.query())
    zone = request.app.state.settings.default_timezone
    found = await db.run(listings.cards, [hit.id for hit in page.hits], clock.now(), zone)
    seen = search.offset + len(page.hits)
    return {
        "items": [
            {**found[hit.id], "distance_km": hit.distance_km}
            for hit in page.hits
            if hit.id in found
        ],
        "total": page.total,
        "next_offset": seen if page.hits and seen < page.total else None,
        "facets": page.facets,
        "corrected": page.corrected,
    }


@router.get(
    "/suggestions",
    response_model=Suggestions,
    operation_id="suggest_services",
    summary="Complete what is being typed",
    responses=problems(503),
)
async def suggest_services(
    request: Request,
    _: PublicDb,
    prefix: Annotated[str, Query(min_length=1, max_length=100, examples=["food p"])],
    limit: Annotated[int, Query(ge=1, le=50)] = 10,
) -> Record:
    """Names of services and of what they offer, in which a word begins as the last one typed does."""
    return {"items": await request.app.state.catalogue.suggest(prefix, limit)}
