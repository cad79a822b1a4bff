from services.resources.search.reading import Alternative, Reading, read
from services.resources.search.spelling import Speller
from services.resources.search.synonyms import group, shipped

SYNONYMS = group([["rent", "rental assistance", "ayuda con la renta"], ["evict", "desalojo"]])
VOCABULARY = {"rent", "rental", "assist", "evict", "diabet", "the", "spot"}
SPELLER = Speller([("rent", 9), ("diabetes", 5), ("eviction", 4), ("the", 99)])


def ask(question: str) -> Reading:
    return read(question, SYNONYMS, VOCABULARY.__contains__, SPELLER.correct)


def tokens(reading: Reading) -> list[list[str]]:
    return [[" ".join(way.tokens) for way in group] for group in reading.groups]


def test_a_phrase_stands_for_its_synonyms_in_the_index() -> None:
    assert tokens(ask("ayuda con la renta")) == [["rent", "rental assist"]]
    assert tokens(ask("RENT")) == [["rent", "rental assist"]]
    assert ask("rent").groups[0][0] == Alternative(("rent",), literal=True)


def test_stop_words_go_unless_nothing_else_remains() -> None:
    assert tokens(ask("help with the spot")) == [["spot"]]
    assert tokens(ask("the")) == [["the"]]


def test_words_no_listing_has_are_mended_else_dropped() -> None:
    assert ask("diabetis").corrected == "diabetes"
    assert tokens(ask("diabetis rent qqqq")) == [["diabet"], ["rent", "rental assist"]]
    assert ask("qqqq").groups == ()
    assert ask("rent spot").corrected is None


def test_relaxing_asks_for_all_then_most_then_any() -> None:
    four = Reading(((), (), (), ()), (), None)
    assert four.relaxations == (4, 3, 1)
    assert Reading(((),), (), None).relaxations == (1,)
    assert Reading((), (), None).relaxations == (0,)


def test_correction_is_cautious() -> None:
    assert SPELLER.correct("rwnt") == "rent"
    assert SPELLER.correct("sent") is None, "four letters, another initial"
    assert SPELLER.correct("evcitoin") == "eviction"
    assert SPELLER.correct("ren") is None
    assert SPELLER.correct("r3nt") is None
    assert SPELLER.correct("diabolic") is None


def test_the_shipped_synonyms_join_both_languages() -> None:
    synonyms = shipped()
    assert ("evict",) in synonyms.others[("desalojo",)]
    assert ("rental", "assist") in synonyms.others[("ayuda", "con", "la", "renta")]
    assert ("food", "pantri") in synonyms.others[("despensa",)]
    assert synonyms.match(["food", "bank", "now"]) == ("food", "bank")
