"""The form on which people ask for help, and what they are told after."""

from collections.abc import Mapping, Sequence
from uuid import uuid4

from fastapi import Response

from services.referrals import pages
from services.referrals.words import words
from shared.db import Record
from shared.schemas.needs import NeedCategory

WRONG = ("category", "words", "given_name", "family_name", "speaks", "phone", "email", "safe")
"""The fields in the order of the page, which is the order in which mistakes are listed."""
SPEAKS = {
    "en": "English",
    "es": "Español",
    "ht": "Kreyòl ayisyen",
    "fr": "Français",
    "pt": "Português",
    "zh": "中文",
    "vi": "Tiếng Việt",
    "tl": "Tagalog",
    "ar": "العربية",
    "ru": "Русский",
    "ko": "한국어",
}


def offered(page: Record) -> list[str]:
    return page["categories"] or [str(category) for category in NeedCategory]


def form_page(
    language: str,
    page: Record,
    given: Mapping[str, str] | None = None,
    wrong: Sequence[str] = (),
    status: int | None = None,
) -> Response:
    """Empty, or with what was `given` and what is `wrong` about it."""
    path, said = f"/help/{page['slug']}", words(language)
    return pages.page(
        "help.html",
        language,
        status=status or (200 if given is None else 422),
        here=path + "/{language}",
        path=f"{path}/{language}",
        name=page["name"],
        categories=[(code, said[f"category_{code}"], None) for code in offered(page)],
        speaks=[(code, name, code) for code, name in SPEAKS.items()],
        given={"speaks": language, "nonce": str(uuid4()), **(given or {})},
        wrong=wrong,
        later=status == 503,
    )


def thanks_page(language: str, page: Record) -> Response:
    said = words(language)
    lines = [
        said["help_received"].format(name=page["name"]),
        said["help_next"],
        said["help_danger"],
    ]
    here = f"/help/{page['slug']}/{{language}}/thanks"
    return pages.message_page(language, said["help_thanks_title"], lines, here=here)
