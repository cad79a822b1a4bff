"""A consent is taken back, with real processes: at once no packet opens, and within a minute all follow."""

import asyncio
import email
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from email import policy
from uuid import UUID, uuid5

import pytest

from deploy.demo.places import ALDER
from deploy.demo.story import PROVIDERS, Provider
from deploy.demo.telling import GLANCE, Json, Voice
from tests.processes import Town
from tests.teller import Teller

LIMIT = 60
"""Seconds, promised."""
LINK = re.compile(r"https?://\S+(/respond/[\w-]+)")
CODE = re.compile(r"\b\d{6}\b")


@pytest.fixture(scope="module")
async def teller(town: Town) -> Teller:
    return Teller(town, lambda _: None)


def mails(town: Town) -> list[str]:
    """What was written to people outside, the oldest first."""
    outbox = town.directory / "referrals" / "outbox"
    found = sorted(outbox.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
    read = (email.message_from_bytes(p.read_bytes(), policy=policy.default) for p in found)
    return [message.get_content() for message in read]


async def mailed(town: Town, pattern: re.Pattern[str]) -> str:
    """The last that was mailed of its kind."""

    async def look() -> Json:
        return {"hits": [hit for text in mails(town) for hit in pattern.findall(text)]}

    found = await seen(look, lambda now: bool(now["hits"]))
    return str(found["hits"][-1])


async def seen(ask: Callable[[], Awaitable[Json]], holds: Callable[[Json], bool]) -> Json:
    """What it comes to within the limit."""
    async with asyncio.timeout(LIMIT):
        while not holds(now := await ask()):  # noqa: ASYNC110 - another process's doing
            await asyncio.sleep(GLANCE)
    return now


@dataclass
class Told:
    """Two referrals under two consents: one to a provider with accounts, one to a provider by link."""

    town: Town
    teller: Teller
    case: Json
    pantry: Provider
    organization: UUID
    needs: list[Json]
    referrals: list[Json]

    @property
    def path(self) -> str:
        return f"/v1/referrals/{self.referrals[0]['id']}"

    async def revoke(self) -> None:
        for consent in (await self.teller.cases.get(f"/v1/cases/{self.case['id']}/consents"))[
            "items"
        ]:
            path = f"/v1/consents/{consent['id']}/revoke"
            await self.teller.cases.post(path, {"reason": "asked"})


@pytest.fixture
async def told(town: Town, teller: Teller) -> Told:
    search = {"text": ALDER.second_question, "limit": 50}
    found = (await teller.directory.post("/v1/services/search", search))["items"]
    open_ones = [x for x in found if x["accepts_referrals"] and x["organization_id"]]
    pantry = await teller.provider(open_ones[0])
    organization = uuid5(PROVIDERS, str(open_ones[0]["organization_id"]))
    await town.client("referrals", "admin", organization).put(
        f"/v1/receivers/{pantry.receiver_id}/capacity/{pantry.listing['id']}",
        json={"places": 5},
        headers={"If-Match": '"0"'},
    )
    church: Json = {"kind": "link", "name": "Church", "email": "rosa@church.example"}
    church |= {"service_ids": [open_ones[1]["id"]]}
    church_id = (await teller.referrals.post("/v1/receivers", church))["id"]
    receivers = [pantry, Provider(open_ones[1], church_id, teller.referrals)]
    bo = {"given_name": "Bo", "family_name": "Marsh", "confirm_new": True}
    client = await teller.cases.post("/v1/clients", bo)
    case = await teller.cases.post("/v1/cases", {"client_id": client["id"]})
    await teller.cases.post(f"/v1/cases/{case['id']}/open", {})
    await teller.consent(case, receivers)
    told = Told(town, teller, case, pantry, organization, [], [])
    for receiver in receivers:
        path = f"/v1/cases/{case['id']}/needs"
        told.needs.append(await teller.cases.post(path, {"category": "food"}))
        told.referrals.append(await send(teller, told.needs[-1], receiver))
    return told


async def send(teller: Teller, need: Json, to: Provider) -> Json:
    draft = {
        "need_id": need["id"],
        "service_id": to.listing["id"],
        "receiver_id": to.receiver_id,
        "classes": ["identity", "contact"],
    }
    made = await teller.referrals.post("/v1/referrals", draft)
    why = {"duplicate_reason": "One by account and one by link"}
    return await teller.referrals.post(f"/v1/referrals/{made['id']}/send", why)


async def test_all_that_shows_the_referral_follows(town: Town, told: Told) -> None:
    await told.pantry.desk.post(f"{told.path}/accept", {})
    assert (await told.pantry.desk.get(f"{told.path}/packet"))["classes"]["identity"]
    visitor = town.client("referrals")
    page = await mailed(town, LINK)
    assert (await visitor.post(f"{page}/en/code")).status_code == 303
    secret = await mailed(town, CODE)
    written = len(mails(town))

    await told.revoke()

    # At once, whatever the workers do: every opening asks cases.
    desk = town.client("referrals", "receiver", told.organization)
    refused = await desk.get(f"{told.path}/packet")
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/packet-closed")
    shown = await visitor.post(f"{page}/en/packet", data={"code": secret})
    assert shown.status_code in (404, 409)
    assert "Marsh" not in shown.text

    # Then by event, each place polled for.
    row = await seen(lambda: told.pantry.desk.get(told.path), lambda r: r["status"] == "withdrawn")
    assert row["reason"] == "consent_revoked"

    async def followed() -> Json:
        events = await Voice(town.client("referrals", "admin", told.organization)).get(
            "/v1/referral-events"
        )
        card = await told.teller.directory.get(f"/v1/services/{told.pantry.listing['id']}")
        return {
            "page": (await visitor.get(page)).status_code,
            "mails": len(mails(town)) - written,
            "event": [e["data"].get("status") for e in events["items"]][-1],
            "taken": card["capacity"]["taken"],
        }

    now = await seen(followed, lambda r: r["page"] == 404 and r["mails"] > 0 and r["taken"] == 0)
    assert now["event"] in ("withdrawn", None)  # None is the place that was given back
    assert not [text for text in mails(town)[written:] if LINK.search(text) or CODE.search(text)]
    for need in told.needs:
        await told.teller.need_becomes(need, "open")
    path = f"/v1/cases/{told.case['id']}/disclosures"
    account = (await told.teller.cases.get(path))["items"]
    assert {row["referral_id"] for row in account} == {r["id"] for r in told.referrals}
    assert all(row["closed_reason"] == "revoked" for row in account)
