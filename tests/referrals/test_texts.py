"""Text messages: into a folder, or to a provider whose answer says whether to try again."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request, Response

from services.referrals.mail import Undeliverable
from services.referrals.settings import Settings
from services.referrals.texts import NotTaken, Texter, new_texter


@dataclass
class Provider:
    """A provider of the documented interface."""

    status: int = 202
    taken: list[tuple[str | None, Any]] = field(default_factory=list)

    def texter(self) -> Texter:
        app = FastAPI()

        @app.post("/messages")
        async def take(request: Request) -> Response:
            self.taken.append((request.headers.get("authorization"), await request.json()))
            return Response(status_code=self.status)

        settings = Settings(
            database_url="postgresql+asyncpg://nowhere",
            sealing_keys="",
            text_url="http://texts/messages",
            text_token="secret",
            text_from="+13055550100",
        )
        return new_texter(settings, httpx.AsyncClient(transport=httpx.ASGITransport(app)))


async def test_the_provider_gets_number_and_text_and_our_token() -> None:
    provider = Provider()
    await provider.texter()("305 555 0142", "¿Recibió ayuda?")
    body = {"from": "+13055550100", "to": "305 555 0142", "text": "¿Recibió ayuda?"}
    assert provider.taken == [("Bearer secret", body)]


@pytest.mark.parametrize(
    ("status", "means"),
    [
        (400, Undeliverable),
        (404, Undeliverable),
        (422, Undeliverable),
        (408, NotTaken),
        (429, NotTaken),
        (500, NotTaken),
        (302, NotTaken),
    ],
)
async def test_what_its_answer_means(status: int, means: type[Exception]) -> None:
    with pytest.raises(means):
        await Provider(status).texter()("1", "...")


async def test_one_that_does_not_answer_is_asked_again() -> None:
    settings = Settings(
        database_url="postgresql+asyncpg://nowhere", sealing_keys="", text_url="http://127.0.0.1:9"
    )
    async with httpx.AsyncClient() as http:
        with pytest.raises(httpx.ConnectError):
            await new_texter(settings, http)("1", "...")


async def test_with_nothing_installed_they_lie_in_a_folder(tmp_path: Path) -> None:
    settings = Settings(
        database_url="postgresql+asyncpg://nowhere", sealing_keys="", data_dir=tmp_path
    )
    async with httpx.AsyncClient() as http:
        await new_texter(settings, http)("305 555 0142", "¿Recibió ayuda?")
    (path,) = (tmp_path / "outbox-texts").iterdir()
    assert json.loads(path.read_text()) == {"to": "305 555 0142", "text": "¿Recibió ayuda?"}
