"""Where confidential locations are: for a scope, with an audit row for every look."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from services.resources.queries import places
from services.resources.schemas.listings import ConfidentialPlace
from shared.app import problems
from shared.auth import Db, Principal, requires
from shared.db import Record

router = APIRouter(prefix="/v1/locations", tags=["confidential places"])


@router.get(
    "/{location_id}/confidential-place",
    response_model=ConfidentialPlace,
    operation_id="get_confidential_place",
    summary="Show where a confidential location is",
    responses=problems(404),
)
async def get_confidential_place(
    location_id: UUID, _: Annotated[Principal, requires("directory:confidential")], db: Db
) -> Record:
    """The address of a shelter and the like. Each look is on record, with who looked."""
    return places.required(await db.run(places.open_place, location_id))
