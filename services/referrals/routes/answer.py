"""The client's answer link: GET shows a page and changes nothing, POST answers."""

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import JSONResponse
from pydantic import ValidationError

from services.referrals import forms, pages
from services.referrals.client_pages import HELPED, VIEWS, View, path_of, question_page
from services.referrals.commands import answering
from services.referrals.commands.links import hash_of
from services.referrals.pages import Language
from services.referrals.schemas.acts import ClientAnswer
from services.referrals.words import CATALOGUES
from shared.auth import PublicDb, address_of
from shared.db import Database, Record
from shared.errors import Invalid, message, pointer
from shared.strict_json import StrictRequest


def limited(request: Request) -> None:
    """Per visitor's address: a link is a secret that must not be tried for."""
    request.app.state.link_limiter.count(address_of(request))


router = APIRouter(
    prefix="/answer",
    tags=["client"],
    route_class=pages.PageRoute,
    dependencies=[Depends(limited)],
    default_response_class=Response,
)
BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": ClientAnswer.model_json_schema()},
            forms.FORM: {"schema": ClientAnswer.model_json_schema()},
        },
    }
}
RECORDED = {"type": "object", "properties": {"recorded": {"type": "boolean"}}}
ANSWERED: dict[int | str, dict[str, Any]] = {
    **pages.shows(303),
    200: {"description": "Recorded", "content": {"application/json": {"schema": RECORDED}}},
}

Token = Annotated[str, Path(min_length=1, max_length=8000)]


@router.get(
    "/{token}",
    operation_id="show_question",
    summary="Show the client's question",
    responses=pages.shows(200),
)
async def show_question(request: Request, token: Token, db: PublicDb) -> Response:
    """A plain page in the client's language, with four buttons. Opening it answers nothing."""
    asked = await _seen(db, token)
    language = asked["language"] if asked["language"] in CATALOGUES else pages.language_in(request)
    return question_page(language, token, asked)


@router.get(
    "/{token}/{language}",
    operation_id="show_question_in_language",
    summary="Show the client's question in a language",
    responses=pages.shows(200),
)
async def show_question_in_language(token: Token, language: Language, db: PublicDb) -> Response:
    """The same page in English or in Spanish."""
    return question_page(language, token, await _seen(db, token))


@router.get(
    "/{token}/{language}/{view}",
    operation_id="show_client_page",
    summary="Show what follows the client's answer",
    responses=pages.shows(200),
)
async def show_client_page(token: Token, language: Language, view: View, db: PublicDb) -> Response:
    """How much it helped; thanks, and what happens next; and taking it back. Shown, nothing more."""
    asked = await _seen(db, token)
    shown = VIEWS[view](language, token, asked)
    return shown or question_page(language, token, asked)


@router.post(
    "/{token}",
    operation_id="answer_question",
    summary="Answer as the client",
    responses=ANSWERED,
    openapi_extra=BODY,
)
async def answer_question(request: Request, token: Token, db: PublicDb) -> Response:
    """Record the client's own word, from the page's form or as JSON. The same again changes nothing."""
    if not forms.is_form(request):
        answer = _answer(await _json(request))
        return JSONResponse(await _behind(db, token).run(answering.answer_by_link, token, answer))
    given: dict[str, Any] = await _form(request)
    chosen = given.pop("language", None)
    language = chosen if chosen in CATALOGUES else pages.language_in(request)
    try:
        answer = _answer(given)
    except Invalid:
        return question_page(language, token, await _seen(db, token), status=422)
    await _behind(db, token).run(answering.answer_by_link, token, answer)
    ask_more = answer.answer in HELPED and answer.helped is None
    return pages.see(path_of(token, language, "helped" if ask_more else "thanks"))


@router.post(
    "/{token}/{language}/stop",
    operation_id="stop_help",
    summary="Take the request for help back, as the client",
    responses=pages.shows(303),
)
async def stop_help(token: Token, language: Language, db: PublicDb) -> Response:
    """Before it was accepted it is withdrawn at once; after, its receiver is asked to stop."""
    await _behind(db, token).run(answering.stop, token)
    return pages.see(path_of(token, language, "stopped"))


def _behind(db: Database, token: str) -> Database:
    return replace(db, context=replace(db.context, link=hash_of(token)))


async def _seen(db: Database, token: str) -> Record:
    return await _behind(db, token).run(answering.seen, token)


async def _json(request: Request) -> Any:
    try:
        return await StrictRequest(request.scope, request.receive).json()
    except ValueError:
        raise Invalid("", "The body is not JSON.") from None


async def _form(request: Request) -> dict[str, Any]:
    """What cannot be read is no answer either, and gets the question again."""
    try:
        given: dict[str, Any] = await forms.fields(request)
    except Invalid:
        return {}
    mark = given.get("helped", "")
    return given | ({"helped": int(mark)} if mark in {"1", "2", "3", "4", "5"} else {})


def _answer(given: Any) -> ClientAnswer:
    try:
        return ClientAnswer.model_validate(given)
    except ValidationError as error:
        wrong = error.errors(include_input=False, include_context=False, include_url=False)[0]
        where = pointer({**wrong, "loc": ("body", *wrong["loc"])})
        raise Invalid(where, message(wrong)) from None
