"""A provider's link lives while its referral is live or late, and dies with any other end or the consent."""

from collections.abc import AsyncIterator
from datetime import timedelta
from hashlib import sha256
from uuid import uuid4

import pytest

from shared.rate_limit import RateLimiter
from tests.referrals.by_link import Pantry, new_pantry, text_of
from tests.referrals.passing import coming_monday, go_to_monday, reminders, wait
from tests.referrals.world import Body, Simulation, World


@pytest.fixture
async def pantry(world: World) -> Pantry:
    """One for each test: as time passes, what was sent to it before is reminded of too."""
    return await new_pantry(world)


@pytest.fixture(scope="module")
async def simulation(world: World) -> AsyncIterator[Simulation]:
    simulation = Simulation(coming_monday())
    with simulation.running():
        yield simulation


@pytest.fixture(autouse=True)
async def on_monday(simulation: Simulation, world: World) -> None:
    await go_to_monday(world, simulation)


async def links(world: World, referral: Body) -> list[Body]:
    return await world.stack.rows(
        "referrals",
        "select * from receiver_link where referral_id = $1 order by created_at",
        referral["id"],
    )


async def test_only_its_hash_is_kept(pantry: Pantry, world: World) -> None:
    referral = await pantry.sent()
    token = pantry.path().rpartition("/")[2]
    (link,) = await links(world, referral)
    assert link["hash"] == sha256(token.encode()).digest()
    assert len(token) == 43
    assert link["address"] == pantry.email
    for table in ("receiver_link", "message", "audit", "referral_history", "event"):
        assert token not in str(await world.stack.rows("referrals", f"select * from {table}"))


async def test_wrong_and_tampered_and_revoked_are_one_and_the_same_page(
    pantry: Pantry, world: World
) -> None:
    referral = await pantry.sent()
    path = pantry.path()
    tampered = await pantry.look(path[:-1] + ("A" if path[-1] != "A" else "B"), 404)
    assert tampered == await pantry.look("/respond/x", 404)
    assert tampered == await pantry.look(f"{path}/fr", 404)
    await world.worker.act(referral, "withdraw", {"reason": "moved"})
    assert await pantry.look(path, 404) == tampered
    for form in ("", "/code", "/packet"):
        refused = await world.visitor.post(f"{path}/en{form}", data={"act": "accept"})
        assert refused.status_code in (404, 422)
        assert "Harbor" not in refused.text
    assert (await world.status(referral))[0] == "withdrawn"


async def test_who_holds_one_is_told_when_it_is_taken_back(pantry: Pantry, world: World) -> None:
    referral = await pantry.sent()
    before = len(pantry.mails())
    await world.worker.act(referral, "withdraw", {"reason": "moved"})
    await world.stack.settle("referrals")
    (told,) = pantry.mails()[before:]
    assert "Nothing more to do" in str(told["Subject"])
    assert "/respond/" not in text_of(told)


async def test_who_was_never_invited_is_told_nothing(pantry: Pantry, world: World) -> None:
    need = await pantry.need()
    before = len(pantry.mails())
    target = {"service_id": pantry.service_id, "receiver_id": pantry.receiver_id}
    referral = await world.sent(need, **target)
    await world.worker.act(referral, "withdraw", {"reason": "moved"})
    await world.stack.settle("referrals")
    assert pantry.mails()[before:] == []


async def test_voided_and_ended_by_the_sender_it_is_dead(pantry: Pantry, world: World) -> None:
    for end, body in (("void", {"note": "Twice."}), ("withdraw_now", {"reason": "duplicate"})):
        referral = await pantry.sent()
        path = pantry.path()
        await world.supervisor.act(referral, end, body)
        await pantry.look(path, 404)


async def test_after_their_own_no_it_thanks_for_an_hour_and_is_dead(
    pantry: Pantry, world: World, simulation: Simulation
) -> None:
    await pantry.sent()
    path = pantry.path()
    await pantry.says(path, "decline", reason="out_of_area")
    assert "cannot help" in await pantry.look(path)
    await wait(world, simulation, minutes=61)
    await pantry.look(path, 404)


