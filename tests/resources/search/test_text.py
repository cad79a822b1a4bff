import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.resources.search import text


@pytest.mark.parametrize(
    ("written", "tokens"),
    [
        ("O'Brien’s WOMEN'S shelters", ["obrien", "women", "shelter"]),
        ("Straße İstanbul Łódź ÆRØ", ["strass", "istanbul", "lodz", "aero"]),
        ("ayuda económica para niños", ["ayuda", "economica", "para", "nino"]),
        ("NEW HOPE C.O.R.P.S., INC.", ["new", "hope", "corp", "inc"]),
        ("D.A.R.E. e-mail 401(k) #2", ["dare", "e", "mail", "401", "k", "2"]),
        ("食物银行 food", ["食", "物", "银", "行", "food"]),
        ("Продовольственный банк", ["продовольственныи", "банк"]),
        ("बाल सेवा خدمات عربية", ["बाल", "सेवा", "خدمات", "عربية"]),
        ("한국어 서비스", ["한국어", "서비스"]),
        ("*** -- !", []),
        ("", []),
    ],
)
def test_tokens(written: str, tokens: list[str]) -> None:
    assert text.analyse(written) == tokens


@given(st.text())
def test_any_text_becomes_tokens_that_a_whitespace_tokenizer_keeps_whole(written: str) -> None:
    tokens = text.analyse(written)
    assert " ".join(tokens).split() == tokens
    assert len(tokens) == len(text.words(written))


@given(st.text())
def test_words_are_words_again(written: str) -> None:
    words = text.words(written)
    assert text.words(" ".join(words)) == words


@given(st.text(alphabet=st.characters(codec="ascii")))
def test_the_fast_path_for_ascii_agrees_with_the_general_one(written: str) -> None:
    assert text._ASCII_WORD.findall(written.lower()) == text._ANY_WORD.findall(written.lower())


def test_a_name_is_known_by_its_letters_and_by_its_words() -> None:
    assert text.name_keys(' MARTI,  JOSE - "PROGRAM" #2') == (
        'marti, jose - "program" #2',
        "marti jose program 2",
    )
    assert text.name_keys("***") == ("***", "")


def test_analysing_is_fast_enough_to_rebuild_a_large_directory() -> None:
    words = [f"{stem}{end}" for stem in ("hous", "shelter", "clinic") for end in ("es", "ing", "")]
    listing = " ".join(words * 10)
    start = time.perf_counter()
    for _ in range(2_000):
        text.analyse(listing)
    assert time.perf_counter() - start < 2  # 100,000 listings of 90 words: 10 s is 0.2 s here
