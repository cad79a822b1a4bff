"""The one analyser of listings and of questions: what it does to the one it does to the other."""

import functools
import re
import unicodedata

import Stemmer

VERSION = "1"
LONGEST_WORD = 64
LONGEST_KEY = 300

_APOSTROPHES = str.maketrans("", "", "'’ʼ`´.")
_LETTERS_WITHOUT_DECOMPOSITION = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)
# Scripts written without spaces: each character is a word, so that any part of a run can be found.
_UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_LATIN_MARKS = re.compile("[\u0300-\u036f]")


def _combining_marks() -> str:
    """Vowel signs and the like: letters of their script, though regular expressions disagree."""
    return "".join(
        chr(code)
        for code in range(0x0300, 0xFE30)
        if unicodedata.category(chr(code)) in ("Mn", "Mc")
    )


def _word_pattern(letter: str, alone: str = "") -> re.Pattern[str]:
    """An abbreviation with dots, or a word with apostrophes in it."""
    abbreviation = rf"{letter}(?:\.{letter})+(?!{letter})"
    word = rf"{letter}+(?:['’ʼ`´]{letter}+)*"
    return re.compile("|".join(filter(None, (alone, abbreviation, word))))


_ASCII_WORD = _word_pattern("[a-z0-9]")
_ANY_WORD = _word_pattern(
    f"(?:(?![{_UNSPACED}])[^\\W_]|[{_combining_marks()}])", alone=f"[{_UNSPACED}]"
)


class _Words(dict[str, str]):
    """Raw word -> word, computed once; a dict look-up is what makes indexing fast."""

    limit = 500_000  # hostile questions must not grow it for ever

    def __missing__(self, raw: str) -> str:
        if len(self) >= self.limit:
            self.clear()
        word = self[raw] = self.make(raw)
        return word

    def make(self, raw: str) -> str:
        return raw.translate(_APOSTROPHES)[:LONGEST_WORD]


class _Stems(_Words):
    def __init__(self) -> None:
        super().__init__()
        self._stem = Stemmer.Stemmer("english").stemWord

    def make(self, raw: str) -> str:
        return str(self._stem(_WORDS[raw]))


_WORDS = _Words()
_STEMS = _Stems()


def fold(text: str) -> str:
    """Lower case without accents; other scripts keep their marks, which carry meaning there."""
    if text.isascii():
        return text.lower()
    bare = _LATIN_MARKS.sub("", unicodedata.normalize("NFKD", text.casefold()))
    return unicodedata.normalize("NFC", bare).casefold().translate(_LETTERS_WITHOUT_DECOMPOSITION)


def _raw_words(text: str) -> list[str]:
    folded = fold(text)
    return (_ASCII_WORD if folded.isascii() else _ANY_WORD).findall(folded)


def words(text: str) -> list[str]:
    """The folded words, as a person would recognise them."""
    return [_WORDS[raw] for raw in _raw_words(text)]


def analyse(text: str) -> list[str]:
    """The ready tokens: folded and stemmed. Engines split them on spaces and do nothing else."""
    return [_STEMS[raw] for raw in _raw_words(text)]


@functools.lru_cache(maxsize=10_000)
def stem(word: str) -> str:
    """The token of one word that `words` returned."""
    return " ".join(analyse(word))


def name_keys(name: str) -> tuple[str, str]:
    """Two whole-name keys: as written but for case and spaces, and by its words alone."""
    return (
        " ".join(name.casefold().split())[:LONGEST_KEY],
        " ".join(words(name))[:LONGEST_KEY],
    )
