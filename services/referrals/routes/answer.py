"""The client's answer link: GET shows a page and changes nothing, POST answers."""

import re
from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import JSONResponse
from pydantic import ValidationError

from services.referrals import pages
from services.referrals.commands import answering
from services.referrals.commands.links import hash_of
from services.referrals.schemas.acts import ClientAnswer
from services.referrals.words import language_of
from shared.app import problems
from shared.auth import PublicDb, address_of
from shared.db import Database
from shared.errors import Invalid, NotFound, message, pointer, problem_response
from shared.strict_json import StrictRequest

router = APIRouter(prefix="/answer", tags=["client"])
FORM = "application/x-www-form-urlencoded"
BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": ClientAnswer.model_json_schema()},
            FORM: {"schema": ClientAnswer.model_json_schema()},
        },
    }
}
PAGE: dict[str, Any] = {"text/html": {"schema": {"type": "string"}}}
RECORDED = {"type": "object", "properties": {"recorded": {"type": "boolean"}}}
GONE = problems(404)[404]
SHOWN: dict[int | str, dict[str, Any]] = {
    200: {"content": PAGE},
    404: {"description": GONE["description"], "content": PAGE},
}
ANSWERED: dict[int | str, dict[str, Any]] = {
    200: {"content": PAGE | {"application/json": {"schema": RECORDED}}},
    404: GONE | {"content": PAGE | GONE["content"]},
}


def limited(request: Request) -> None:
    """Per visitor's address: a link is a secret that must not be tried for."""
    request.app.state.link_limiter.count(address_of(request))


Token = Annotated[str, Path(min_length=1, max_length=8000)]


def _behind(db: Database, token: str) -> Database:
    return replace(db, context=replace(db.context, link=hash_of(token)))


@router.get(
    "/{token}",
    operation_id="show_question",
    summary="Show the client's question",
    response_class=Response,
    responses=SHOWN,
    dependencies=[Depends(limited)],
)
async def show_question(request: Request, token: Token, db: PublicDb) -> Response:
    """A plain page in English or Spanish, with four buttons. Opening it answers nothing."""
    language = language_of(request.headers.get("accept-language", ""))
    return await _question(db, token, language)


@router.post(
    "/{token}",
    operation_id="answer_question",
    summary="Answer as the client",
    response_class=Response,
    responses=ANSWERED,
    openapi_extra=BODY,
    dependencies=[Depends(limited)],
)
async def answer_question(request: Request, token: Token, db: PublicDb) -> Response:
    """Record the client's own word, from the page's form or as JSON. The same again changes nothing."""
    plain = request.headers.get("content-type", "").partition(";")[0].strip() == FORM
    language = language_of(request.headers.get("accept-language", ""))
    try:
        answer = await _answer(request, plain)
    except Invalid:
        if not plain:
            raise
        return await _question(db, token, language, status=422)
    try:
        recorded = await _behind(db, token).run(answering.answer_by_link, token, answer)
    except NotFound as gone:
        return pages.gone_page(language) if plain else problem_response(gone)
    return pages.thanks_page(language) if plain else JSONResponse(recorded)


async def _question(db: Database, token: str, language: str, status: int = 200) -> Response:
    try:
        asked = await _behind(db, token).run(answering.question, token)
    except NotFound:
        return pages.gone_page(language)
    return pages.question_page(language, token, asked["service_name"], status)


async def _answer(request: Request, plain: bool) -> ClientAnswer:
    given = _fields(await request.body()) if plain else await _json(request)
    try:
        return ClientAnswer.model_validate(given)
    except ValidationError as error:
        wrong = error.errors(include_input=False, include_context=False, include_url=False)[0]
        where = pointer({**wrong, "loc": ("body", *wrong["loc"])})
        raise Invalid(where, message(wrong)) from None


async def _json(request: Request) -> Any:
    try:
        return await StrictRequest(request.scope, request.receive).json()
    except ValueError:
        raise Invalid("", "The body is not JSON.") from None


def _fields(body: bytes) -> dict[str, Any]:
    """The page's form: its select sends an empty value when the client would rather not say."""
    try:
        form = parse_qs(body.decode("ascii"), max_num_fields=5)
    except ValueError:
        raise Invalid("", "The form cannot be read.") from None
    fields: dict[str, Any] = {name: values[0] for name, values in form.items()}
    if re.fullmatch("[0-9]{1,2}", str(fields.get("helped", ""))):
        fields["helped"] = int(fields["helped"])
    return fields
