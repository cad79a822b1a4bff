"""Webhooks: signed, in order, until taken; and nothing inside is ever called for somebody outside."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from uuid import uuid4

import pytest
from fastapi import FastAPI, Request, Response
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError
from uvicorn import Config, Server

from services.referrals.calling import BACK_OFF, Calls, take, wake
from services.referrals.outward import AddressRefused, is_public, new_outward_client
from tests.processes import free_ports
from tests.referrals.world import Body, Person, Simulation, World, new_world
from tests.stack import Stack

HOOKS = "/v1/webhooks"


@dataclass
class Partner:
    """Somebody's server: keeps what it was sent, and answers as told."""

    url: str
    answers: list[int] = field(default_factory=list)
    got: list[tuple[bytes, dict[str, str]]] = field(default_factory=list)

    def events(self) -> list[Body]:
        return [json.loads(body) for body, _ in self.got]

    def statuses(self) -> list[str]:
        return [event["data"]["status"] for event in self.events() if "status" in event["data"]]


@asynccontextmanager
async def partner() -> AsyncIterator[Partner]:
    (port,) = free_ports(1)
    there = Partner(f"http://127.0.0.1:{port}/hook")
    app = FastAPI()

    @app.post("/hook")
    async def hook(request: Request) -> Response:
        there.got.append((await request.body(), dict(request.headers)))
        return Response(status_code=there.answers.pop(0) if there.answers else 204)

    server = Server(Config(app, "127.0.0.1", port, log_level="error", lifespan="off"))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn says so in no other way
        await asyncio.sleep(0.01)
    yield there
    server.should_exit = True
    await serving


@pytest.fixture
async def there() -> AsyncIterator[Partner]:
    async with partner() as found:
        yield found


@pytest.fixture(scope="module")
async def world(stack: Stack) -> World:
    db = stack.surroundings["referrals"].db
    near = new_outward_client(["127.0.0.0/8"])
    stack.steps["referrals"] = {**stack.steps["referrals"], "webhooks": Calls(db, near).step}
    stack.apps["referrals"].state.outward = near
    return await new_world(stack)


@pytest.fixture(scope="module", autouse=True)
def simulation() -> Iterator[Simulation]:
    """Time only goes on."""
    simulation = Simulation(datetime.now(UTC))
    with simulation.running():
        yield simulation


async def hook(person: Person, there: Partner, **fields: object) -> Body:
    return await person.post(HOOKS, {"name": "Warehouse", "url": there.url, **fields}, 201)


async def delete(person: Person, webhook: Body) -> None:
    now = await person.get(f"{HOOKS}/{webhook['id']}")
    answer = await person.http("referrals").delete(
        f"{HOOKS}/{webhook['id']}", headers={"If-Match": f'"{now["version"]}"'}
    )
    assert answer.status_code == 204, answer.text


async def test_both_sides_are_told_in_order_and_signed(world: World, there: Partner) -> None:
    admin = world.people["admin"]
    provider_admin = Person(uuid4(), "admin", world.provider, world.stack)
    ours = await hook(admin, there, events=["referrals.referral.standing"])
    async with partner() as theirs:
        received = await hook(provider_admin, theirs)
        referral = await world.served()
        await world.stack.settle()
        await delete(provider_admin, received)
    await delete(admin, ours)

    course = ["draft", "sent", "accepted", "awaiting_confirmation"]
    assert there.statuses() == course
    assert theirs.statuses() == course[1:]
    for event in theirs.events():
        assert event["data"].keys() <= {
            "referral_id", "version", "receiver_id", "service_id", "status", "source"
        }  # fmt: skip
        assert referral["client_id"] is None or referral["client_id"] not in json.dumps(event)
    for body, headers in there.got:
        Verifier(ours["secret"]).verify(body, headers)
        assert headers["webhook-id"] == json.loads(body)["id"]
        with pytest.raises(WebhookVerificationError):
            Verifier(ours["secret"]).verify(body + b" ", headers)


