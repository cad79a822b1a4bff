"""What the index holds of a service: public facts, and the ready tokens made from them."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.resources.search import text

# Stands between the parts of a text, so that no phrase runs across them; never a token.
BOUNDARY = " . "
SUGGESTED_STARTS = 8
SUGGESTION_MARK = "\t"


@dataclass(frozen=True, kw_only=True)
class Document:
    """One service. Points of confidential places are the caller's to leave out."""

    id: UUID
    name: str
    alternate_name: str | None = None
    organization_name: str | None = None
    description: str | None = None
    terms: tuple[str, ...] = ()  # names and synonyms of its taxonomy terms
    taxonomy_codes: tuple[str, ...] = ()  # its own and every ancestor's
    taxonomy_tops: tuple[str, ...] = ()  # of those, the ones without a parent: the facet
    languages: tuple[str, ...] = ()
    status: str = "active"
    points: tuple[tuple[float, float], ...] = ()  # (latitude, longitude) in degrees
    verified: date | None = None
    minimum_age: int | None = None
    maximum_age: int | None = None
    accepting: bool = True
    flagged: bool = False  # referrals found that it may be wrong

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(filter(None, (self.name, self.alternate_name)))


@dataclass(frozen=True)
class Projection:
    """The text fields of a document, ready for an engine that splits on spaces."""

    name: str
    terms: str
    body: str
    words: str  # unstemmed, for spelling
    exact: tuple[str, ...]
    exact_alternate: tuple[str, ...]
    suggestions: tuple[str, ...]
    sort_key: str
    browse_key: str  # the same, but what may be wrong comes last


def project(document: Document) -> Projection:
    """Analyse a document."""
    parts = (*document.names, document.organization_name, *document.terms, document.description)
    written = [part for part in parts if part]
    sort_key = f"{text.name_keys(document.name)[1]}\0{document.id}"
    return Projection(
        name=_ready(document.names),
        terms=_ready(document.terms),
        body=_ready(written),
        words=" ".join(dict.fromkeys(word for part in written for word in text.words(part))),
        exact=_keys(document.name),
        exact_alternate=_keys(document.alternate_name or ""),
        suggestions=tuple(
            dict.fromkeys(
                suggestion
                for phrase in (*document.names, *document.terms)
                for suggestion in _suggestions(phrase)
            )
        ),
        sort_key=sort_key,
        browse_key=f"{int(document.flagged)}{sort_key}",
    )


def _ready(parts: tuple[str, ...] | list[str]) -> str:
    return BOUNDARY.join(" ".join(text.analyse(part)) for part in parts)


def _keys(name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for key in text.name_keys(name) if key))


def _suggestions(phrase: str) -> Iterator[str]:
    """The phrase under each of its words, so that the middle of a name can be typed too."""
    shown = " ".join(phrase.split())[: text.LONGEST_KEY]
    folded = text.words(shown)
    for start in range(min(len(folded), SUGGESTED_STARTS)):
        yield f"{' '.join(folded[start:])}{SUGGESTION_MARK}{shown}"


def ranked_suggestions(found: Iterable[tuple[str, int]]) -> list[str]:
    """The phrases behind indexed suggestions, the most frequent first, each in one spelling."""
    counts: Counter[str] = Counter()
    for suggestion, count in found:
        shown = suggestion.partition(SUGGESTION_MARK)[2]
        counts[shown] = max(counts[shown], count)
    spellings: dict[str, str] = {}
    for shown in sorted(counts, key=lambda shown: (-counts[shown], len(shown), shown)):
        spellings.setdefault(text.fold(shown), shown)
    return list(spellings.values())
