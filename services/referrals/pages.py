"""The client's pages: plain HTML without scripts, foreign resources or personal data."""

import hashlib
from base64 import b64encode
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.referrals.words import words

TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
)


def _style_hash() -> str:
    source = (Path(__file__).parent / "templates" / "page.html").read_text()
    style = source.split("<style>", 1)[1].split("</style>", 1)[0]
    return b64encode(hashlib.sha256(style.encode()).digest()).decode()


HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_style_hash()}'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Robots-Tag": "noindex",
}


def question_page(
    language: str, token: str, service_name: str | None, status: int = 200
) -> HTMLResponse:
    path = f"/answer/{token}"
    return _page("question.html", language, status, service_name=service_name, path=path)


def thanks_page(language: str) -> HTMLResponse:
    said = words(language)
    return _message(language, said["thanks_title"], [said["thanks"], said["again"]])


def gone_page(language: str) -> HTMLResponse:
    said = words(language)
    return _message(language, said["gone_title"], [said["gone"]], status=404)


def _message(language: str, title: str, lines: list[str], status: int = 200) -> HTMLResponse:
    return _page("message.html", language, status, title=title, lines=lines)


def _page(template: str, language: str, status: int = 200, **shown: Any) -> HTMLResponse:
    html = TEMPLATES.get_template(template).render(
        language=language, words=words(language), **shown
    )
    return HTMLResponse(html, status, HEADERS)
