"""Cautious correction of words that no listing uses, towards words that listings do use."""

from collections import defaultdict
from collections.abc import Iterable

from rapidfuzz import process
from rapidfuzz.distance import OSA

SHORTEST = 4
LONG_ENOUGH_FOR_TWO_SLIPS = 8


class Speller:
    """The index's own words, by length."""

    def __init__(self, vocabulary: Iterable[tuple[str, int]]) -> None:
        self._frequency = {
            word: count
            for word, count in vocabulary
            if len(word) >= SHORTEST - 1 and word.isalpha()
        }
        self._by_length: dict[int, list[str]] = defaultdict(list)
        for word in self._frequency:
            self._by_length[len(word)].append(word)

    def correct(self, word: str) -> str | None:
        """The nearest word, the more frequent one first; None where a guess would be rash."""
        if len(word) < SHORTEST or not word.isalpha():
            return None
        slips = 2 if len(word) >= LONG_ENOUGH_FOR_TWO_SLIPS else 1
        near = [
            (int(distance), other[0] != word[0], -self._frequency[other], other)
            for length in range(len(word) - slips, len(word) + slips + 1)
            for other, distance, _ in process.extract(
                word,
                self._by_length.get(length, ()),
                scorer=OSA.distance,
                score_cutoff=slips,
                limit=None,
            )
        ]
        if not near:
            return None
        _, other_initial, _, best = min(near)
        return None if other_initial and len(word) == SHORTEST else best
