"""A real mail server: whatever the services send over SMTP is kept, by who it is for."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope, Session

from shared import clock

URL = re.compile(r"https?://\S+")


@dataclass(frozen=True, slots=True)
class Letter:
    """One message as the server got it."""

    at: datetime
    to: list[str]
    mail: EmailMessage

    @property
    def text(self) -> str:
        text: str = self.mail.get_content()
        return text

    def links(self, path: str) -> list[str]:
        """The addresses in it that lead below `path`."""
        return [url for url in URL.findall(self.text) if f"/{path}/" in url]


@dataclass
class PostOffice:
    """Listens on a port of its own; never delivers anything further."""

    letters: list[Letter] = field(default_factory=list)
    port: int = 0

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.letters.append(Letter(clock.now(), list(envelope.rcpt_tos), mail))
        return "250 Kept"

    def to(self, address: str) -> list[Letter]:
        return [letter for letter in self.letters if address in letter.to]


@asynccontextmanager
async def open_post_office() -> AsyncIterator[PostOffice]:
    office = PostOffice()
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(
        lambda: SMTP(office, hostname="post.localhost", loop=loop), "127.0.0.1", 0
    )
    office.port = listening.sockets[0].getsockname()[1]
    try:
        yield office
    finally:
        listening.close()
        await listening.wait_closed()
