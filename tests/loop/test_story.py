"""The demo's story on real services; and it must go red when the system does not hold."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from deploy.demo import telling
from deploy.demo.story import Story
from deploy.demo.telling import NotAsTold
from tests.loop.conftest import working
from tests.stack import Neighbours, Stack

ALL = ("cases", "resources", "referrals")


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not come about in three seconds will not come about in these tests."""
    monkeypatch.setattr(telling, "PATIENCE", 3.0)


async def test_the_story_is_as_told_twice_in_a_row(town: Stack) -> None:
    async with working(town, *ALL):
        for _ in range(2):
            story = Story(town, lambda _: None)
            await story.tell()
            assert [row[2:] for row in story.table] == [
                ("declined", "unmet"),
                ("closed", "confirmed"),
                ("disputed", "disputed"),
                ("met", ""),
                ("addressed", ""),
            ]


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("stopped", ["cases"])
async def test_it_is_not_as_told_when_a_worker_is_stopped(town: Stack, stopped: str) -> None:
    running = [service for service in ALL if service != stopped]
    async with working(town, *running):
        with pytest.raises(NotAsTold, match="did not come about"):
            await Story(town, lambda _: None).tell()


class WithoutConsent(Story):
    """Ana signs nothing."""

    async def consent(self, *_: object) -> None:
        return


async def test_it_is_not_as_told_when_the_consent_is_removed(town: Stack) -> None:
    async with working(town, *ALL):
        with pytest.raises(NotAsTold, match="consent-missing"):
            await WithoutConsent(town, lambda _: None).tell()


class Revoking(Story):
    """Ana takes her consent back while the second provider has her referral."""

    async def serve(self, provider, referral, provided) -> None:  # type: ignore[no-untyped-def]
        consents = await self.cases.get(f"/v1/cases/{referral['case_id']}/consents")
        for consent in consents["items"]:
            if consent["recipient_id"] == provider.receiver_id:
                await self.cases.post(f"/v1/consents/{consent['id']}/revoke", {})
        await super().serve(provider, referral, provided)


async def test_it_is_not_as_told_when_the_consent_is_revoked(town: Stack) -> None:
    async with working(town, *ALL):
        with pytest.raises(NotAsTold, match=r"packet|accept"):
            await Revoking(town, lambda _: None).tell()


class DropsOneEvent(httpx.AsyncBaseTransport):
    """A neighbours' transport that loses the one event in which a loop is confirmed."""

    def __init__(self, inner: Neighbours) -> None:
        self._inner = inner
        self.dropped = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self._inner.handle_async_request(request)
        if request.url.path != "/v1/events/referrals":
            return response
        page = json.loads(await response.aread())
        kept = [e for e in page["items"] if e["data"].get("loop") != "confirmed"]
        self.dropped += len(page["items"]) - len(kept)
        return httpx.Response(200, json={**page, "items": kept})


@contextmanager
def losing_the_confirmation(stack: Stack) -> Iterator[DropsOneEvent]:
    http = stack.surroundings["cases"].http
    inner = http._transport
    http._transport = DropsOneEvent(stack.transport)  # type: ignore[arg-type]
    try:
        yield http._transport
    finally:
        http._transport = inner


@pytest.mark.usefixtures("impatient")
async def test_it_is_not_as_told_when_one_event_is_dropped(town: Stack) -> None:
    async with working(town, *ALL):
        with (
            losing_the_confirmation(town) as losing,
            pytest.raises(NotAsTold, match="a need that is met did not come about"),
        ):
            await Story(town, lambda _: None).tell()
    assert losing.dropped == 1
