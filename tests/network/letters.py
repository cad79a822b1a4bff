"""What the mails and text messages say, and to whom: never who the person is, or what they need."""

import json

from tests.network.cast import Cast, Client
from tests.network.findings import Finding
from tests.network.post_office import Letter
from tests.network.stage import Stage

# As a mail in English or Spanish would call the needs that are played.
NEEDS = {
    "food": ("food", "pantry", "aliment", "comida"),
    "housing": ("housing", "rent", "vivienda", "alquiler"),
    "transport": ("transport", "transit", "traslado"),
    "mental_health": ("mental", "psych", "psico"),
}
SELF_SENT = "auto-generated"


def check(stage: Stage, cast: Cast, clients: list[Client]) -> list[Finding]:
    letters, texts = stage.post.letters, _texts(stage)
    known = {provider.email for provider in cast.providers.values()} | {c.email for c in clients}
    strangers = [str(letter.to) for letter in letters if not set(letter.to) <= known]
    crowded = [str(letter.to) for letter in letters if len(letter.to) != 1]
    spoken = [*((letter.to[0], _whole(letter)) for letter in letters), *texts]
    named = [f"{to}: {word}" for to, text in spoken for word in _told(text, clients, to)]
    when = [str(letter.mail["Date"]) for letter in letters if _at_another_time(letter)]
    plain = [str(letter.to) for letter in letters if letter.mail["Auto-Submitted"] != SELF_SENT]
    shown = [
        word for to, text in spoken for word in _services(cast, text) if _is_client(to, clients)
    ]
    count = len(spoken)
    return [
        Finding("Mails and texts that say who a client is, or what they need", named, count),
        Finding("Mails to a client that name a provider", shown, count),
        Finding("Mails to nobody we know, or to more than one", strangers + crowded, len(letters)),
        Finding("Mails that are not marked as a machine's", plain, len(letters)),
        Finding("Mails dated by another clock", when, len(letters)),
    ]


def _texts(stage: Stage) -> list[tuple[str, str]]:
    messages = [json.loads(path.read_text()) for path in sorted(stage.texts.glob("*.json"))]
    return [(message["to"], message["text"]) for message in messages]


def _whole(letter: Letter) -> str:
    headers = "\n".join(f"{name}: {value}" for name, value in letter.mail.items())
    return f"{headers}\n{letter.text}"


def _told(text: str, clients: list[Client], to: str) -> list[str]:
    """Words that must not stand in it. Its own address is on every envelope."""
    words = {word for client in clients for word in client.told_of()}
    words |= {reach for c in clients for reach in (c.email, c.phone) if reach and reach != to}
    categories = {category for client in clients for category in client.categories}
    words |= {word for category in categories for word in NEEDS[category]}
    lower = _without_links(text).lower()
    return sorted(word for word in words if word.lower() in lower)


def _without_links(text: str) -> str:
    """A token may spell anything."""
    return " ".join(word for word in text.split() if "://" not in word)


def _at_another_time(letter: Letter) -> bool:
    written = letter.mail["Date"].datetime
    return bool(abs((letter.at - written).total_seconds()) > 1)


def _is_client(to: str, clients: list[Client]) -> bool:
    return to in {reach for client in clients for reach in (client.email, client.phone)}


def _services(cast: Cast, text: str) -> list[str]:
    return [provider.name for provider in cast.providers.values() if provider.name in text]