async def test_it_thanks_while_the_client_is_asked_and_dies_with_the_answer(
    pantry: Pantry, world: World, simulation: Simulation
) -> None:
    referral = await pantry.sent()
    path = pantry.path()
    await pantry.says(path, "accept")
    await pantry.says(path, "report_served", **await world.given())
    assert "Thank you" in await pantry.look(path)
    await wait(world, simulation, minutes=61)
    await world.worker.act(referral, "client_answer", {"answer": "yes"})
    assert await world.status(referral) == ("closed", "confirmed")
    await pantry.look(path, 404)


async def test_it_thanks_for_an_hour_where_the_client_had_spoken_before(
    pantry: Pantry, world: World, simulation: Simulation
) -> None:
    referral = await pantry.sent()
    path = pantry.path()
    await pantry.says(path, "accept")
    await world.worker.act(referral, "client_answer", {"answer": "yes"})
    await pantry.says(path, "report_served", **await world.given())
    assert await world.status(referral) == ("closed", "confirmed")
    assert "Thank you" in await pantry.look(path)
    await wait(world, simulation, minutes=61)
    await pantry.look(path, 404)


async def test_a_reminder_brings_a_new_link_and_the_old_one_is_dead(
    pantry: Pantry, world: World, simulation: Simulation
) -> None:
    referral = await pantry.sent()
    first = pantry.path()
    await wait(world, simulation, days=2, hours=1)
    assert await reminders(world, referral) == ["receiver"]
    second = pantry.path()
    assert second != first
    await pantry.look(first, 404)
    await pantry.says(second, "accept")


async def test_a_mail_that_does_not_leave_kills_no_link(
    pantry: Pantry, world: World, simulation: Simulation
) -> None:
    """The old one dies once the new one is out, not before."""
    referral = await pantry.sent()
    first = pantry.path()
    outbox = world.stack.surroundings["referrals"].settings.data_dir / "outbox"
    aside = outbox.rename(outbox.with_name("outbox-aside"))
    outbox.write_text("no folder")  # nothing can be written into it
    try:
        await wait(world, simulation, days=2, hours=1)
        await pantry.look(first)
    finally:
        outbox.unlink()
        aside.rename(outbox)
    await wait(world, simulation, hours=3)
    assert pantry.path() != first
    await pantry.look(first, 404)
    await pantry.look(pantry.path())
    assert (await world.status(referral))[0] == "sent"


async def test_it_is_no_older_than_a_year(
    pantry: Pantry, world: World, simulation: Simulation
) -> None:
    referral = await pantry.sent()
    (link,) = await links(world, referral)
    assert link["expires_at"] - link["created_at"] == timedelta(days=365)


async def test_late_is_better_than_never_while_it_is_wanted(
    pantry: Pantry, world: World, simulation: Simulation
) -> None:
    referral = await pantry.sent()
    await wait(world, simulation, days=10)
    assert (await world.status(referral))[0] == "expired"
    path = pantry.path()
    page = await pantry.look(path)
    assert "still say yes" in page
    assert "Open the details" not in page
    await pantry.says(path, "decline", 409, reason="no_capacity")
    world.neighbours.down.add("cases")
    try:
        await pantry.says(path, "accept", 503)
    finally:
        world.neighbours.down.discard("cases")
    await pantry.says(path, "accept")
    assert (await world.status(referral))[0] == "accepted"


async def test_too_late_is_a_page_with_plain_words(
    pantry: Pantry, world: World, simulation: Simulation
) -> None:
    need = await pantry.need()
    referral = await pantry.sent(need)
    await wait(world, simulation, days=10)
    path = pantry.path()
    met = {"reason": "family", "said_by": "client"}
    await world.worker.in_cases(f"/v1/needs/{need.id}/mark-met-otherwise", met, status=200)
    await world.stack.settle()
    refused = await pantry.says(path, "accept", 409)
    assert "It is too late" in refused.text
    assert (await world.status(referral))[0] == "expired"


