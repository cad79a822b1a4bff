"""How matches are ranked, and when a question is relaxed: the same for every engine."""

import math
from collections.abc import Callable
from dataclasses import replace

from services.resources.search.query import Page
from services.resources.search.reading import Reading

# Whole names outrank everything: no sum of word scores comes near, even faded by distance.
EXACT_NAME = (100_000.0, 60_000.0)  # as written, by its words
EXACT_ALTERNATE = 20_000.0
FLAGGED_SHARE = 0.5  # of its score, for a listing that may be wrong
NAME, TERMS, SYNONYM = 2.0, 1.5, 0.7
BODY_TIE, HEAD_TIE = 0.1, 0.3  # what further alternatives add to the best one

FADE_KM = 25.0  # how far relevance reaches, unless the circle says otherwise
UNLOCATED_SHARE = 0.5 + 0.5 / math.e  # a hotline counts as one reach away
OLDEST = 150  # years

ENOUGH = 3  # fewer matches than this, and a question in plain words was too strict


def relaxing(reading: Reading | None, named: bool, find: Callable[[int], Page]) -> Page:
    """Every word wanted first; where that finds next to nothing, most of them, then any.

    `named`: the question is the whole name of a service, and that is what is wanted.
    """
    if reading is None:
        return find(0)
    for needed in reading.relaxations:
        page = find(needed)
        if page.total >= (1 if named else ENOUGH):
            break
    return replace(page, corrected=reading.corrected)
