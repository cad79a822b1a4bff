"""Opposite acts at once, keys used twice, and numbers and days that nobody means."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from tests.referrals.world import Body, World, new_listing


async def both(world: World, referral: Body, *acts: Any) -> list[int]:
    """What the people did at once, by the status of their answers."""
    path = f"/v1/referrals/{referral['id']}"
    answers = await asyncio.gather(
        *(who.http("referrals").post(f"{path}/{act}", json=body) for who, act, body in acts)
    )
    return [answer.status_code for answer in answers]


@pytest.mark.parametrize("turn", range(4))
async def test_an_acceptance_and_a_withdrawal_at_once_end_in_one_of_them(
    world: World, turn: int
) -> None:
    referral = await world.sent()
    back = (world.worker, "withdraw", {"reason": "client_declined"})
    acts = [(world.desk, "accept", {}), back, (world.desk, "decline", {"reason": "no_capacity"})]
    statuses = await both(world, referral, *acts[turn % 2 :], *acts[: turn % 2])
    assert sorted(statuses)[0] == 200
    assert statuses.count(200) == 1
    assert set(statuses) == {200, 409}
    path = f"/v1/referrals/{referral['id']}/history"
    moves = [e for e in (await world.worker.get(path))["items"] if e["before"] == "sent"]
    assert len([move for move in moves if move["after"] != "sent"]) == 1


async def test_an_acceptance_races_a_revocation(world: World) -> None:
    need = await world.need()
    referral = await world.sent(need)
    await asyncio.gather(
        world.desk.http("referrals").post(f"/v1/referrals/{referral['id']}/accept", json={}),
        world.revoke(need),
    )
    await world.stack.settle("cases", "referrals")
    assert (await world.status(referral))[0] == "withdrawn"
    held = await world.stack.rows(
        "referrals", "select capacity_id from referral where id = $1", referral["id"]
    )
    assert held[0]["capacity_id"] is None


async def test_a_key_of_one_operation_is_no_key_of_another(world: World) -> None:
    first, second, key = await world.sent(), await world.sent(), uuid4().hex
    await world.desk.post(f"/v1/referrals/{first['id']}/accept", {}, 200, key)
    http = world.desk.http("referrals")
    for path, body in (
        (f"/v1/referrals/{second['id']}/accept", {}),
        (f"/v1/referrals/{first['id']}/start", {}),
        (f"/v1/referrals/{first['id']}/accept", {"note": "another"}),
    ):
        answer = await http.post(path, json=body, headers={"Idempotency-Key": key})
        assert answer.status_code in (409, 422), path
    assert (await world.status(second))[0] == "sent"
    again = await world.desk.post(f"/v1/referrals/{first['id']}/accept", {}, 200, key)
    assert again["status"] == "accepted"


async def test_somebody_elses_key_answers_nothing_of_theirs(world: World) -> None:
    referral, key = await world.sent(), uuid4().hex
    await world.desk.post(f"/v1/referrals/{referral['id']}/accept", {}, 200, key)
    path = f"/v1/referrals/{referral['id']}/accept"
    await world.people["network_coordinator"].post(path, {}, 403, key)


@pytest.mark.parametrize(
    ("act", "body"),
    [
        ("hold", {"until": "9999-12-31"}),
        ("hold", {"until": "0001-01-01"}),
        ("hold", {"until": "2026-02-30"}),
        ("waitlist-position", {"position": -1}),
        ("waitlist-position", {"position": 2**63}),
        ("waitlist-position", {"position": True}),
        ("report-served", {"provided": "x", "served_on": "9999-12-31"}),
        ("report-served", {"provided": "x", "served_on": "1899-12-31"}),
        ("report-served", {"provided": "\x00", "served_on": "2026-01-01"}),
        (
            "hand-off",
            {"kind": "warm_call", "achieved": True, "present": [], "at": "2026-01-01T00:00:00Z"},
        ),
        (
            "hand-off",
            {
                "kind": "warm_call",
                "achieved": True,
                "present": ["client"],
                "at": "2199-01-01T00:00:00Z",
            },
        ),
        (
            "hand-off",
            {
                "kind": "warm_call",
                "achieved": True,
                "present": ["client"],
                "at": "1950-01-01T00:00:00Z",
            },
        ),
    ],
)
async def test_no_number_or_day_that_nobody_means(world: World, act: str, body: Body) -> None:
    referral = await world.accepted()
    await world.desk.post(f"/v1/referrals/{referral['id']}/{act}", body, 422)


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "timezone"),
    [
        ("2020-01-01T10:00:00Z", "2020-01-01T11:00:00Z", "UTC"),
        ("9999-12-31T23:00:00Z", "9999-12-31T23:30:00Z", "UTC"),
        ("2199-12-31T23:00:00Z", "2199-12-31T23:30:00Z", "UTC"),
        ("2027-03-14T10:00:00", "2027-03-14T11:00:00", "America/New_York"),
        ("2027-01-01T10:00:00Z", "2027-01-01T10:00:00Z", "UTC"),
        ("2027-01-01T10:00:00Z", "2026-12-31T10:00:00Z", "UTC"),
        ("2027-01-01T10:00:00Z", "2027-01-01T11:00:00Z", "../etc/passwd"),
        ("2027-01-01T10:00:00Z", "2027-01-01T11:00:00Z", "/etc/localtime"),
    ],
)
async def test_no_appointment_at_no_time(
    world: World, starts_at: str, ends_at: str, timezone: str
) -> None:
    referral = await world.accepted()
    new = {"starts_at": starts_at, "ends_at": ends_at, "timezone": timezone, "kind": "phone"}
    await world.desk.post(f"/v1/referrals/{referral['id']}/appointments", new, 422)


async def test_confirmed_and_cancelled_at_once_is_one_of_them(world: World) -> None:
    referral = await world.accepted()
    new = {
        "starts_at": "2027-03-01T10:00:00Z",
        "ends_at": "2027-03-01T11:00:00Z",
        "timezone": "UTC",
        "kind": "phone",
    }
    made = await world.desk.post(f"/v1/referrals/{referral['id']}/appointments", new, 201)
    path = f"/v1/appointments/{made['id']}"
    answers = await asyncio.gather(
        *(world.worker.http("referrals").post(f"{path}/confirm", json={}) for _ in range(5)),
        *(world.worker.http("referrals").post(f"{path}/decline", json={}) for _ in range(5)),
    )
    assert [answer.status_code for answer in answers].count(200) == 1


async def test_a_question_of_what_is_over_is_neither_asked_nor_answered(world: World) -> None:
    referral = await world.sent()
    await world.desk.act(referral, "ask_question", {"text": "Which day?"})
    await world.worker.act(referral, "withdraw", {"reason": "client_declined"})
    await world.worker.act(referral, "answer_question", {"text": "Monday."}, 409)
    await world.desk.act(referral, "ask_question", {"text": "And now?"}, 409)


async def test_ten_of_a_group_accept_at_once_and_one_is_taken(world: World) -> None:
    need = await world.need()
    listings = [(await new_listing(world.stack))[0] for _ in range(10)]
    targets = [{"service_id": one, "receiver_id": world.receiver_id} for one in listings]
    group = {"need_id": need.id, "classes": ["identity"], "targets": targets, "send": True}
    made = await world.worker.post("/v1/referral-groups", group, 201)
    paths = [f"/v1/referrals/{member['id']}/accept" for member in made["members"]]
    answers = await asyncio.gather(
        *(world.desk.http("referrals").post(path, json={}) for path in paths)
    )
    assert [answer.status_code for answer in answers].count(200) == 1
    await world.stack.settle("referrals")
    members = (await world.worker.get(f"/v1/referral-groups/{made['id']}"))["members"]
    assert sorted({member["status"] for member in members}) == ["accepted", "withdrawn"]


@pytest.mark.parametrize("places", [-1, 2**31, 1.5, "3", None, True])
async def test_places_are_counted_with_whole_small_numbers(world: World, places: Any) -> None:
    http = world.desk.http("referrals")
    path = f"/v1/receivers/{world.receiver_id}/capacity/{world.service_id}"
    answer = await http.put(path, json={"places": places}, headers={"If-Match": '"0"'})
    assert answer.status_code == 422, answer.text