async def test_late_after_a_revocation_there_is_no_link(
    pantry: Pantry, world: World, simulation: Simulation
) -> None:
    need = await pantry.need()
    await pantry.sent(need)
    await wait(world, simulation, days=10)
    path = pantry.path()
    await pantry.look(path)
    await world.revoke(need)
    refused = await pantry.says(path, "accept", 409)
    assert "It is too late" in refused.text
    await world.stack.settle()
    await pantry.look(path, 404)


async def test_a_worker_sends_it_to_another_and_the_first_is_dead_at_once(
    pantry: Pantry, world: World
) -> None:
    referral = await pantry.sent()
    first = pantry.path()
    rosa = f"rosa-{uuid4().hex[:8]}@pantry.example"
    await world.worker.act(referral, "invite", {"email": rosa, "name": "Rosa"})
    await pantry.look(first, 404)
    await world.stack.settle("referrals")
    path = pantry.path(rosa)
    await pantry.says(path, "accept")
    (*_, link) = await links(world, referral)
    assert (link["recipient_name"], link["address"]) == ("Rosa", rosa)
    await world.worker.act(referral, "request_withdrawal", {"reason": "moved"})
    await world.stack.settle("referrals")
    assert pantry.path(rosa) != path  # what follows goes to Rosa, too
    history = (await world.worker.get(f"/v1/referrals/{referral['id']}/history"))["items"]
    notes = {entry["action"]: entry["note"] for entry in history}
    assert notes["invite"] == f"Rosa <{rosa}>"
    coordinator = world.people["network_coordinator"]
    seen = await coordinator.get(f"/v1/referrals/{referral['id']}/history")
    assert rosa not in str(seen)


async def test_only_the_sender_invites_and_only_to_what_can_be_answered(
    pantry: Pantry, world: World
) -> None:
    referral = await pantry.sent()
    await world.desk.act(referral, "invite", status=403)
    to_tenant = await world.sent()
    refused = await world.worker.act(to_tenant, "invite", status=409)
    assert "inbox" in refused["detail"]
    contact = {"contact_id": str(uuid4())}
    await world.worker.act(referral, "invite", contact, status=404)
    await world.worker.act(referral, "withdraw", {"reason": "moved"})
    await world.worker.act(referral, "invite", status=409)


async def test_without_a_mailbox_the_worker_is_told_to_call(world: World) -> None:
    other = await new_pantry(world, "No Mail Pantry")
    await world.stack.rows(
        "referrals", "update receiver set email = null where id = $1", other.receiver_id
    )
    referral = await other.sent()
    assert await reminders(world, referral) == ["worker"]
    await world.worker.act(referral, "invite", status=409)


async def test_an_address_that_takes_no_mail_is_the_workers_to_know(world: World) -> None:
    other = await new_pantry(world, "Typing Error Pantry")
    wrong = "update receiver set email = 'no address' where id = $1"
    await world.stack.rows("referrals", wrong, other.receiver_id)
    referral = await other.sent()
    assert await reminders(world, referral) == ["worker"]
    history = (await world.worker.get(f"/v1/referrals/{referral['id']}/history"))["items"]
    assert "receiver_unreachable" in {entry["reason"] for entry in history}
    await world.stack.settle()
    flags = await world.stack.rows(
        "resources", "select reason from listing_flag where service_id = $1", other.service_id
    )
    assert [flag["reason"] for flag in flags] == ["disconnected"]


async def test_too_many_requests_are_slowed_down(pantry: Pantry, world: World) -> None:
    await pantry.sent()
    path, state = pantry.path(), world.stack.apps["referrals"].state
    before, state.link_limiter = state.link_limiter, RateLimiter(5)
    try:
        for _ in range(5):
            await pantry.look(path)
        slowed = await pantry.look(path, 429)
    finally:
        state.link_limiter = before
    assert "Please wait a minute" in slowed
