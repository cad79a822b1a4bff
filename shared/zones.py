"""The time zones that a place or a calendar may name: IANA's, not what a machine calls its own."""

from functools import cache
from zoneinfo import available_timezones

OF_THE_MACHINE = {"localtime", "Factory", "posixrules"}


@cache
def zones() -> frozenset[str]:
    """Every name; the first call reads the whole database of zones."""
    return frozenset(available_timezones() - OF_THE_MACHINE)
