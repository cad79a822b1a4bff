"""Sending mail: over SMTP, or into a folder where nothing else is installed."""

import asyncio
import smtplib
import ssl
from collections.abc import Awaitable, Callable
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path
from uuid import uuid4

from services.referrals.settings import Settings
from shared import clock

Mailer = Callable[[EmailMessage], Awaitable[None]]
SMTP_TIMEOUT = 10
PERMANENT = 500
"""SMTP answers from here on are for good (RFC 5321, 4.2.1)."""


class Undeliverable(Exception):  # noqa: N818 - named for what happened
    """Nothing will ever reach this address: trying again is of no use."""


def new_mailer(settings: Settings) -> Mailer:
    """How this process sends mail."""
    if settings.smtp_host:
        return lambda message: asyncio.to_thread(_send, settings, message)
    folder = settings.data_dir / "outbox"
    return lambda message: asyncio.to_thread(_write, folder, message)


def compose(sender: str, to: str, subject: str, text: str) -> EmailMessage:
    """Plain text to one address; raises `Undeliverable` when it is none."""
    message = EmailMessage()
    try:
        recipient = Address(addr_spec=to)
    except (MessageError, ValueError, IndexError):
        raise Undeliverable from None
    message["From"], message["To"], message["Subject"] = sender, recipient, subject
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message


def _send(settings: Settings, message: EmailMessage) -> None:
    with _connected(settings) as server:
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
        try:
            server.send_message(message)
        except smtplib.SMTPRecipientsRefused as refused:
            if all(code >= PERMANENT for code, _ in refused.recipients.values()):
                raise Undeliverable from None
            raise
        except smtplib.SMTPDataError as refused:
            if refused.smtp_code >= PERMANENT:
                raise Undeliverable from None
            raise


def _connected(settings: Settings) -> smtplib.SMTP:
    """The server's certificate is verified, unless mail is to go in the clear."""
    host, port = settings.smtp_host, settings.smtp_port
    verifying = ssl.create_default_context()
    if settings.smtp_security == "tls":
        return smtplib.SMTP_SSL(host, port, timeout=SMTP_TIMEOUT, context=verifying)
    server = smtplib.SMTP(host, port, timeout=SMTP_TIMEOUT)
    if settings.smtp_security == "starttls":
        try:
            server.starttls(context=verifying)
        except BaseException:
            server.close()
            raise
    return server


def _write(folder: Path, message: EmailMessage) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{clock.now():%Y%m%dT%H%M%S}-{uuid4().hex[:8]}.eml"
    path.write_bytes(bytes(message))
