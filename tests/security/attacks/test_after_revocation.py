"""After a revocation the receiver keeps ids, dates and the fact (domain.md), and nothing that was told."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from shared import clock
from tests.referrals.by_link import Pantry
from tests.referrals.world import Body, World, new_listing

SECRETS = {
    "answer": "Call her brother Anselmo first.",
    "place": "Her flat, 12 Nutmeg Row",
    "message": "Has a small child called Ottilie.",
    "name": "Xochiquetzal",
}


async def told(world: World) -> tuple[Body, Any]:
    """A referral of which the receiver was told all there is to tell."""
    need = await world.need(given_name=SECRETS["name"])
    referral = await world.accepted(need, message=SECRETS["message"])
    await world.desk.act(referral, "ask_question", {"text": "Whom do we call?"})
    await world.worker.act(referral, "answer_question", {"text": SECRETS["answer"]})
    start = clock.now() + timedelta(days=3)
    visit = {
        "starts_at": start.isoformat(),
        "ends_at": (start + timedelta(hours=1)).isoformat(),
        "timezone": "America/New_York",
        "kind": "home_visit",
        "place": SECRETS["place"],
    }
    await world.worker.post(f"/v1/referrals/{referral['id']}/appointments", visit, 201)
    return referral, need


async def everything(world: World, referral: Body) -> str:
    """All that the receiver can read of it."""
    path = f"/v1/referrals/{referral['id']}"
    http, texts = world.desk.http("referrals"), []
    for part in (
        "",
        "/packet",
        "/history",
        "/attestations",
        "/why",
        "/questions",
        "/appointments",
        "/hand-offs",
    ):
        texts.append((await http.get(path + part)).text)
    for listed in ("/v1/inbox", "/v1/inbox/waitlist", "/v1/appointments", "/v1/referrals"):
        texts.append((await http.get(listed)).text)
    texts.append((await http.post(f"{path}/open-inquiry", json={})).text)
    return "\n".join(texts)


async def test_the_receiver_reads_nothing_any_more_of_what_it_was_told(world: World) -> None:
    referral, need = await told(world)
    before = await everything(world, referral)
    for name, secret in SECRETS.items():
        assert secret in before, name
    await world.revoke(need)
    await world.stack.settle("cases", "referrals")
    after = await everything(world, referral)
    for name, secret in SECRETS.items():
        assert secret not in after, name
    questions = await world.worker.get(f"/v1/referrals/{referral['id']}/questions")
    assert questions["items"][0]["answer"] == SECRETS["answer"], "the sender keeps its own words"


async def test_nothing_opens_between_the_revocation_and_its_event(
    world: World, pantry: Pantry
) -> None:
    referral, need = await told(world)
    by_link = await pantry.need(given_name=SECRETS["name"])
    await pantry.sent(by_link, message=SECRETS["message"])
    path = pantry.path()
    code = await pantry.code(path)
    await world.revoke(need)
    await world.revoke(by_link)
    http = world.desk.http("referrals")
    for method, part in (("GET", "packet"), ("POST", "open-inquiry")):
        body: Body | None = {} if method == "POST" else None
        answer = await http.request(method, f"/v1/referrals/{referral['id']}/{part}", json=body)
        assert (answer.status_code, answer.json()["type"]) == (409, "/problems/packet-closed")
    page = await pantry.opens(path, code, 409)
    assert SECRETS["name"] not in page
    again = await world.visitor.post(f"{path}/en/packet", data={"code": code})
    assert SECRETS["name"] not in again.text


@pytest.mark.parametrize("turn", range(5))
async def test_what_is_sent_while_the_consent_is_revoked_leaves_no_open_packet(
    world: World, turn: int
) -> None:
    need = await world.need(consent=False)
    await world.consent(need)
    draft = await world.draft(need)

    async def revoke() -> None:
        await asyncio.sleep(turn * 0.02)
        await world.revoke(need)

    http = world.worker.http("referrals")
    await asyncio.gather(http.post(f"/v1/referrals/{draft['id']}/send", json={}), revoke())
    answer = await world.desk.http("referrals").get(f"/v1/referrals/{draft['id']}/packet")
    assert answer.status_code in (404, 409)
    await world.stack.settle("cases", "referrals")
    row = await world.worker.get(f"/v1/referrals/{draft['id']}")
    assert row["status"] in ("draft", "withdrawn", "discarded")
    open_packets = await world.stack.rows(
        "referrals",
        "select 1 from packet where referral_id = $1 and closed_at is null",
        draft["id"],
    )
    assert open_packets == []


@pytest.mark.parametrize("way", ["re-refer", "preview", "bulk", "group"])
async def test_no_way_on_tells_anything_without_a_new_consent(world: World, way: str) -> None:
    referral, need = await told(world)
    await world.revoke(need)
    await world.stack.settle("cases", "referrals")
    target = {"need_id": need.id, "service_id": world.service_id, "classes": ["identity"]}
    body: dict[str, Any] = {}
    if way == "re-refer":
        body = {"service_id": world.service_id, "send": True, "review": True}
        path = f"/v1/referrals/{referral['id']}/re-refer"
    elif way == "preview":
        draft = await world.draft(need)
        path = f"/v1/referrals/{draft['id']}/preview"
    elif way == "bulk":
        body = {"rows": [{"key": "a", **target}], "send": True}
        path = "/v1/referrals/bulk"
    else:
        second, _ = await new_listing(world.stack)
        body = {
            "need_id": need.id,
            "classes": ["identity"],
            "targets": [
                {"service_id": world.service_id},
                {"service_id": second, "receiver_id": world.receiver_id},
            ],
            "send": True,
        }
        path = "/v1/referral-groups"
    answer = await world.worker.http("referrals").post(path, json=body)
    assert answer.status_code in (200, 201), answer.text
    assert SECRETS["name"] not in answer.text
    told_now = await world.stack.rows(
        "referrals",
        "select 1 from packet p join referral r on r.id = p.referral_id"
        " where r.client_id = $1 and p.closed_at is null",
        need.client_id,
    )
    assert told_now == []
