"""The pages on which people ask this organization for help: opened, changed and closed by its admin."""

from uuid import UUID

from fastapi import APIRouter, Response

from services.referrals.commands import help_pages as commands
from services.referrals.queries import help_pages
from services.referrals.routes.callers import Admin
from services.referrals.schemas.help_pages import HelpPage, HelpPageChange, NewHelpPage
from shared.app import problems
from shared.auth import Db
from shared.db import Record
from shared.etag import ReadVersion, tag
from shared.idempotency import OnlyOnce
from shared.pagination import Page, Pages
from shared.strict_json import StrictRoute

router = APIRouter(prefix="/v1/help-pages", tags=["help pages"], route_class=StrictRoute)


@router.get(
    "", response_model=Page[HelpPage], operation_id="list_help_pages", summary="List help pages"
)
async def list_help_pages(caller: Admin, db: Db, paging: Pages) -> Record:
    """This organization's, the newest first, active or not."""
    return await db.run(help_pages.list_pages, caller, paging)


@router.post(
    "",
    status_code=201,
    response_model=HelpPage,
    operation_id="create_help_page",
    summary="Open a help page",
    responses=problems(409),
)
async def create_help_page(
    new: NewHelpPage, caller: Admin, db: Db, once: OnlyOnce, response: Response
) -> Record:
    """A public form at `/help/{slug}`. What people send in becomes an inquiry of this organization."""
    row = await db.run(once, commands.create, caller, new)
    tag(response, row["version"])
    return row


@router.get(
    "/{page_id}",
    response_model=HelpPage,
    operation_id="get_help_page",
    summary="Show a help page",
    responses=problems(404),
)
async def get_help_page(page_id: UUID, caller: Admin, db: Db, response: Response) -> Record:
    """Its address, and what it offers."""
    row = await db.run(help_pages.get_page, caller, page_id)
    tag(response, row["version"])
    return row


@router.patch(
    "/{page_id}",
    response_model=HelpPage,
    operation_id="change_help_page",
    summary="Change a help page",
    responses=problems(404, 412, 428),
)
async def change_help_page(
    page_id: UUID,
    new: HelpPageChange,
    caller: Admin,
    read: ReadVersion,
    db: Db,
    response: Response,
) -> Record:
    """Its name, what it offers, or whether it is there at all."""
    row = await db.run(commands.change, caller, page_id, new, read)
    tag(response, row["version"])
    return row
