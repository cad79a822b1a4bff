"""The receiver's inbox: what waits, who has taken it on, and the waiting list."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from shared import clock
from tests.referrals.appointing import Creeping
from tests.referrals.passing import coming_monday
from tests.referrals.world import Body, Person, Simulation, World, checked


@pytest.fixture(scope="module", autouse=True)
async def simulation(world: World) -> AsyncIterator[Simulation]:
    """Begins on a Monday at ten, and only ever goes on."""
    simulation = Creeping(coming_monday())
    with simulation.running():
        yield simulation


@pytest.fixture
async def colleague(world: World) -> Person:
    return Person(uuid4(), "receiver", world.provider, world.stack)


async def box(world: World, **params: Any) -> Body:
    return checked(await world.desk.http("referrals").get("/v1/inbox", params=params), 200)


async def found(world: World, **params: Any) -> list[str]:
    """The ids on one page that holds them all."""
    return [item["id"] for item in (await box(world, limit=200, **params))["items"]]


async def in_a_day(days: int = 1) -> str:
    return str(clock.now().date() + timedelta(days=days))


async def test_it_is_in_the_order_of_sending_not_of_drafting(world: World) -> None:
    early = await world.draft()
    late = await world.sent()
    await world.worker.act(early, "send")
    assert (await found(world))[:2] == [early["id"], late["id"]]
    oldest = await found(world, order="longest_waiting")
    assert oldest.index(late["id"]) < oldest.index(early["id"])


async def test_what_is_over_is_neither_counted_nor_waits(world: World) -> None:
    before = await box(world, limit=1)
    referral = await world.sent(urgency="urgent")
    now = await box(world, limit=1)
    for name in ("unclaimed", "urgent"):
        assert now[name] == before[name] + 1
    assert now["counts"]["sent"] == before["counts"].get("sent", 0) + 1
    await world.desk.act(referral, "decline", {"reason": "no_funds"})
    after = await box(world, limit=1)
    assert after["counts"] == before["counts"]
    assert (after["unclaimed"], after["urgent"]) == (before["unclaimed"], before["urgent"])
    assert referral["id"] not in await found(world, order="longest_waiting")
    assert referral["id"] in await found(world, status="declined")


async def test_each_filter_keeps_its_own(world: World) -> None:
    mine, theirs = await world.sent(), await world.accepted(urgency="urgent")
    other = await world.sent(await world.need("housing"))
    await world.desk.act(mine, "claim")
    both = [("status", "sent"), ("status", "accepted")]
    cases: list[tuple[Any, set[str]]] = [
        ({"status": "accepted"}, {theirs["id"]}),
        (both, {mine["id"], theirs["id"], other["id"]}),
        ({"category": "housing"}, {other["id"]}),
        ({"urgency": "urgent"}, {theirs["id"]}),
        ({"service_id": world.service_id}, {mine["id"], theirs["id"], other["id"]}),
        ({"service_id": str(uuid4())}, set()),
        ({"claimed": "me"}, {mine["id"]}),
        ({"claimed": "anybody"}, {mine["id"]}),
        ({"claimed": "nobody"}, {theirs["id"], other["id"]}),
        ({"overdue": True}, set()),
        ({"question": True}, set()),
        ({"claimed": "nobody", "category": "housing", "status": "sent"}, {other["id"]}),
    ]
    ids = {mine["id"], theirs["id"], other["id"]}
    for params, expected in cases:
        answer = await world.desk.http("referrals").get("/v1/inbox", params=params)
        assert answer.status_code == 200, answer.text
        shown = {item["id"] for item in answer.json()["items"]} & ids
        assert shown == expected, params


async def test_an_open_question_and_what_is_overdue_are_found(
    world: World, simulation: Simulation
) -> None:
    referral, asked = await world.sent(), await world.sent()
    await world.desk.act(asked, "ask_question", {"text": "Is a car needed?"})
    assert await found(world, question=True) == [asked["id"]]
    assert referral["id"] not in await found(world, overdue=True)
    simulation.now += timedelta(days=3)
    assert referral["id"] in await found(world, overdue=True), "due, and not yet acted on"
    await world.stack.settle("referrals")
    before = await box(world, overdue=True)
    assert referral["id"] in {item["id"] for item in before["items"]}, "somebody was reminded"
    assert before["overdue"] >= 1
    await world.desk.act(referral, "accept")
    assert (await box(world))["overdue"] == before["overdue"] - 1


async def test_pages_hold_each_referral_once_in_either_order(world: World) -> None:
    for _ in range(3):
        await world.sent()
    for order in ("newest", "longest_waiting"):
        whole = await found(world, order=order, status="sent")
        paged: list[str] = []
        page = await box(world, order=order, status="sent", limit=2)
        while True:
            paged += [item["id"] for item in page["items"]]
            if page["next"] is None:
                break
            page = await box(world, order=order, status="sent", limit=2, cursor=page["next"])
        assert paged == whole


async def test_one_of_ten_who_claim_at_once_wins(world: World) -> None:
    crowd = [Person(uuid4(), "receiver", world.provider, world.stack) for _ in range(10)]
    for _ in range(3):
        referral = await world.sent()
        answers = await asyncio.gather(
            *(p.http("referrals").post(_path(referral, "claim"), json={}) for p in crowd)
        )
        won = [answer for answer in answers if answer.status_code == 200]
        lost = [answer.json() for answer in answers if answer.status_code == 409]
        assert (len(won), len(lost)) == (1, 9)
        winner = won[0].json()["claimed_by"]
        assert {(body["type"], body["claimed_by"]) for body in lost} == {
            ("/problems/claimed", winner)
        }
        history = await world.desk.get(f"/v1/referrals/{referral['id']}/history")
        assert [e["action"] for e in history["items"]].count("claim") == 1


def _path(referral: Body, action: str) -> str:
    return f"/v1/referrals/{referral['id']}/{action}"


async def test_a_claim_is_the_receivers_own_affair(world: World, colleague: Person) -> None:
    referral = await world.sent()
    claimed = await world.desk.act(referral, "claim")
    assert claimed["claimed_by"] == str(world.desk.id)
    assert (claimed["status"], claimed["version"]) == ("sent", referral["version"])
    assert await world.desk.act(referral, "claim") == claimed, "again changes nothing"
    seen = await world.worker.get(f"/v1/referrals/{referral['id']}")
    assert (seen["claimed"], seen["claimed_by"], seen["claimed_at"]) == (True, None, None)
    told = await world.worker.get(f"/v1/referrals/{referral['id']}/history")
    assert "claim" in {entry["action"] for entry in told["items"]}
    assert str(world.desk.id) not in str(told), "names of staff stay at home"
    await world.worker.act(referral, "claim", status=403)
    await colleague.act(referral, "accept")  # a claim blocks nobody
    await colleague.act(referral, "release")
    assert (await colleague.act(referral, "claim"))["claimed_by"] == str(colleague.id)


async def test_what_is_over_cannot_be_claimed(world: World) -> None:
    referral = await world.sent()
    assert "claim" in {e["name"] for e in (await world.desk.act(referral, "claim"))["errands"]}
    declined = await world.desk.act(referral, "decline", {"reason": "no_funds"})
    assert declined["errands"] == []
    refused = await world.desk.act(referral, "claim", status=409)
    assert (refused["type"], refused["status_now"]) == ("/problems/action-not-allowed", "declined")


async def test_the_errands_offered_are_those_of_the_caller(world: World) -> None:
    referral = await world.accepted()
    ours = {"claim", "release", "propose_appointment", "hand_off", "open_inquiry"}
    shown = await world.desk.get(f"/v1/referrals/{referral['id']}")
    assert {errand["name"] for errand in shown["errands"]} == ours
    seen = await world.worker.get(f"/v1/referrals/{referral['id']}")
    theirs = {errand["name"] for errand in seen["errands"]}
    assert theirs == {"propose_appointment", "hand_off"}
    coordinator = world.people["network_coordinator"]
    assert (await coordinator.get(f"/v1/referrals/{referral['id']}"))["errands"] == []


# The waiting list


async def waiting(world: World, position: int | None = None) -> Body:
    wait = {"until": await in_a_day(), "position": position}
    return await world.desk.act(await world.sent(), "accept", {"waitlist": wait})


async def test_accepted_straight_onto_the_waiting_list(world: World) -> None:
    referral = await waiting(world, 3)
    assert (referral["status"], referral["waitlist_position"]) == ("on_hold", 3)
    assert referral["hold_until"] == await in_a_day()
    history = await world.desk.get(f"/v1/referrals/{referral['id']}/history")
    acts = [(entry["action"], entry["reason"]) for entry in history["items"]][:2]
    assert set(acts) == {("hold", "no_capacity"), ("accept", None)}
    assert referral["next"]["clock"] == "hold"
    resumed = await world.desk.act(referral, "resume")
    assert (resumed["status"], resumed["waitlist_position"]) == ("in_progress", None)


async def test_a_review_date_in_the_past_accepts_nothing(world: World) -> None:
    referral = await world.sent()
    body = {"waitlist": {"until": await in_a_day(-2)}}
    refused = await world.desk.act(referral, "accept", body, 422)
    assert refused["type"] == "/problems/invalid"
    assert (await world.status(referral))[0] == "sent"


async def test_waiting_takes_no_place_and_resuming_does(world: World) -> None:
    places = {"receiver": world.receiver_id, "service": world.service_id}
    await world.stack.rows(
        "referrals",
        "insert into capacity (id, organization, receiver_id, service_id, places, taken, as_of, "
        "version) values ($1, $2, $3, $4, 1, 0, now(), 1)",
        uuid4(),
        world.provider,
        *places.values(),
    )
    try:
        first, second = await waiting(world, 1), await waiting(world, 2)
        assert await _taken(world) == 0
        await world.desk.act(first, "resume")
        assert await _taken(world) == 1
        refused = await world.desk.act(second, "resume", status=409)
        assert refused["type"] == "/problems/capacity-full"
        plainly = await world.desk.act(await world.sent(), "accept", status=409)
        assert plainly["type"] == "/problems/capacity-full"
        assert (await waiting(world, 3))["status"] == "on_hold", "though all places are taken"
        await world.desk.act(first, "report_not_served", {"reason": "no_show"})
        assert (await world.desk.act(second, "resume"))["status"] == "in_progress"
    finally:
        await world.stack.rows("referrals", "update referral set capacity_id = null")
        await world.stack.rows("referrals", "delete from capacity")


async def _taken(world: World) -> int:
    [row] = await world.stack.rows("referrals", "select taken from capacity")
    taken: int = row["taken"]
    return taken


async def test_the_list_is_by_position_then_by_acceptance(world: World) -> None:
    third, unplaced, first, second = [
        (await waiting(world, position))["id"] for position in (9, None, 7, 7)
    ]
    ours = {first, second, third, unplaced}
    assert await _listed(world, ours) == [first, second, third, unplaced]
    moved = await world.desk.act(unplaced, "waitlist_position", {"position": 1})
    assert (moved["waitlist_position"], moved["hold_until"]) == (1, await in_a_day())
    assert await _listed(world, ours) == [unplaced, first, second, third]
    for referral in ours:
        await world.desk.act(referral, "resume")
    assert await _listed(world, ours) == []
    refused = await world.desk.act(first, "waitlist_position", {"position": 1}, 409)
    assert refused["type"] == "/problems/action-not-allowed"


async def _listed(world: World, ours: set[str]) -> list[str]:
    """Paged by two, so that the cursor is tried too."""
    found: list[str] = []
    params: dict[str, Any] = {"limit": 2, "service_id": world.service_id}
    while True:
        page = await world.desk.get("/v1/inbox/waitlist", **params)
        found += [item["id"] for item in page["items"] if item["id"] in ours]
        if page["next"] is None:
            return found
        params["cursor"] = page["next"]


async def test_a_worker_writes_a_position_down_for_the_receiver(world: World) -> None:
    referral = await waiting(world)
    await world.worker.act(referral, "waitlist_position", {"position": 5})
    history = await world.desk.get(f"/v1/referrals/{referral['id']}/history")
    entry = history["items"][0]
    assert (entry["action"], entry["marked_for"]) == ("waitlist_position", "receiver")
