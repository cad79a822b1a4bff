"""The HSDS 3.2 API: read-only, public, in the specification's own shapes."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import AfterValidator, BaseModel

from services.resources import models
from services.resources import search as engine
from services.resources.queries import hsds
from services.resources.queries.hsds import HsdsPage, Wanted
from shared.app import problems
from shared.auth import PublicDb
from shared.errors import Invalid
from shared.schemas.strict import EARLIEST, LATEST

router = APIRouter(prefix="/hsds", tags=["hsds"])

PROFILE = "https://docs.openreferral.org/en/latest/hsds/"
FOUND = 10_000
"""The most that a search by words leads to."""
FULL_PAGE, MINIMAL_PAGE = 100, 100_000


class HsdsList(BaseModel):
    """HSDS's page. The objects are those of the specification (compiled schemas, 3.2)."""

    total_items: int
    total_pages: int
    page_number: int
    size: int
    first_page: bool
    last_page: bool
    empty: bool
    contents: list[dict[str, Any]]


class HsdsObject(BaseModel):
    """An object of HSDS 3.2, everything nested."""

    id: UUID


class About(BaseModel):
    version: str
    profile: str
    openapi_url: str
    description: str
    publisher: dict[str, str]


@dataclass(frozen=True)
class Asked:
    """What every list can be asked."""

    search: str | None
    page: int
    per_page: int | None

    def wanted(self, form: hsds.Form, **filters: Any) -> Wanted:
        """Refuses pages of full objects that would be too much to send."""
        per_page = self.per_page or (MINIMAL_PAGE if form == "minimal" else 50)
        if form in ("full", "full_service") and per_page > FULL_PAGE:
            raise Invalid("query/per_page", f"at most {FULL_PAGE} full objects a page")
        return Wanted(page=self.page, per_page=per_page, form=form, **filters)


async def asked(
    search: Annotated[str | None, Query(min_length=1, max_length=200, description="Words")] = None,
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
    per_page: Annotated[int | None, Query(ge=1, le=MINIMAL_PAGE)] = None,
    format: Annotated[Literal["json"], Query()] = "json",  # noqa: ARG001 - HSDS's; the one there is
) -> Asked:
    return Asked(search, page, per_page)


def in_utc(moment: datetime) -> datetime:
    """Without a zone, it is taken for UTC."""
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if not EARLIEST <= moment <= LATEST:
        raise ValueError("must be a time from 1900 to 2200")
    return moment


Since = Annotated[datetime, AfterValidator(in_utc)]


async def of_taxonomy(
    taxonomy_term_id: UUID | None = None, taxonomy_id: UUID | None = None
) -> dict[str, Any]:
    return {"taxonomy_term_id": taxonomy_term_id, "taxonomy_id": taxonomy_id}


async def of_service(
    taxonomy: Annotated[dict[str, Any], Depends(of_taxonomy)],
    organization_id: UUID | None = None,
    modified_after: Since | None = None,
) -> dict[str, Any]:
    return taxonomy | {"organization_id": organization_id, "modified_after": modified_after}


Listed = Annotated[Asked, Depends(asked)]
OfTaxonomy = Annotated[dict[str, Any], Depends(of_taxonomy)]
OfService = Annotated[dict[str, Any], Depends(of_service)]


def sent(page: HsdsPage) -> Response:
    return Response(page.json(), media_type="application/json")


def json_of(text: str) -> Response:
    return Response(text, media_type="application/json")


async def with_words(request: Request, wanted: Wanted, search: str | None) -> Wanted:
    if search is None:
        return wanted
    query = engine.Query(text=search, statuses=models.STATUSES, limit=FOUND)
    found = await request.app.state.catalogue.search(query)
    return replace(wanted, ids=tuple(hit.id for hit in found.hits))


@router.get("/", response_model=About, operation_id="hsds_about", summary="About this HSDS API")
async def about(request: Request, _: PublicDb) -> dict[str, Any]:
    """Which version of HSDS this speaks, and who publishes it."""
    settings = request.app.state.settings
    return {
        "version": "3.2",
        "profile": PROFILE,
        "openapi_url": f"{settings.public_url}{request.app.openapi_url}",
        "description": "Community resources that people are referred to.",
        "publisher": {"name": settings.publisher},
    }


@router.get(
    "/services",
    response_model=HsdsList,
    operation_id="hsds_list_services",
    summary="List services",
)
async def list_services(
    request: Request,
    db: PublicDb,
    asked: Listed,
    filters: OfService,
    minimal: bool = False,
    full: bool = False,
) -> Response:
    """Services with their one-to-one objects; `full`: everything nested; `minimal`: ids and dates."""
    form: hsds.Form = "minimal" if minimal else "full" if full else "short"
    wanted = await with_words(request, asked.wanted(form, **filters), asked.search)
    return sent(await db.run(hsds.page_of, "services", wanted))


