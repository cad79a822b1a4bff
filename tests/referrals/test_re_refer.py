"""Dead ends: the way on carries the history, keeps out what is barred, and the next listing is proposed."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest

from services.resources.cli import STARTER
from services.resources.imports.run import import_package
from tests.referrals.network import Provider, consented, new_provider
from tests.referrals.passing import coming_monday, go_to_monday, wait
from tests.referrals.world import Body, Need, Simulation, World


@pytest.fixture(scope="module")
async def simulation(world: World) -> AsyncIterator[Simulation]:
    """A clock that only ever goes on."""
    simulation = Simulation(coming_monday())
    with simulation.running():
        yield simulation


@pytest.fixture(autouse=True)
async def on_monday(simulation: Simulation, world: World) -> None:
    await go_to_monday(world, simulation)


async def pair(world: World) -> tuple[Provider, Need]:
    provider = await new_provider(world)
    return provider, await consented(world, provider)


async def declined(world: World, need: Need, reason: str = "no_capacity", **fields: object) -> Body:
    note = {"note": "Said so."} if reason == "other" else {}
    sent = await world.sent(need, **fields)
    await world.desk.act(sent, "decline", {"reason": reason, **note})
    return await world.worker.get(f"/v1/referrals/{sent['id']}")


async def test_one_call_carries_the_words_and_the_history(world: World) -> None:
    provider, need = await pair(world)
    words = {
        "message": "Weekday mornings.",
        "urgency": "urgent",
        "area": "Polk",
        "hand_off": "warm_call",
    }
    first = await declined(world, need, **words)
    body = {"service_id": provider.service_id, "send": True}
    next_one = await world.worker.act(first, "re_refer", body, status=201)
    assert (next_one["status"], next_one["problem"]) == ("sent", None)
    assert next_one["previous_referral_id"] == first["id"]
    assert next_one["receiver_id"] == provider.receiver_id
    for name in ("need_id", "classes", "urgency", "area", "hand_off"):
        assert next_one[name] == first[name]
    packet = await provider.desk.get(f"/v1/referrals/{next_one['id']}/packet")
    assert packet["message"] == "Weekday mornings."
    await world.worker.act(next_one, "re_refer", body, status=409)  # it is live


@pytest.mark.parametrize("end", ["expired", "not_served", "withdrawn", "unmet"])
async def test_every_dead_end_has_a_way_on(world: World, simulation: Simulation, end: str) -> None:
    provider, need = await pair(world)
    match end:
        case "expired":
            referral = await world.sent(need)
            for _ in range(10):
                await wait(world, simulation, days=1)
        case "withdrawn":
            referral = await world.sent(need)
            await world.worker.act(referral, "withdraw", {"reason": "duplicate"})
        case _:
            referral = await world.accepted(need)
            await world.desk.act(referral, "report_not_served", {"reason": "no_funds"})
            if end == "unmet":
                await world.worker.act(referral, "client_answer", {"answer": "no"})
    body = {"service_id": provider.service_id}
    drafted = await world.worker.act(referral, "re_refer", body, status=201)
    assert (drafted["status"], drafted["previous_referral_id"]) == ("draft", referral["id"])


async def test_the_way_on_is_offered_where_it_came_to_nothing(world: World) -> None:
    first = await declined(world, await world.need())
    assert {errand["name"] for errand in first["errands"]} == {"find_alternatives", "re_refer"}
    seen = await world.desk.get(f"/v1/referrals/{first['id']}")
    assert seen["errands"] == []
    draft = await world.draft()
    assert {errand["name"] for errand in draft["errands"]} == {"preflight", "preview"}


async def test_a_dispute_is_resolved_in_the_same_call(world: World) -> None:
    provider, need = await pair(world)
    served = await world.served(need)
    disputed = await world.worker.act(served, "client_answer", {"answer": "no"})
    assert disputed["status"] == "disputed"
    body = {"service_id": provider.service_id, "send": True}
    refused = await world.worker.act(disputed, "re_refer", body, status=422)
    assert refused["errors"][0]["pointer"] == "/resolve"
    learned = body | {"resolve": {"note": "Another Ana was served."}}
    sent = await world.worker.act(disputed, "re_refer", learned, status=201)
    assert sent["status"] == "sent"
    assert await world.status(disputed) == ("closed", "disputed")


async def test_a_live_or_satisfied_one_is_no_dead_end(world: World) -> None:
    provider, need = await pair(world)
    body = {"service_id": provider.service_id}
    served = await world.served(need)
    await world.worker.act(served, "re_refer", body, status=409)
    await world.worker.act(served, "client_answer", {"answer": "yes"})
    await world.worker.act(served, "re_refer", body, status=409)
    await world.desk.act(served, "re_refer", body, status=403)
    await world.people["senior_case_manager"].act(served, "re_refer", body, status=404)


@pytest.mark.parametrize("reason", ["not_eligible", "service_ended"])
async def test_never_again_there_for_this_client(world: World, reason: str) -> None:
    need = await world.need()
    first = await declined(world, need, reason)
    body = {"service_id": world.service_id, "review": True}
    refused = await world.worker.act(first, "re_refer", body, status=409)
    assert refused["type"] == "/problems/listing-excluded"
    assert (refused["code"], refused["until"]) == (reason, None)


async def test_no_capacity_bars_until_its_date(world: World, simulation: Simulation) -> None:
    first = await declined(world, await world.need(), "no_capacity")
    body = {"service_id": world.service_id}
    refused = await world.worker.act(first, "re_refer", body, status=409)
    until = (simulation.now + timedelta(days=30)).date()
    assert (refused["code"], refused["until"]) == ("no_capacity", str(until))
    simulation.now += timedelta(days=29)
    await world.worker.act(first, "re_refer", body, status=409)
    simulation.now += timedelta(days=1)
    again = await world.worker.act(first, "re_refer", body, status=201)
    assert again["service_id"] == world.service_id


async def test_the_receivers_own_date_goes_before_the_thirty_days(
    world: World, simulation: Simulation
) -> None:
    until = str((simulation.now + timedelta(days=7)).date())
    sent = await world.sent()
    said = {"reason": "no_capacity", "retry_on": until}
    assert (await world.desk.act(sent, "decline", said))["retry_on"] == until
    body = {"service_id": world.service_id}
    refused = await world.worker.act(sent, "re_refer", body, status=409)
    assert refused["until"] == until
    simulation.now += timedelta(days=7)
    await world.worker.act(sent, "re_refer", body, status=201)


async def test_after_a_safety_exclusion_a_person_looks_first(world: World) -> None:
    need = await world.need()
    first = await declined(world, need, "safety_exclusion")
    body = {"service_id": world.service_id}
    refused = await world.worker.act(first, "re_refer", body, status=409)
    assert refused["review"]
    await world.worker.act(first, "re_refer", body | {"review": True}, status=201)


async def test_what_cannot_be_sent_waits_as_a_draft_and_says_why(world: World) -> None:
    provider = await new_provider(world)
    need = await world.need()
    first = await declined(world, need)
    body = {"service_id": provider.service_id, "send": True}
    draft = await world.worker.act(first, "re_refer", body, status=201)
    assert draft["status"] == "draft"
    assert draft["problem"]["type"] == "/problems/consent-missing"


async def starter(world: World) -> None:
    """The directory's own sample listings: it finds food there."""
    db = world.stack.surroundings["resources"].db
    reports = world.stack.surroundings["resources"].settings.data_dir / "reports"
    await import_package(db, STARTER, reports=reports, name="starter", full=True)
    await world.stack.settle("resources")


