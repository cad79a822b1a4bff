"""Is this client on record already? Pure: names compared loosely, birth date and phone exactly."""

import unicodedata
from dataclasses import dataclass
from datetime import date

from rapidfuzz.fuzz import token_sort_ratio

ALIKE, THE_SAME = 85.0, 95.0
PHONE_DIGITS = 7


@dataclass(frozen=True)
class Person:
    name: str
    birth_date: date | None
    phones: frozenset[str]


def digits_of(phone: str) -> str | None:
    """The last digits, which survive country codes and punctuation; None for no phone number."""
    digits = "".join(c for c in phone if c.isascii() and c.isdigit())
    return digits[-10:] if len(digits) >= PHONE_DIGITS else None


def folded(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def matches(new: Person, known: Person) -> list[str]:
    """What they have in common, if that makes them a possible duplicate; else nothing."""
    alike = token_sort_ratio(folded(new.name), folded(known.name))
    born = new.birth_date is not None and new.birth_date == known.birth_date
    called = bool(new.phones & known.phones)
    unknown = new.birth_date is None or known.birth_date is None
    evidence = {"name": alike >= ALIKE, "birth_date": born, "phone": called}
    enough = sum(evidence.values()) >= 2 or (alike >= THE_SAME and unknown)
    return [code for code, found in evidence.items() if found] if enough else []