async def test_only_the_statuses_asked_for(world: World, there: Partner) -> None:
    admin = world.people["admin"]
    made = await hook(admin, there, statuses=["accepted"])
    await world.served()
    await world.stack.settle()
    assert there.statuses() == ["accepted"]
    await delete(admin, made)


async def test_a_failure_is_repeated_with_the_same_id_and_holds_back_what_follows(
    world: World, there: Partner, simulation: Simulation
) -> None:
    admin = world.people["admin"]
    made = await hook(admin, there, statuses=["sent", "accepted"])
    there.answers = [503]
    await world.accepted()
    await world.stack.settle()
    assert len(there.got) == 1
    row = await admin.get(f"{HOOKS}/{made['id']}")
    assert (row["failures"], row["next_at"] is not None) == (1, True)
    simulation.now += BACK_OFF[0]
    await world.stack.settle()
    assert there.statuses() == ["sent", "sent", "accepted"]
    assert there.got[0][1]["webhook-id"] == there.got[1][1]["webhook-id"]
    calls = (await admin.get(f"{HOOKS}/{made['id']}/deliveries"))["items"]
    assert [call["outcome"] for call in calls][::-1] == ["refused", "delivered", "delivered"]
    await delete(admin, made)


async def test_it_is_paused_after_many_failures_and_goes_on_when_resumed(
    world: World, there: Partner, simulation: Simulation
) -> None:
    admin = world.people["admin"]
    made = await hook(admin, there, statuses=["sent"])
    there.answers = [500] * (len(BACK_OFF) + 1)
    await world.sent()
    for wait in (timedelta(), *BACK_OFF, timedelta(days=2)):
        simulation.now += wait
        await world.stack.settle("referrals")
    row = await admin.get(f"{HOOKS}/{made['id']}")
    assert row["paused_reason"] == "failures"
    assert len(there.got) == len(BACK_OFF) + 1
    await admin.post(f"{HOOKS}/{made['id']}/resume")
    await world.stack.settle()
    assert there.statuses()[-1] == "sent"
    assert (await admin.get(f"{HOOKS}/{made['id']}"))["failures"] == 0
    await delete(admin, made)


async def test_gone_pauses_at_once(world: World, there: Partner) -> None:
    admin = world.people["admin"]
    made = await hook(admin, there)
    there.answers = [410]
    await world.draft()
    await world.stack.settle()
    assert (await admin.get(f"{HOOKS}/{made['id']}"))["paused_reason"] == "gone"
    await delete(admin, made)


async def test_after_a_rotation_both_secrets_sign_for_a_day(
    world: World, there: Partner, simulation: Simulation
) -> None:
    admin = world.people["admin"]
    old = await hook(admin, there, statuses=["draft"])
    new = await admin.post(f"{HOOKS}/{old['id']}/rotate-secret")
    await world.draft()
    await world.stack.settle()
    body, headers = there.got[-1]
    at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
    expected = {
        Verifier(secret).sign(headers["webhook-id"], at, body.decode())
        for secret in (old["secret"], new["secret"])
    }
    assert set(headers["webhook-signature"].split()) == expected
    simulation.now += timedelta(hours=25)
    await world.draft()
    await world.stack.settle()
    assert len(there.got[-1][1]["webhook-signature"].split()) == 1
    await delete(admin, old)


async def test_it_is_replayed_and_polled_from_a_cursor(world: World, there: Partner) -> None:
    admin = world.people["admin"]
    path = "/v1/referral-events"
    start = (await admin.get(path))["cursor"]
    while (page := await admin.get(path, after=start))["items"]:
        start = page["cursor"]
    made = await hook(admin, there)
    await world.accepted()
    await world.stack.settle()
    sent = [event["id"] for event in there.events()]
    polled = (await admin.get(path, after=start))["items"]
    assert [event["id"] for event in polled] == sent
    assert {event["organization"] for event in polled} == {str(world.sender)}
    await admin.post(f"{HOOKS}/{made['id']}/replay", {"after": start})
    await world.stack.settle()
    assert [event["id"] for event in there.events()] == [*sent, *sent]
    await admin.post(f"{HOOKS}/{made['id']}/replay", {"after": "f" * 32 + ".1.1"}, 410)
    await admin.get(path, 422, after="1.2")
    await delete(admin, made)


