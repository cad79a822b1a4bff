"""Sending text messages: by a provider's HTTP interface, or into a folder where nothing else is installed.

The interface is the smallest there is, so that a few lines adapt any provider to it:

    POST {text_url}   Authorization: Bearer {text_token}
    {"from": "{text_from}", "to": "+13055550100", "text": "..."}

2xx: taken. 4xx but 408 and 429: this number will never get it. Anything else is tried again.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import uuid4

from services.referrals.mail import Undeliverable
from services.referrals.settings import Settings
from shared import clock
from shared.http import Http

Texter = Callable[[str, str], Awaitable[None]]
"""`await send(to, text)`"""

DEADLINE = 10
TRY_AGAIN = {408, 429}


class NotTaken(Exception):  # noqa: N818 - named for what happened
    """The provider did not take it this time."""


def new_texter(settings: Settings, http: Http) -> Texter:
    """How this process sends text messages."""
    if settings.text_url:
        return lambda to, text: _send(settings, http, to, text)
    folder = settings.data_dir / "outbox-texts"
    return lambda to, text: asyncio.to_thread(_write, folder, to, text)


async def _send(settings: Settings, http: Http, to: str, text: str) -> None:
    headers = {"Authorization": f"Bearer {settings.text_token.get_secret_value()}"}
    body = {"from": settings.text_from, "to": to, "text": text}
    async with asyncio.timeout(DEADLINE):
        answer = await http.post(settings.text_url, json=body, headers=headers)
    if answer.is_client_error and answer.status_code not in TRY_AGAIN:
        raise Undeliverable
    if not answer.is_success:
        raise NotTaken


def _write(folder: Path, to: str, text: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{clock.now():%Y%m%dT%H%M%S}-{uuid4().hex[:8]}.json"
    path.write_text(json.dumps({"to": to, "text": text}, ensure_ascii=False))
