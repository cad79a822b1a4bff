"""Pages for people without an account: plain HTML without scripts, foreign resources or personal data.

Every page is there in each language, at a path that differs in one segment.
"""

import hashlib
from base64 import b64encode
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Literal

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException

from services.referrals.forms import is_form
from services.referrals.words import CATALOGUES, language_of, words
from shared.app import problems
from shared.strict_json import StrictRoute

Language = Literal["en", "es"]
FOLDER = Path(__file__).parent / "templates"
TEMPLATES = Environment(
    loader=FileSystemLoader(FOLDER),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def _style_hash() -> str:
    source = (FOLDER / "page.html").read_text()
    style = source.split("<style>", 1)[1].split("</style>", 1)[0]
    return b64encode(hashlib.sha256(style.encode()).digest()).decode()


HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_style_hash()}'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Robots-Tag": "noindex",
}
HTML: dict[str, Any] = {"text/html": {"schema": {"type": "string"}}}


def shows(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses=` of an operation that answers with pages: what goes wrong is a page too, or a
    problem for a program that posts."""
    meanings: dict[int | str, str] = {
        200: "The page",
        303: "Look there",
        404: "There is no such page",
        422: "The page again: something is missing or wrong",
        429: "Too many requests; see Retry-After",
        503: "Not just now",
    }
    troubles = problems(404, 422, 429, 503)
    for trouble in troubles.values():
        trouble["content"] = trouble["content"] | HTML
    shown = {s: {"content": HTML} if s == 200 else {} for s in statuses}
    return {s: told | {"description": meanings[s]} for s, told in (shown | troubles).items()}


def page(
    template: str, language: str, *, status: int = 200, here: str | None = None, **shown: Any
) -> HTMLResponse:
    """`here` is the path of this page with `{language}` in it, for the switch of language."""
    switch = here and {code: here.format(language=code) for code in CATALOGUES if code != language}
    html = TEMPLATES.get_template(template).render(
        language=language, words=words(language), switch=switch or {}, **shown
    )
    return HTMLResponse(html, status, HEADERS)


def message_page(
    language: str,
    title: str,
    lines: list[str],
    *,
    status: int = 200,
    here: str | None = None,
    links: dict[str, str] | None = None,
) -> HTMLResponse:
    """A title and some lines; `links` are ways to go on, by what they say."""
    shown = {"title": title, "lines": lines, "links": links or {}}
    return page("message.html", language, status=status, here=here, **shown)


def gone_page(language: str) -> HTMLResponse:
    """The one page for whatever is wrong, expired or revoked."""
    return _trouble(language, 404, "gone")


def see(path: str) -> Response:
    """After a form: the page to look at, so that loading it again sends nothing again."""
    return Response(status_code=303, headers={"Location": path})


def language_in(request: Request) -> str:
    """That of the path, else the browser's."""
    named = request.path_params.get("language")
    return named if named in CATALOGUES else language_of(request.headers.get("accept-language", ""))


Handle = Callable[[Request], Coroutine[Any, Any, Response]]


class PageRoute(StrictRoute):
    """Tells people of a problem on a page. Programs, which send JSON, get it as they do elsewhere."""

    def get_route_handler(self) -> Handle:
        handle = super().get_route_handler()

        async def shown(request: Request) -> Response:
            try:
                return await handle(request)
            except (HTTPException, RequestValidationError) as problem:
                if request.method == "POST" and not is_form(request):
                    raise
                return problem_page(request, problem)

        return shown


def problem_page(request: Request, problem: Exception) -> Response:
    language = language_in(request)
    status = problem.status_code if isinstance(problem, HTTPException) else 404
    if status == 429:
        return _trouble(language, status, "busy")
    return _trouble(language, 503, "later") if status >= 500 else gone_page(language)


def _trouble(language: str, status: int, kind: str) -> HTMLResponse:
    said = words(language)
    return message_page(language, said[f"{kind}_title"], [said[kind]], status=status)
