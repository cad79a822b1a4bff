"""The public page on which a person asks for help: what they send in becomes an inquiry in cases."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Annotated, Any
from uuid import UUID, uuid5

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import ValidationError

from services.referrals import forms, help_form, pages
from services.referrals.clients import own_cases
from services.referrals.help_form import WRONG
from services.referrals.pages import Language
from services.referrals.queries import help_pages
from services.referrals.routes.answer import limited
from services.referrals.schemas.help_pages import HelpForm
from shared.auth import PublicDb, address_of
from shared.db import Record
from shared.errors import Invalid, NeighbourUnavailable
from shared.http import NeighbourRefused
from shared.schemas.disclosures import NewInquiry

router = APIRouter(
    prefix="/help",
    tags=["help"],
    route_class=pages.PageRoute,
    dependencies=[Depends(limited)],
    default_response_class=Response,
)
SENT_IN: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {forms.FORM: {"schema": HelpForm.model_json_schema()}},
    }
}
Slug = Annotated[str, Path(max_length=60)]


def limited_more(request: Request) -> None:
    """Everything that is sent in is read by a person."""
    request.app.state.help_limiter.count(address_of(request))


@router.get(
    "/{slug}",
    operation_id="show_help_page",
    summary="Show the form to ask for help",
    responses=pages.shows(200),
)
async def show_help_page(request: Request, slug: Slug, db: PublicDb) -> Response:
    """In the browser's language, English or Spanish."""
    page = await db.run(help_pages.visited, slug)
    return help_form.form_page(pages.language_in(request), page)


@router.get(
    "/{slug}/{language}",
    operation_id="show_help_page_in_language",
    summary="Show the form to ask for help in a language",
    responses=pages.shows(200),
)
async def show_help_page_in_language(slug: Slug, language: Language, db: PublicDb) -> Response:
    """The same page in English or in Spanish."""
    return help_form.form_page(language, await db.run(help_pages.visited, slug))


@router.post(
    "/{slug}/{language}",
    operation_id="ask_for_help",
    summary="Ask for help",
    responses=pages.shows(303),
    openapi_extra=SENT_IN,
    dependencies=[Depends(limited_more)],
)
async def ask_for_help(request: Request, slug: Slug, language: Language, db: PublicDb) -> Response:
    """An inquiry of the page's organization, whoever asks: nothing tells whether they are known there.

    Sent twice, as by an impatient tap, it is one inquiry.
    """
    page = await db.run(help_pages.visited, slug)
    if not forms.is_form(request):
        raise Invalid("", "Send the page's form.")
    given = await forms.fields(request)
    try:
        asked = HelpForm.model_validate(given)
    except ValidationError as error:
        return help_form.form_page(language, page, given, _wrong(error, given))
    if asked.category not in help_form.offered(page):
        return help_form.form_page(language, page, given, ["category"])
    try:
        cases = await own_cases(request)
        await cases.create_inquiry(_inquiry(page, asked))
    except (NeighbourUnavailable, NeighbourRefused):  # what was typed stays on the page
        return help_form.form_page(language, page, given, status=503)
    return pages.see(f"/help/{slug}/{language}/thanks")


@router.get(
    "/{slug}/{language}/thanks",
    operation_id="show_help_thanks",
    summary="Show what happens next",
    responses=pages.shows(200),
)
async def show_help_thanks(slug: Slug, language: Language, db: PublicDb) -> Response:
    """The same for everybody: it holds nothing of what was sent."""
    return help_form.thanks_page(language, await db.run(help_pages.visited, slug))


def _wrong(error: ValidationError, given: Mapping[str, str]) -> list[str]:
    """The fields to look at again; that there is no way to reach them is told at the first of those."""
    named = {str(wrong["loc"][0]) for wrong in error.errors() if wrong["loc"]}
    if not given.keys() & {"phone", "email"}:
        named.add("phone")
    return [field for field in WRONG if field in named]


def _inquiry(page: Record, asked: HelpForm) -> NewInquiry:
    told = asked.model_dump(exclude={"safe", "speaks", "nonce"})
    # The same form again is the same inquiry; one that was corrected is another.
    digest = sha256(asked.model_dump_json().encode()).hexdigest()
    return NewInquiry(
        organization_id=page["organization"],
        source="self_referral",
        source_id=uuid5(UUID(str(page["id"])), digest),
        language=asked.speaks,
        **told,
    )
