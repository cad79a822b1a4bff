"""What the worker has sent: mails and text messages, as they lie in its folders."""

import json
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import httpx

from tests.stack import Stack


@dataclass
class Sent:
    """One message. `path` is that of the link in it."""

    to: str
    subject: str
    text: str

    @property
    def path(self) -> str:
        url = next(word for word in self.text.split() if word.startswith("http"))
        return str(httpx.URL(url).path)


def _folder(stack: Stack, name: str) -> Path:
    return stack.surroundings["referrals"].settings.data_dir / name


def mails(stack: Stack, to: str = "") -> list[Sent]:
    """In the order of sending, those to one address or all."""
    found = []
    for path in sorted(_folder(stack, "outbox").glob("*.eml")):
        mail: EmailMessage = message_from_bytes(path.read_bytes(), policy=default)
        found.append(Sent(mail["To"], mail["Subject"], mail.get_content()))
    return [mail for mail in found if to in ("", mail.to)]


def texts(stack: Stack, to: str = "") -> list[Sent]:
    """The same of text messages, which have no subject."""
    paths = sorted(_folder(stack, "outbox-texts").glob("*.json"))
    found = [json.loads(path.read_text()) for path in paths]
    return [Sent(text["to"], "", text["text"]) for text in found if to in ("", text["to"])]