@router.get(
    "/services/{id}",
    response_model=HsdsObject,
    operation_id="hsds_get_service",
    summary="Show a service, fully nested",
    responses=problems(404),
)
async def get_service(db: PublicDb, id: UUID) -> Response:
    """A service with all related data."""
    return json_of(await db.run(hsds.one, "services", "full", id))


@router.get(
    "/organizations",
    response_model=HsdsList,
    operation_id="hsds_list_organizations",
    summary="List organizations",
)
async def list_organizations(
    db: PublicDb,
    asked: Listed,
    filters: OfTaxonomy,
    full: bool = False,
    full_service: bool = False,
) -> Response:
    """Organizations; `search` is part of a name; `full_service` nests their services in full."""
    form: hsds.Form = "full_service" if full_service else "full" if full else "short"
    wanted = asked.wanted(form, name_like=asked.search, **filters)
    return sent(await db.run(hsds.page_of, "organizations", wanted))


@router.get(
    "/organizations/{id}",
    response_model=HsdsObject,
    operation_id="hsds_get_organization",
    summary="Show an organization, fully nested",
    responses=problems(404),
)
async def get_organization(db: PublicDb, id: UUID, full_service: bool = False) -> Response:
    """An organization with its locations and contacts; `full_service`: and its services."""
    form: hsds.Form = "full_service" if full_service else "full"
    return json_of(await db.run(hsds.one, "organizations", form, id))


@router.get(
    "/service_at_locations",
    response_model=HsdsList,
    operation_id="hsds_list_service_at_locations",
    summary="List services at locations",
)
async def list_service_at_locations(
    request: Request,
    db: PublicDb,
    asked: Listed,
    filters: OfService,
    full: bool = False,
) -> Response:
    """Each service at each place where it is given."""
    wanted = asked.wanted("full" if full else "short", **filters)
    wanted = await with_words(request, wanted, asked.search)
    return sent(await db.run(hsds.page_of, "service_at_locations", wanted))


@router.get(
    "/service_at_locations/{id}",
    response_model=HsdsObject,
    operation_id="hsds_get_service_at_location",
    summary="Show a service at a location, fully nested",
    responses=problems(404),
)
async def get_service_at_location(db: PublicDb, id: UUID) -> Response:
    """One service at one place, with both."""
    return json_of(await db.run(hsds.one, "service_at_locations", "full", id))


@router.get(
    "/taxonomies",
    response_model=HsdsList,
    operation_id="hsds_list_taxonomies",
    summary="List taxonomies",
)
async def list_taxonomies(
    db: PublicDb,
    asked: Listed,
) -> Response:
    """The vocabularies that terms come from; `search` is part of a name."""
    wanted = asked.wanted("short", name_like=asked.search)
    return sent(await db.run(hsds.page_of, "taxonomies", wanted))


@router.get(
    "/taxonomies/{id}",
    response_model=HsdsObject,
    operation_id="hsds_get_taxonomy",
    summary="Show a taxonomy",
    responses=problems(404),
)
async def get_taxonomy(db: PublicDb, id: UUID) -> Response:
    """One vocabulary."""
    return json_of(await db.run(hsds.one, "taxonomies", "short", id))


@router.get(
    "/taxonomy_terms",
    response_model=HsdsList,
    operation_id="hsds_list_taxonomy_terms",
    summary="List taxonomy terms",
)
async def list_taxonomy_terms(
    db: PublicDb,
    asked: Listed,
    taxonomy_id: UUID | None = None,
    parent_id: UUID | None = None,
    top_only: bool = False,
) -> Response:
    """Terms; `search` is part of a name; `top_only`: those without a parent."""
    filters = {"taxonomy_id": taxonomy_id, "parent_id": parent_id, "top_only": top_only}
    wanted = asked.wanted("short", name_like=asked.search, **filters)
    return sent(await db.run(hsds.page_of, "taxonomy_terms", wanted))


@router.get(
    "/taxonomy_terms/{id}",
    response_model=HsdsObject,
    operation_id="hsds_get_taxonomy_term",
    summary="Show a taxonomy term",
    responses=problems(404),
)
async def get_taxonomy_term(db: PublicDb, id: UUID) -> Response:
    """One term, with its taxonomy."""
    return json_of(await db.run(hsds.one, "taxonomy_terms", "short", id))
