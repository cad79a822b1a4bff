"""Asking the client the way they agreed to: by mail, text message or a call, and never out of hours."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.referrals.postbox import mails, texts
from tests.referrals.world import Body, Need, Simulation, World, checked

PHONE = {"kind": "phone", "value": "305 555 0142", "texts": True}


def an_email() -> Body:
    return {"kind": "email", "value": f"{uuid4().hex[:8]}@example.org"}


@pytest.fixture(scope="module")
async def simulation(world: World) -> AsyncIterator[Simulation]:
    """Only ever goes on: tokens of the future are refused."""
    simulation = Simulation(datetime.now(UTC))
    with simulation.running():
        yield simulation


@pytest.fixture(autouse=True)
async def at_ten(simulation: Simulation, world: World) -> None:
    tomorrow = simulation.now.date() + timedelta(days=1)
    simulation.now = datetime.combine(tomorrow, time(10), UTC)
    await world.stack.settle()


async def wait(world: World, simulation: Simulation, **time: float) -> None:
    simulation.now += timedelta(**time)
    await world.stack.settle("referrals")


async def served(world: World, channel: Body, **client: Any) -> tuple[Need, Body]:
    need = await world.need(channels=[channel], **client)
    return need, await world.served(need)


async def reminded(world: World, referral: Body) -> list[tuple[str, str]]:
    history = await world.worker.get(f"/v1/referrals/{referral['id']}/history")
    steps = reversed(history["items"])
    return [(e["reminded"], e["reason"]) for e in steps if e["action"] == "remind"]


async def test_by_text_message_with_a_link_in_the_clients_language(
    world: World, simulation: Simulation
) -> None:
    _, referral = await served(world, PHONE, language="es", given_name="Itzel")
    await wait(world, simulation, days=7.1)
    sent = texts(world.stack)[-1]
    assert sent.to == "305 555 0142"
    assert sent.text.startswith("Una pregunta breve")
    assert len(sent.text) <= 160
    assert "Itzel" not in sent.text
    page = await world.visitor.get(sent.path, headers={"Accept-Language": "en"})
    assert '<html lang="es">' in page.text  # the client's language, whatever the device's
    row = await world.worker.get(f"/v1/referrals/{referral['id']}")
    assert row["asked_count"] == 1


async def test_out_of_their_hours_it_waits_until_they_may_be_reached(
    world: World, simulation: Simulation
) -> None:
    email = an_email()
    hours = {"opens": "18:00", "closes": "19:00", "weekdays": [0, 1, 2, 3, 4, 5, 6]}
    contact = {"hours": hours, "timezone": "America/New_York"}
    await served(world, email, contact=contact)
    await wait(world, simulation, days=7)
    assert mails(world.stack, email["value"]) == []
    await wait(world, simulation, hours=12)  # 22:00 UTC: winter or summer, 17:00 or 18:00 there
    await wait(world, simulation, hours=1)
    (mail,) = mails(world.stack, email["value"])
    assert mail.subject == "A short question"


async def test_a_client_who_died_meanwhile_is_not_written_to(
    world: World, simulation: Simulation
) -> None:
    email = an_email()
    need, referral = await served(world, email)
    path, died = f"/v1/clients/{need.client_id}", {"deceased_on": str(simulation.now.date())}
    cases = world.worker.http("cases")
    checked(await cases.patch(path, json=died, headers={"If-Match": '"1"'}), 200)
    await wait(world, simulation, days=8)
    assert mails(world.stack, email["value"]) == []
    assert (await world.status(referral))[0] == "closed"


async def test_who_withdrew_meanwhile_is_not_asked(world: World, simulation: Simulation) -> None:
    """The message waits out of hours; by the time it may go there is nothing to ask any more."""
    email = an_email()
    hours = {"opens": "18:00", "closes": "19:00", "weekdays": [0, 1, 2, 3, 4, 5, 6]}
    _, referral = await served(world, email, contact={"hours": hours, "timezone": "UTC"})
    await wait(world, simulation, days=7.1)
    await world.worker.act(referral, "client_answer", {"answer": "yes"})
    await wait(world, simulation, hours=8)
    assert mails(world.stack, email["value"]) == []
    left = "select kind from message where referral_id = $1"
    assert await world.stack.rows("referrals", left, referral["id"]) == []


async def test_what_bounces_is_no_try_and_a_worker_is_to_call(
    world: World, simulation: Simulation
) -> None:
    _, referral = await served(world, {"kind": "email", "value": "josé@example.org"})
    await wait(world, simulation, days=7.1)
    row = await world.worker.get(f"/v1/referrals/{referral['id']}")
    assert row["asked_count"] == 0
    assert await reminded(world, referral) == [("worker", "ask_by_phone")]
    links = "select revoked_at from answer_link where referral_id = $1"
    (link,) = await world.stack.rows("referrals", links, referral["id"])
    assert link["revoked_at"] is not None


async def test_while_cases_is_silent_nobody_is_asked_and_it_is_tried_again(
    world: World, simulation: Simulation
) -> None:
    email = an_email()
    await served(world, email)
    simulation.now += timedelta(days=7.1)
    world.neighbours.down.add("cases")
    try:
        step = world.stack.steps["referrals"]["messages"]
        await world.stack.steps["referrals"]["deadlines"](simulation.now)
        assert await step(simulation.now)
        assert not await step(simulation.now)
        assert mails(world.stack, email["value"]) == []
    finally:
        world.neighbours.down.discard("cases")
    await wait(world, simulation, minutes=3)
    assert len(mails(world.stack, email["value"])) == 1
