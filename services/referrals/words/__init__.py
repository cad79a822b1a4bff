"""What we say to people without an account, in each language we have, and which of them to use."""

from typing import Final

from services.referrals.words import categories, client, every_page, help_page, receivers

PARTS = (every_page, categories, client, help_page, receivers)
CATALOGUES: Final[dict[str, dict[str, str]]] = {
    "en": {key: said for part in PARTS for key, said in part.ENGLISH.items()},
    "es": {key: said for part in PARTS for key, said in part.SPANISH.items()},
}


def language_of(accept: str) -> str:
    """The first language of an Accept-Language header that we have; English otherwise."""
    weighted = []
    for position, part in enumerate(accept[:500].split(",")):
        tag, _, quality = part.strip().partition(";q=")
        try:
            weight = float(quality or 1)
        except ValueError:
            weight = 0.0
        weighted.append((-weight, position, tag.strip().lower()[:2]))
    return next((tag for weight, _, tag in sorted(weighted) if tag in CATALOGUES and weight), "en")


def words(language: str) -> dict[str, str]:
    return CATALOGUES.get(language[:2], CATALOGUES["en"])
