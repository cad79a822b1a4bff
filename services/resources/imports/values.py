"""From a cell's text to a column's value, saying what had to be changed or could not be read."""

import re
from collections.abc import Callable
from datetime import datetime, time
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import quote

from sqlalchemy import ARRAY, Boolean, Column, Date, DateTime, Double, Integer, Numeric, Time

from shared.zones import zones


class Reading(NamedTuple):
    """The value in JSON's terms (None: could not be read) and the code of a problem, if any."""

    value: Any
    problem: str | None = None


Parser = Callable[[str], Reading]

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
TIME = re.compile(r"(\d{1,2})(?::?(\d{2}))?(?::(\d{2}))?\s*(am|pm)?\.?", re.IGNORECASE)
SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
URI_SAFE = "%/:?#[]@!$&'()*+,;=-._~"
TRUE, FALSE = {"true", "yes", "1", "t", "y"}, {"false", "no", "0", "f", "n"}
DATES = ("%Y-%m-%d", "%m/%d/%Y", "%Y/%m/%d")


def cleaned(cell: str) -> Reading:
    """A cell as it is read, whatever its column."""
    if CONTROL.search(cell):
        return Reading(CONTROL.sub("", cell).strip(), "control_character")
    return Reading(cell, "undecodable" if "\ufffd" in cell else None)


def as_text(cell: str) -> Reading:
    problem = None
    if "\\n" in cell:
        cell = cell.replace("\\r", "").replace("\\n", "\n").strip()
        problem = "newlines_unescaped"
    cell = cell.replace("\r\n", "\n").replace("\r", "\n")
    return Reading(cell, problem)


def as_uri(cell: str) -> Reading:
    escaped = quote(cell, safe=URI_SAFE)
    problem = "unsafe_characters_escaped" if escaped != cell else None
    if SCHEME.match(escaped) and not re.match(r"[^/:]+:\d", escaped):
        return Reading(escaped, problem)
    return Reading("http://" + escaped, problem or "scheme_added")


def as_time(cell: str) -> Reading:
    """`9:00am`, `9 am`, `830am`, `17:00`, `17:00:00`. A bare `5:00` may be either: not a time."""
    found = TIME.fullmatch(cell.strip())
    if found is None:
        return Reading(None, "not_a_time")
    hour, minute, second = int(found[1]), int(found[2] or 0), int(found[3] or 0)
    half = (found[4] or "").lower()
    if half and not 1 <= hour <= 12:
        return Reading(None, "not_a_time")
    if not half and (found[2] is None or len(found[1]) == 1):
        return Reading(None, "not_a_time")
    hour = hour % 12 + 12 * (half == "pm") if half else hour % 24 if hour == 24 else hour
    try:
        return Reading(time(hour, minute, second).isoformat())
    except ValueError:
        return Reading(None, "not_a_time")


def as_date(cell: str) -> Reading:
    for form in DATES:
        try:
            # Only the date is taken: no zone is involved.
            return Reading(datetime.strptime(cell[:10], form).date().isoformat())  # noqa: DTZ007
        except ValueError:
            continue
    return Reading(None, "not_a_date")


def as_instant(cell: str) -> Reading:
    try:
        moment = datetime.fromisoformat(cell)
    except ValueError:
        return Reading(None, "not_a_date")
    return Reading(moment.isoformat() + ("" if moment.tzinfo else "+00:00"))


def as_number(cell: str) -> Reading:
    try:
        number = Decimal(cell.replace(",", ""))
    except InvalidOperation:
        return Reading(None, "not_a_number")
    if not number.is_finite() or abs(number) >= 10**12:
        return Reading(None, "not_a_number")
    return Reading(float(number))


def as_integer(cell: str) -> Reading:
    number = as_number(cell).value
    if number is None or number != int(number) or abs(number) >= 2**31:
        return Reading(None, "not_a_number")
    return Reading(int(number))


def as_amount(cell: str) -> Reading:
    number = as_number(cell.lstrip("$£€")).value
    return Reading(None, "not_a_number") if number is None else Reading(f"{number:.2f}")


def as_flag(cell: str) -> Reading:
    word = cell.lower()
    if word not in TRUE | FALSE:
        return Reading(None, "not_true_or_false")
    return Reading(word in TRUE)


def as_words(cell: str) -> Reading:
    read = as_text(cell)
    return Reading([word.strip() for word in read.value.split(";") if word.strip()], read.problem)


def as_zone(cell: str) -> Reading:
    return Reading(cell) if cell in zones() else Reading(None, "unknown_value")


def one_of(values: tuple[str, ...]) -> Parser:
    known = {value.lower().replace("_", " "): value for value in values}

    def as_value(cell: str) -> Reading:
        value = known.get(cell.lower().replace("_", " "))
        return Reading(value, None if value else "unknown_value")

    return as_value


BY_TYPE: list[tuple[type, Parser]] = [
    (Time, as_time),
    (DateTime, as_instant),
    (Date, as_date),
    (Integer, as_integer),
    (Double, as_number),
    (Numeric, as_amount),
    (Boolean, as_flag),
    (ARRAY, as_words),
]


@cache
def parser(column: Column[Any]) -> Parser:
    """How a cell of this column is read."""
    if "values" in column.info:
        return one_of(column.info["values"])
    if column.info.get("uri"):
        return as_uri
    if column.info.get("zone"):
        return as_zone
    return next((read for kind, read in BY_TYPE if isinstance(column.type, kind)), as_text)
