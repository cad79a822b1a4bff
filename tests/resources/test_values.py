"""Cells are read as what they say, and what they do not say is not guessed."""

import pytest

from services.resources.imports.values import (
    as_amount,
    as_date,
    as_flag,
    as_instant,
    as_integer,
    as_number,
    as_text,
    as_time,
    as_uri,
    as_words,
    as_zone,
    cleaned,
    one_of,
)
from services.resources.languages import codes_in


@pytest.mark.parametrize(
    ("cell", "time"),
    [
        ("9:00am", "09:00:00"),
        ("9am", "09:00:00"),
        ("830am", "08:30:00"),
        ("7:30 am", "07:30:00"),
        ("12:00am", "00:00:00"),
        ("12:00pm", "12:00:00"),
        ("5:00PM", "17:00:00"),
        ("17:00", "17:00:00"),
        ("09:00:30", "09:00:30"),
        ("24:00", "00:00:00"),
    ],
)
def test_times(cell: str, time: str) -> None:
    assert as_time(cell) == (time, None)


@pytest.mark.parametrize(
    "cell",
    ["5:00", "8:00m", "9:0am", "6:300pm", "9:00a", "13:00pm", "25:00", "noon", "5:00pm Mon", "9"],
)
def test_what_may_be_either_is_no_time(cell: str) -> None:
    assert as_time(cell) == (None, "not_a_time")


@pytest.mark.parametrize(
    ("cell", "uri", "problem"),
    [
        ("https://example.org/a", "https://example.org/a", None),
        ("www.example.org", "http://www.example.org", "scheme_added"),
        ("example.org:8080/x", "http://example.org:8080/x", "scheme_added"),
        ("a.org\\b", "http://a.org%5Cb", "unsafe_characters_escaped"),
        ("http://a.org/x y", "http://a.org/x%20y", "unsafe_characters_escaped"),
        ("http://a.org/x%20y", "http://a.org/x%20y", None),
    ],
)
def test_addresses_of_the_web(cell: str, uri: str, problem: str | None) -> None:
    assert as_uri(cell) == (uri, problem)


def test_numbers() -> None:
    assert as_integer("1,200") == (1200, None)
    assert as_integer("1.5").problem == as_integer("xOPT1").problem == "not_a_number"
    assert as_integer("9" * 20).problem == as_number("NaN").problem == "not_a_number"
    assert as_number("25.7757605228379") == (25.7757605228379, None)
    assert as_amount("$12.5") == ("12.50", None)


def test_dates_and_moments() -> None:
    assert as_date("2026-11-20") == as_date("11/20/2026") == ("2026-11-20", None)
    assert as_date("2026-02-30").problem == as_date("soon").problem == "not_a_date"
    assert as_instant("2026-11-20T10:00:00").value == "2026-11-20T10:00:00+00:00"


def test_flags_words_zones_and_values() -> None:
    assert (as_flag("Yes").value, as_flag("no").value) == (True, False)
    assert as_flag("perhaps").problem == "not_true_or_false"
    assert as_words("rent help; behind on rent ;").value == ["rent help", "behind on rent"]
    assert as_zone("America/Chicago").problem is None
    assert as_zone("../etc/passwd").problem == "unknown_value"
    assert as_zone("localtime").problem == "unknown_value"
    assert one_of(("temporarily closed",))("Temporarily_Closed").value == "temporarily closed"
    assert one_of(("active",))("ACTIVE?").problem == "unknown_value"


def test_text_keeps_what_it_says() -> None:
    assert as_text("one\\n\\ntwo") == ("one\n\ntwo", "newlines_unescaped")
    assert as_text("Espa+¦ol") == ("Espa+¦ol", None)
    assert cleaned("a\x00b") == ("ab", "control_character")
    assert cleaned("caf\ufffd").problem == "undecodable"


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("English", ["en"]),
        ("Spanish (limited)", ["es"]),
        ("Haitian-Creole", ["ht"]),
        ("Spanish & Creole (limited)", ["es", "ht"]),
        ("Español, Inglés", ["es", "en"]),
        ("American Sign Language", ["ase"]),
        ("Language line available", []),
    ],
)
def test_languages_named_in_text(text: str, codes: list[str]) -> None:
    assert codes_in(text) == codes
