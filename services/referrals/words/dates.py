"""Days and times as people write them, in each language we have."""

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

MONTHS: Final = {
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    "es": [
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ],
}


def day(language: str, on: date) -> str:
    month = MONTHS[language][on.month - 1]
    return (
        f"{on.day} de {month} de {on.year}" if language == "es" else f"{on.day} {month} {on.year}"
    )


def moment(language: str, at: datetime, zone: str) -> str:
    """The time there, and where that is: a day's end is not the same everywhere."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{day(language, local.date())}, {local:%H:%M} ({zone.replace('_', ' ')})"
