"""Sends what was wanted, one message a step: what fails is tried again, and in the end a person is told."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, select

from services.referrals.clients import CasesClient, ResourcesClient
from services.referrals.commands import messages
from services.referrals.commands.reminding import remind
from services.referrals.lifecycle.transitions import Party
from services.referrals.mail import Mailer, Undeliverable, new_mailer
from services.referrals.models import referral
from services.referrals.settings import Settings
from services.referrals.texts import Texter, new_texter
from shared.db import Database, Record, fetch_one
from shared.logging import log, place
from shared.worker import Surroundings

MOST_ATTEMPTS = 6
LOCKED = select(referral).where(referral.c.id == bindparam("p_id")).with_for_update()


class NotNow(Exception):  # noqa: N818 - named for what happened
    """Raised by a handler: the same again, not before `until`."""

    def __init__(self, until: datetime) -> None:
        super().__init__()
        self.until = until


class Post:
    """The worker's hands: mail, text messages, cases, and the database in each sender's context."""

    def __init__(
        self, surroundings: Surroundings, settings: Settings, handlers: Mapping[str, "Handler"]
    ) -> None:
        self._surroundings, self._handlers = surroundings, handlers
        self.settings = settings
        self.mail: Mailer = new_mailer(settings)
        self.text: Texter = new_texter(settings, surroundings.http)

    async def step(self, now: datetime) -> bool:
        message = await self._surroundings.db.run(messages.take, now)
        if message is None:
            return False
        db = self.db(message)
        try:
            await self._handlers[message["kind"]](self, message)
        except NotNow as later:
            await db.run(messages.postpone, message["id"], later.until)
        except Exception as error:  # one that cannot be sent must not stop those behind it
            log.warning(
                "message.failed", kind=message["kind"], id=str(message["id"]), **place(error)
            )
            await db.run(_failed, message, now, isinstance(error, Undeliverable))
        else:
            await db.run(messages.done, message["id"])
        return True

    def db(self, message: Record) -> Database:
        """The database as the sender of the message's referral sees it."""
        return self._surroundings.db.as_(organization=message["organization"])

    async def resources(self) -> ResourcesClient:
        """The directory, asked likewise."""
        token = await self._surroundings.tokens.get()
        url, deadline = self.settings.resources_url, self.settings.neighbour_deadline
        return ResourcesClient(self._surroundings.http, url, token, deadline)

    async def cases(self) -> CasesClient:
        """cases, asked in this service's own name; no connection is held meanwhile."""
        token = await self._surroundings.tokens.get()
        url, deadline = self.settings.cases_url, self.settings.neighbour_deadline
        return CasesClient(self._surroundings.http, url, token, deadline)


Handler = Callable[[Post, Record], Awaitable[None]]
"""Sends one message. It looks everything up anew: what the referral is now, and whether it may still."""


def locked(connection: Connection, message: Record) -> Record:
    """The referral it is about, as it stands."""
    row = fetch_one(connection, LOCKED, p_id=message["referral_id"])
    assert row is not None
    return row


def _failed(connection: Connection, message: Record, now: datetime, for_good: bool) -> None:
    if not for_good and message["attempts"] < MOST_ATTEMPTS:
        messages.retry(connection, message["id"], now + backoff(message["attempts"]))
        return
    remind(connection, locked(connection, message), Party.WORKER, "message_failed")
    messages.done(connection, message["id"])


def backoff(attempts: int) -> timedelta:
    return timedelta(minutes=2**attempts)
