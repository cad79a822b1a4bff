"""A provider's link: GET shows how a request stands, POST answers it; the details take a second factor."""

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import TypeAdapter, ValidationError

from services.referrals import forms, pages, respond_pages
from services.referrals.clients import own_cases
from services.referrals.commands import responding
from services.referrals.commands.accepting import check_consent
from services.referrals.commands.links import hash_of
from services.referrals.commands.moving import Details
from services.referrals.errors import PacketClosed
from services.referrals.lifecycle.transitions import Act
from services.referrals.pages import Language
from services.referrals.respond_pages import View, path_of
from services.referrals.schemas.respond import CODE, RESPONSE, SIMPLE, Code
from shared.app import problems
from shared.auth import PublicDb, address_of
from shared.db import Database
from shared.errors import ActionNotAllowed, Conflict, Invalid

Token = Annotated[str, Path(min_length=1, max_length=8000)]


def limited(request: Request, token: Token) -> None:
    """Per visitor's address, and per link: neither a link nor its code must be tried for."""
    limiter = request.app.state.link_limiter
    limiter.count(address_of(request))
    limiter.count(f"link {hash_of(token).hex()}")


router = APIRouter(
    prefix="/respond",
    tags=["provider"],
    route_class=pages.PageRoute,
    dependencies=[Depends(limited)],
    default_response_class=Response,
)
CONFLICT = problems(409)
CONFLICT[409] |= {"content": CONFLICT[409]["content"] | pages.HTML}


def _form(adapter: TypeAdapter[Any]) -> dict[str, Any]:
    schema = adapter.json_schema(ref_template="#/components/schemas/{model}")
    schema.pop("$defs", None)
    return {"requestBody": {"required": True, "content": {forms.FORM: {"schema": schema}}}}


@router.get(
    "/{token}",
    operation_id="show_request",
    summary="Show a provider what is asked of it",
    responses=pages.shows(200),
)
async def show_request(request: Request, token: Token, db: PublicDb) -> Response:
    """A plain page that says nothing about the person. Opening it answers nothing."""
    return await _state(pages.language_in(request), token, db)


@router.get(
    "/{token}/{language}",
    operation_id="show_request_in_language",
    summary="Show a provider what is asked of it, in a language",
    responses=pages.shows(200),
)
async def show_request_in_language(token: Token, language: Language, db: PublicDb) -> Response:
    """The same page in English or in Spanish."""
    return await _state(language, token, db)


@router.get(
    "/{token}/{language}/{view}",
    operation_id="show_request_form",
    summary="Show a form of the provider's",
    responses=pages.shows(200),
)
async def show_request_form(token: Token, language: Language, view: View, db: PublicDb) -> Response:
    """What takes more than a tap: reasons, dates, what was given, a question, the code."""
    state = await _behind(db, token).run(responding.show, token)
    if view == "packet" and state["opens"]:
        return respond_pages.code_page(language, token, state["codes_to"])
    if view in state["acts"]:
        return respond_pages.form_page(language, token, view)
    return respond_pages.state_page(language, token, state)


@router.post(
    "/{token}/{language}",
    operation_id="respond_to_request",
    summary="Answer as the provider",
    responses=pages.shows(303) | CONFLICT,
    openapi_extra=_form(RESPONSE),
)
async def respond_to_request(
    request: Request, token: Token, language: Language, db: PublicDb
) -> Response:
    """What the provider says, as with an account. The same again changes nothing: it shows how it stands."""
    if not forms.is_form(request):
        raise Invalid("", "Send the page's form.")
    given: dict[str, str] = {}
    try:
        given = await forms.fields(request)
        await _say(request, _behind(db, token), token, _read(RESPONSE, given))
    except Invalid as wrong:
        return await _again(language, token, db, given, wrong)
    except ActionNotAllowed:
        return await _state(language, token, db, status=409, changed=True)
    except Conflict as conflict:
        return _conflict(request, language, token, conflict)
    return pages.see(path_of(token, language))


