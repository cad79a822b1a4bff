"""A small provider with a mailbox and no account: what it is mailed, and what it does with that."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from shared.rate_limit import RateLimiter
from tests.referrals.world import Body, Need, World, new_listing
from tests.stack import Stack

LINK = re.compile(r"https?://\S+(/respond/\S+)")
CODE = re.compile(r"\b([0-9]{6})\b")


@dataclass
class Pantry:
    """It keeps a mailbox, and answers for one listing. The sender keeps its record."""

    world: World
    service_id: str
    receiver_id: str
    email: str

    async def sent(self, need: Need | None = None, **fields: Any) -> Body:
        """A referral to it that was sent, and whose mail is out."""
        need = need or await self.need()
        target = {"service_id": self.service_id, "receiver_id": self.receiver_id}
        referral = await self.world.sent(need, **target, **fields)
        await self.world.stack.settle("referrals")
        return referral

    async def need(self, category: str = "food", **client: Any) -> Need:
        need = await self.world.need(category, consent=False, **client)
        await self.world.consent(need, recipient_id=self.receiver_id)
        return need

    def mails(self, to: str | None = None) -> list[EmailMessage]:
        """What stands in its mailbox, oldest first."""
        return [mail for mail in outbox(self.world.stack) if mail["To"] == (to or self.email)]

    def path(self, to: str | None = None) -> str:
        """Of the newest link that was mailed."""
        paths: list[str] = [p for mail in self.mails(to) for p in LINK.findall(text_of(mail))]
        return paths[-1]

    async def look(self, path: str, status: int = 200) -> str:
        answer = await self.world.visitor.get(path)
        assert answer.status_code == status, answer.text
        return answer.text

    async def says(self, path: str, act: str, status: int = 303, **fields: str) -> httpx.Response:
        """A form of its page, sent."""
        answer = await self.world.visitor.post(f"{path}/en", data={"act": act, **fields})
        assert answer.status_code == status, answer.text
        return answer

    async def code(self, path: str) -> str:
        """Ask for one, and read it in the mailbox."""
        asked = await self.world.visitor.post(f"{path}/en/code")
        assert asked.status_code == 303, asked.text
        await self.world.stack.settle("referrals")
        return self.newest_code()

    def newest_code(self) -> str:
        code: str = CODE.findall(text_of(self.mails()[-1]))[0]
        return code

    async def opens(self, path: str, code: str, status: int = 200) -> str:
        answer = await self.world.visitor.post(f"{path}/en/packet", data={"code": code})
        assert answer.status_code == status, answer.text
        return answer.text


def text_of(mail: EmailMessage) -> str:
    return str(mail.get_content())


def outbox(stack: Stack) -> Iterator[EmailMessage]:
    folder: Path = stack.surroundings["referrals"].settings.data_dir / "outbox"
    for path in sorted(folder.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns):
        yield message_from_bytes(path.read_bytes(), policy=policy.default)


async def new_pantry(world: World, name: str = "Harbor Street Pantry") -> Pantry:
    # All of these tests' visitors have one address: how often it may come is tested on its own.
    world.stack.apps["referrals"].state.link_limiter = RateLimiter(100_000)
    service_id, _ = await new_listing(world.stack, name)
    email = f"desk-{uuid4().hex[:8]}@pantry.example"
    new = {"kind": "link", "name": name, "email": email, "service_ids": [service_id]}
    receiver = await world.worker.post("/v1/receivers", new, 201)
    return Pantry(world, service_id, receiver["id"], email)
