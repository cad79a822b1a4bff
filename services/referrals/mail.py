"""Sending mail: over SMTP, or into a folder where nothing else is installed."""

import asyncio
import smtplib
from collections.abc import Awaitable, Callable
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path
from uuid import uuid4

from services.referrals.settings import Settings
from shared import clock

Mailer = Callable[[EmailMessage], Awaitable[None]]
SMTP_TIMEOUT = 10


def new_mailer(settings: Settings) -> Mailer:
    """How this process sends mail."""
    if settings.smtp_host:
        return lambda message: asyncio.to_thread(_send, settings, message)
    folder = settings.data_dir / "outbox"
    return lambda message: asyncio.to_thread(_write, folder, message)


def compose(sender: str, to: str, subject: str, text: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message


def _send(settings: Settings, message: EmailMessage) -> None:
    with smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=SMTP_TIMEOUT) as server:
        if settings.smtp_user:
            server.starttls()
            server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
        server.send_message(message)


def _write(folder: Path, message: EmailMessage) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{clock.now():%Y%m%dT%H%M%S}-{uuid4().hex[:8]}.eml"
    path.write_bytes(bytes(message))