@router.post(
    "/{token}/{language}/code",
    operation_id="send_access_code",
    summary="Send the provider a code for the packet",
    responses=pages.shows(303) | CONFLICT,
)
async def send_access_code(
    request: Request, token: Token, language: Language, db: PublicDb
) -> Response:
    """Six digits to the address that the link was made for, never to one that is typed in here."""
    try:
        sent, to = await _behind(db, token).run(responding.request_code, token)
    except PacketClosed as closed:
        return _conflict(request, language, token, closed)
    if not sent:
        wrong = "code_too_many"
        return respond_pages.code_page(language, token, to, status=429, wrong=wrong)
    return pages.see(path_of(token, language, "packet"))


@router.post(
    "/{token}/{language}/packet",
    operation_id="open_packet_by_link",
    summary="Open the packet with a code",
    responses=pages.shows(200) | CONFLICT,
    openapi_extra=_form(CODE),
)
async def open_packet_by_link(
    request: Request, token: Token, language: Language, db: PublicDb
) -> Response:
    """Shown once, and kept nowhere. cases is asked each time whether the disclosure still stands."""
    behind = _behind(db, token)
    try:
        code: Code = _read(CODE, await forms.fields(request))
    except Invalid:
        to = (await behind.run(responding.show, token))["codes_to"]
        return respond_pages.code_page(language, token, to, status=422, wrong="wrong_code")
    try:
        sealed = await behind.run(responding.sealed_packet, token)
        cases = await own_cases(request)
        standing = await cases.disclosure_standing(sealed["disclosure_id"], sealed["organization"])
        if not standing.stands:
            raise PacketClosed("The consent no longer stands.", reason=standing.reason)
        opened = await behind.run(responding.open_packet, token, code.code)
    except PacketClosed as closed:
        return _conflict(request, language, token, closed)
    if isinstance(opened, responding.NotOpened):
        wrong = "code_wrong" if opened.tries_left else "code_over"
        return respond_pages.code_page(
            language, token, opened.codes_to, status=422, wrong=wrong, tries_left=opened.tries_left
        )
    return respond_pages.packet_page(language, token, opened)


async def _say(request: Request, behind: Database, token: str, said: Any) -> None:
    if said.act is Act.ACCEPT:
        consented = await _late_consent(request, behind, token)
        await behind.run(responding.accept, token, consented=consented)
    elif said.act is Act.ASK_QUESTION:
        await behind.run(responding.ask, token, said.text)
    else:
        details = Details(**said.model_dump(exclude={"act"}))
        await behind.run(responding.act, token, said.act, details)


async def _late_consent(request: Request, behind: Database, token: str) -> bool:
    """Whether it is a late acceptance, to which cases has just said that the consent stands."""
    late = await behind.run(responding.late, token)
    if late is None:
        return False
    cases = await own_cases(request)
    check_consent(await cases.disclosure_standing(late["disclosure_id"], late["organization"]))
    return True


async def _state(
    language: str, token: str, db: Database, *, status: int = 200, changed: bool = False
) -> Response:
    state = await _behind(db, token).run(responding.show, token)
    return respond_pages.state_page(language, token, state, status=status, changed=changed)


def _conflict(request: Request, language: str, token: str, problem: Conflict) -> Response:
    if not forms.is_form(request):
        raise problem
    return respond_pages.conflict_page(language, token, problem)


async def _again(
    language: str, token: str, db: Database, given: dict[str, str], problem: Invalid
) -> Response:
    """The form that the answer came from, with what is wrong in it."""
    state = await _behind(db, token).run(responding.show, token)
    act = given.get("act", "")
    wrong = frozenset(e["pointer"].rpartition("/")[2] for e in problem.extra["errors"])
    if act not in state["acts"] or act in SIMPLE or "retry_on" in wrong:
        return respond_pages.state_page(language, token, state, status=422, wrong=wrong)
    return respond_pages.form_page(language, token, act, wrong=wrong, given=given)


def _read(adapter: TypeAdapter[Any], given: dict[str, str]) -> Any:
    """Raises `Invalid`, which names the field; a reason without its note is about the note."""
    try:
        return adapter.validate_python(given)
    except ValidationError as error:
        first = error.errors(include_input=False, include_context=False, include_url=False)[0]
        *_, field = ("note", *first["loc"][1:]) if first["loc"] else ("act",)
        raise Invalid(f"/{field}", "It is missing or wrong.") from None


def _behind(db: Database, token: str) -> Database:
    return replace(db, context=replace(db.context, link=hash_of(token)))
