"""The time zone of a postal address, where the address leaves no doubt about it.

United States only. States in two zones are told apart by the first three digits of the ZIP code
(USPS sectional centres); centres that lie on both sides of the line are left out: no answer is
better than one that may be an hour wrong.
"""

EASTERN, CENTRAL = "America/New_York", "America/Chicago"
MOUNTAIN, PACIFIC = "America/Denver", "America/Los_Angeles"

STATES = {
    EASTERN: "CT DC DE GA MA MD ME NC NH NJ NY OH PA RI SC VA VT WV",
    CENTRAL: "AL AR IA IL LA MN MO MS OK WI",
    MOUNTAIN: "CO MT NM UT WY",
    PACIFIC: "CA NV WA",
    "Pacific/Honolulu": "HI",
    "America/Puerto_Rico": "PR VI",
}
SPLIT = {
    # state: zone of most of it, then other zones' ZIP prefixes, then those on the line
    "AZ": ("America/Phoenix", {}, "860 865"),  # the Navajo Nation keeps summer time
    "FL": (EASTERN, {CENTRAL: "325"}, "324"),
    "IN": ("America/Indiana/Indianapolis", {CENTRAL: "463 464 476 477"}, "465 475"),
    "KS": (CENTRAL, {}, "677 678"),
    "KY": (EASTERN, {CENTRAL: "420 421 422 423 424"}, "425 426 427"),
    "MI": (EASTERN, {}, "498 499"),
    "ND": (CENTRAL, {}, "585 586 587 588"),
    "NE": (CENTRAL, {MOUNTAIN: "693"}, "690 691 692"),
    "SD": (CENTRAL, {MOUNTAIN: "577"}, "575 576"),
    "TN": (CENTRAL, {EASTERN: "376 377 378"}, "373 374 379 385"),
    "TX": (CENTRAL, {MOUNTAIN: "799 885"}, "798"),
}
WHOLE = {state: zone for zone, states in STATES.items() for state in states.split()}
HOME = {"", "US", "USA", "UNITED STATES"}


def zone_of_address(
    state: str | None, postal_code: str | None, country: str | None = None
) -> str | None:
    """An IANA zone, or None where it is not certain."""
    if (country or "").strip().upper() not in HOME:
        return None
    name, prefix = (state or "").strip().upper(), (postal_code or "").strip()[:3]
    if name not in SPLIT:
        return WHOLE.get(name)
    most, others, unsure = SPLIT[name]
    if len(prefix) < 3 or not prefix.isdigit() or prefix in unsure.split():
        return None
    return next((zone for zone, codes in others.items() if prefix in codes.split()), most)
