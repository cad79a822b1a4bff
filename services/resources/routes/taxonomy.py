"""The terms that listings are found by."""

from typing import Annotated

from fastapi import APIRouter, Query

from services.resources.queries import taxonomy
from services.resources.schemas.listings import Term
from shared.auth import PublicDb
from shared.db import Record
from shared.pagination import Page, Pages

router = APIRouter(prefix="/v1/taxonomy-terms", tags=["taxonomy"])


@router.get(
    "",
    response_model=Page[Term],
    operation_id="list_taxonomy_terms",
    summary="List taxonomy terms",
)
async def list_taxonomy_terms(
    db: PublicDb,
    pages: Pages,
    parent: Annotated[
        str | None,
        Query(max_length=80, description="Code of the term above; empty for the top level"),
    ] = None,
) -> Record:
    """Terms in the order of their codes, with everyday words for each in English and Spanish."""
    return await db.run(taxonomy.list_terms, pages, parent)