async def test_a_test_call_says_how_it_went(world: World, there: Partner) -> None:
    admin = world.people["admin"]
    made = await hook(admin, there)
    assert (await admin.post(f"{HOOKS}/{made['id']}/test"))["outcome"] == "delivered"
    assert there.events()[-1]["type"] == "referrals.webhook.test"
    there.answers = [404]
    assert (await admin.post(f"{HOOKS}/{made['id']}/test"))["status_code"] == 404
    await delete(admin, made)
    await admin.get(f"{HOOKS}/{made['id']}", 404)


async def test_another_organization_sees_no_webhook(world: World, there: Partner) -> None:
    admin = world.people["admin"]
    made = await hook(admin, there)
    stranger = Person(uuid4(), "admin", uuid4(), world.stack)
    for path in ("", "/deliveries"):
        await stranger.get(f"{HOOKS}/{made['id']}{path}", 404)
    for act in ("pause", "resume", "replay", "rotate-secret", "test"):
        await stranger.post(f"{HOOKS}/{made['id']}/{act}", status=404)
    await delete(admin, made)


async def test_an_unanswered_event_is_sent_again_by_whoever_comes_after_a_crash(
    world: World, there: Partner, simulation: Simulation
) -> None:
    """Taken and never settled: the lease lapses, and the event goes out, once more at most."""
    admin = world.people["admin"]
    made = await hook(admin, there, statuses=["draft"])
    await world.draft()
    db = world.stack.surroundings["referrals"].db
    await db.run(wake, simulation.now)
    (taken,) = await db.run(take, simulation.now)
    assert await db.run(take, simulation.now) == []
    await world.stack.settle()
    assert there.got == []
    simulation.now += timedelta(minutes=2)
    await world.stack.settle()
    assert [event["id"] for event in there.events()] == [str(taken.event_id)]
    await delete(admin, made)


HOSTILE = [
    "http://127.0.0.1/",
    "https://127.0.0.1/",
    "https://localhost/",
    "https://[::1]/",
    "https://0.0.0.0/",
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://017700000001/",
    "https://10.0.0.1/",
    "https://172.16.0.1/",
    "https://192.168.1.1/",
    "https://169.254.169.254/latest",
    "https://[fe80::1]/",
    "https://[fc00::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[2002:7f00:1::]/",
    "https://[64:ff9b::7f00:1]/",
    "https://224.0.0.1/",
    "https://[ff02::1]/",
    "https://100.64.0.1/",
    "https://198.18.0.1/",
    "https://255.255.255.255/",
    "https://[2001::1]/",
    "http://93.184.215.14/",
    "https://93.184.215.14:22/",
    "https://localtest.localhost/",
    "https://[::]/",
    "https://[::7f00:1]/",
    "https://[fec0::1]/",
]


@pytest.mark.parametrize("url", HOSTILE)
async def test_no_address_inside_is_called(url: str) -> None:
    async with new_outward_client() as client:
        with pytest.raises(AddressRefused):
            await client.post(url)


async def test_a_redirect_is_not_followed(there: Partner) -> None:
    there.answers = [302]
    async with new_outward_client(["127.0.0.0/8"]) as client:
        assert (await client.post(there.url)).status_code == 302
    assert len(there.got) == 1


def test_a_public_address_is_public() -> None:
    assert is_public(ip_address("93.184.215.14"))
    assert is_public(ip_address("2606:2800:21f:cb07:6820:80da:af6b:8b2c"))


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a.example/",
        "https://user:pass@a.example/",
        "https://",
        "//a",
        "https://a b/",
        "x" * 600,
    ],
)
async def test_a_malformed_url_is_refused(world: World, url: str) -> None:
    refused = await world.people["admin"].post(HOOKS, {"name": "x", "url": url}, 422)
    assert refused["errors"][0]["pointer"] == "/url"
    assert not re.search("pass@", str(refused))