async def test_the_next_matching_listings_are_weighed_and_the_tried_left_out(world: World) -> None:
    await starter(world)
    first = await declined(world, await world.need())
    path = f"/v1/referrals/{first['id']}/alternatives"
    found = await world.worker.get(path)
    assert 0 < len(found["items"]) <= 5 <= found["total"]
    assert all(item["checks"] for item in found["items"])
    assert {
        c["result"] for i in found["items"] for c in i["checks"] if c["check"] == "listing_open"
    } == {"yes"}
    tried = found["items"][0]["service_id"]
    link = {"kind": "link", "name": "The next pantry", "service_ids": [tried]}
    await world.worker.post("/v1/receivers", link, 201)
    second = await world.worker.act(first, "re_refer", {"service_id": tried}, status=201)
    again = await world.worker.get(f"/v1/referrals/{second['id']}/alternatives")
    assert tried not in {item["service_id"] for item in again["items"]}
    assert again["total"] == found["total"] - 1
    near = {"near": {"latitude": 41.6, "longitude": -93.1}, "limit": 10}
    by_distance = (await world.worker.post(path, near))["items"]
    located = [i["distance_km"] for i in by_distance if i["distance_km"] is not None]
    assert located == sorted(located)
    assert {c["check"] for c in by_distance[0]["checks"]} >= {"distance"}
    await world.desk.get(path, 403)
    await world.people["senior_case_manager"].get(path, 404)


async def test_the_next_listing_is_proposed_and_taken_when_none_is_named(world: World) -> None:
    await starter(world)
    first = await declined(world, await world.need())
    assert first["proposed_service_id"] is None
    await world.stack.settle()
    row = await world.worker.get(f"/v1/referrals/{first['id']}")
    proposed = row["proposed_service_id"]
    assert proposed is not None
    assert (await world.desk.get(f"/v1/referrals/{first['id']}"))["proposed_service_id"] is None
    key = uuid4().hex
    path = f"/v1/referrals/{first['id']}/re-refer"
    second = await world.worker.post(path, {}, 201, key=key)
    assert second["service_id"] == proposed
    assert await world.worker.post(path, {}, 201, key=key) == second
    third = await world.worker.act(first, "re_refer", status=201)
    assert third["service_id"] not in (proposed, world.service_id)


async def test_nothing_is_proposed_to_a_client_who_wants_nothing_more(world: World) -> None:
    await starter(world)
    first = await declined(world, await world.need(), "client_no_longer_needs")
    await world.stack.settle()
    row = await world.worker.get(f"/v1/referrals/{first['id']}")
    assert row["proposed_service_id"] is None


async def test_when_all_were_tried_it_says_that_there_is_no_other(world: World) -> None:
    await starter(world)
    first = await declined(world, await world.need("end_of_life"))
    total = (await world.worker.get(f"/v1/referrals/{first['id']}/alternatives"))["total"]
    tried = [await world.worker.act(first, "re_refer", status=201) for _ in range(total)]
    assert len({referral["service_id"] for referral in tried}) == total > 0
    refused = await world.worker.act(first, "re_refer", status=409)
    assert refused["type"] == "/problems/no-alternative"
