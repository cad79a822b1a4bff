"""Everyday words for the same help, in English and Spanish, read from a file a person can edit."""

import csv
import functools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from services.resources.search import text

FILE = Path(__file__).with_name("synonyms.csv")

Phrase = tuple[str, ...]


@dataclass(frozen=True)
class Synonyms:
    """Groups of phrases that mean one thing; a phrase may stand in several groups."""

    others: dict[Phrase, tuple[Phrase, ...]]
    tokens: frozenset[str]
    longest: int

    def match(self, tokens: Sequence[str]) -> Phrase | None:
        """The longest known phrase that the tokens begin with."""
        for length in range(min(self.longest, len(tokens)), 0, -1):
            if (phrase := tuple(tokens[:length])) in self.others:
                return phrase
        return None


def group(phrases: Iterable[Iterable[str]]) -> Synonyms:
    """Synonyms from rows of phrases."""
    others: dict[Phrase, dict[Phrase, None]] = defaultdict(dict)
    for row in phrases:
        ready = [tokens for phrase in row if (tokens := tuple(text.analyse(phrase)))]
        for one in ready:
            others[one].update(dict.fromkeys(other for other in ready if other != one))
    return Synonyms(
        others={phrase: tuple(found) for phrase, found in others.items()},
        tokens=frozenset(token for phrase in others for token in phrase),
        longest=max(map(len, others), default=0),
    )


def _rows(path: Path) -> Iterator[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.reader(line for line in file if not line.startswith("#"))


def read(path: Path) -> Synonyms:
    """The synonyms of a file: a group a line, phrases parted by commas, # for a remark."""
    return group(_rows(path))


@functools.cache
def shipped() -> Synonyms:
    """The synonyms that come with the project."""
    return read(FILE)
