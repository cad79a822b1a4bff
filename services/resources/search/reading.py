"""What a question asks for: groups of alternatives, made with the same words listings have."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from services.resources.search import text
from services.resources.search.synonyms import Phrase, Synonyms

MOST_WORDS = 64  # a longer question is read as far as this

# Words that say nothing about which service is wanted, in English and Spanish.
STOP_WORDS = frozenset(
    text.stem(word)
    for word in re.findall(
        r"\w+",
        """
        a about after again all am an and any are as at be been before but by can could did do does
        doing don for from get gets getting give had has have he her here him his how i if in into
        is it its just like me my near nearby need needed needs not now of off on or our out over
        please she so some somebody someone something somewhere than that the their them then there
        these they this those to too up us was we were what when where which who why will with
        would you your im ive id looking look find finding search want wants help helping helps
        place
        al ante antes ayuda ayudas ayudar busco buscar como con cual cuando de del desde donde dos
        el ella ellos en entre era es esta este esto estoy favor fue ha hay hasta la las le
        les lo los mas me mi mis muy necesita necesito necesitamos no nos o para pero por porque
        puedo que quien quiero se ser si sin sobre su sus tengo tiene todo un una uno unos y ya yo
        """,
    )
)


@dataclass(frozen=True)
class Alternative:
    """One way to satisfy a group: a phrase in order, or, in the asker's own words, all of them."""

    tokens: Phrase
    literal: bool


Group = tuple[Alternative, ...]


@dataclass(frozen=True)
class Reading:
    """A question as the engines take it. No groups: only a whole name can match."""

    groups: tuple[Group, ...]
    exact: tuple[str, ...]
    corrected: str | None

    @property
    def relaxations(self) -> tuple[int, ...]:
        """How many groups must match: all, else most, else any."""
        wanted = len(self.groups)
        return tuple(sorted({wanted, -(-wanted * 3 // 5), min(wanted, 1)}, reverse=True))


def read(
    question: str,
    synonyms: Synonyms,
    known: Callable[[str], bool],
    correct: Callable[[str], str | None],
) -> Reading:
    """`known` tells whether a token stands in the index; `correct` mends a word that does not."""
    written = text.words(question)[:MOST_WORDS]
    mended = [_mend(word, synonyms, known, correct) for word in written]
    groups = list(_groups([text.stem(word) for word in mended], synonyms, STOP_WORDS))
    groups = groups or list(_groups([text.stem(word) for word in mended], synonyms, frozenset()))
    possible = [tuple(a for a in group if all(map(known, a.tokens))) for group in groups]
    return Reading(
        groups=tuple(dict.fromkeys(group for group in possible if group)),
        exact=tuple(dict.fromkeys(key for key in text.name_keys(question) if key)),
        corrected=" ".join(mended) if mended != written else None,
    )


def tokens(question: str, synonyms: Synonyms) -> set[str]:
    """Every token of which `read` may ask whether it is known, unless it mends a word."""
    asked = [text.stem(word) for word in text.words(question)[:MOST_WORDS]]
    ways = (way for group in _groups(asked, synonyms, frozenset()) for way in group)
    return {*asked, *(token for way in ways for token in way.tokens)}


def _mend(
    word: str,
    synonyms: Synonyms,
    known: Callable[[str], bool],
    correct: Callable[[str], str | None],
) -> str:
    token = text.stem(word)
    if token in STOP_WORDS or token in synonyms.tokens or known(token):
        return word
    return correct(word) or word


def _groups(
    tokens: Sequence[str], synonyms: Synonyms, dropped: frozenset[str]
) -> Iterator[tuple[Alternative, ...]]:
    position = 0
    while position < len(tokens):
        phrase = synonyms.match(tokens[position : position + synonyms.longest])
        if phrase is None and tokens[position] not in dropped:
            yield (Alternative((tokens[position],), literal=True),)
        elif phrase is not None:
            yield (
                Alternative(phrase, literal=True),
                *(Alternative(other, literal=False) for other in synonyms.others[phrase]),
            )
        position += len(phrase or tokens[position : position + 1])
