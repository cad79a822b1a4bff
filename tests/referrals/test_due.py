"""What is overdue, whose turn it is, and why: who must act, since when, and what happens when."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from shared import clock
from tests.referrals.passing import coming_monday, go_to_monday, wait
from tests.referrals.world import Body, Person, Simulation, World, checked

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
async def simulation(world: World) -> AsyncIterator[Simulation]:
    simulation = Simulation(coming_monday())
    with simulation.running():
        yield simulation


@pytest.fixture(autouse=True)
async def monday(simulation: Simulation, world: World) -> datetime:
    await go_to_monday(world, simulation)
    return simulation.now


async def late(person: Person, **params: str) -> list[str]:
    """All of the list, page by page."""
    found: list[str] = []
    asked = {name: value for name, value in ({"overdue": "true"} | params).items() if value}
    asked["limit"] = "2"
    while True:
        answer = await person.http("referrals").get("/v1/referrals", params=asked)
        page = checked(answer, 200)
        found += [row["id"] for row in page["items"]]
        if page["next"] is None:
            return found
        asked["cursor"] = page["next"]


def iso(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


async def test_the_longest_overdue_come_first_and_go_when_somebody_acts(
    world: World, simulation: Simulation, monday: datetime
) -> None:
    other_days = timedelta(hours=1)
    sent: list[Body] = []
    for _ in range(5):
        sent.append(await world.sent())
        simulation.now += other_days
    ids = [referral["id"] for referral in sent]
    assert await late(world.worker) == []
    # The dates have passed, and the worker has not been at work since.
    simulation.now = monday + 2 * DAY + 2.5 * other_days
    assert await late(world.worker) == ids[:3]
    await world.stack.settle("referrals")
    assert await late(world.worker) == ids[:3]
    simulation.now += 2 * other_days
    for role in ("case_manager", "supervisor", "program_manager", "network_coordinator"):
        assert await late(world.people[role]) == ids, role  # reminded or not
    # Climbing the ladder moves none of them down the list.
    await wait(world, simulation, days=1)
    assert await late(world.worker) == ids
    assert await late(world.people["network_coordinator"], waits_for="receiver") == ids
    assert await late(world.worker, waits_for="worker") == []
    await world.desk.act(sent[1], "accept")
    assert await late(world.worker) == [ids[0], *ids[2:]]
    assert await late(world.people["case_manager_entry"]) == []
    await world.desk.act(sent[0], "ask_question", {"text": "Where do they live?"})
    for role in ("case_manager", "program_manager"):
        assert await late(world.people[role]) == ids[2:]
    listed = await world.worker.get("/v1/referrals", waits_for="worker")
    assert [row["id"] for row in listed["items"]] == [ids[0]]
    assert listed["items"][0]["overdue_since"] is None
    await world.stack.rows("referrals", "update referral set overdue_since = null")


async def test_whose_turn_it_is_is_listed_by_date(world: World, simulation: Simulation) -> None:
    longer = await world.accepted()
    simulation.now += timedelta(hours=1)
    shorter = [await world.sent(), await world.sent(urgency="urgent")]
    expected = [shorter[1]["id"], shorter[0]["id"], longer["id"]]
    for role in ("case_manager", "program_manager", "network_coordinator"):
        whole = await late(world.people[role], overdue="", waits_for="receiver")
        assert [one for one in whole if one in expected] == expected, role
        assert await late(world.people[role], overdue="", waits_for="clock") == []


async def test_the_list_can_be_narrowed(world: World, simulation: Simulation) -> None:
    need = await world.need()
    first, second = await world.sent(), await world.accepted(need)
    await wait(world, simulation, days=5)
    for person in (world.worker, world.people["program_manager"]):
        accepted = await late(person, status="accepted")
        assert (second["id"] in accepted, first["id"] in accepted) == (True, False)
        assert await late(person, case_id=first["case_id"]) == [first["id"]]
        assert await late(person, need_id=need.id) == [second["id"]]


async def test_nobody_sees_more_in_it_than_elsewhere(world: World, simulation: Simulation) -> None:
    referral = await world.sent()
    simulation.now += 3 * DAY
    assert referral["id"] in await late(world.worker)
    assert referral["id"] in await late(world.people["program_manager"])
    assert referral["id"] not in await late(world.people["senior_case_manager"])
    assert await late(world.desk) == []  # what was sent to it stands in its inbox
    coordinator = world.people["network_coordinator"]
    page = await coordinator.get("/v1/referrals", overdue="true", limit="200")
    (row,) = [row for row in page["items"] if row["id"] == referral["id"]]
    assert (row["client_id"], row["next"]["overdue"]) == (None, True)


async def test_each_rung_is_told_with_its_time_and_comes_then(
    world: World, simulation: Simulation, monday: datetime
) -> None:
    referral = await world.sent()
    path = f"/v1/referrals/{referral['id']}/why"
    foretold = (await world.desk.get(path))["next"]
    assert foretold == [
        {"what": "remind_receiver", "at": iso(monday + 2 * DAY)},
        {"what": "remind_worker", "at": iso(monday + 3 * DAY)},
        {"what": "remind_supervisor", "at": iso(monday + 4 * DAY)},
        {"what": "remind_coordinator", "at": iso(monday + 7 * DAY)},
        {"what": "expire", "at": iso(monday + 8 * DAY)},
    ]
    await wait(world, simulation, days=3)
    for person in (world.worker, world.desk, world.people["network_coordinator"]):
        why = await person.get(path)
        assert (why["because"], why["overdue"]) == ("answer", True)
        assert why["overdue_since"] == iso(monday + 2 * DAY)
        told = [(entry["party"], entry["at"], entry["about"]) for entry in why["reminded"]]
        assert told == [
            ("receiver", iso(monday + 2 * DAY), "answer"),
            ("worker", iso(monday + 3 * DAY), "answer"),
        ]
        assert why["next"] == foretold[2:]
    await wait(world, simulation, days=6)
    history = await world.worker.get(f"/v1/referrals/{referral['id']}/history")
    came = {
        f"remind_{entry['reminded']}" if entry["action"] == "remind" else entry["action"]: (
            entry["at"]
        )
        for entry in history["items"]
    }
    assert {rung["what"]: rung["at"] for rung in foretold}.items() <= came.items()


async def test_why_lists_every_clock_and_what_repeats(world: World, monday: datetime) -> None:
    referral = await world.accepted()
    await world.worker.act(referral, "request_withdrawal", {"reason": "moved"})
    why = await world.worker.get(f"/v1/referrals/{referral['id']}/why")
    clocks = {running["clock"]: running for running in why["clocks"]}
    assert clocks.keys() == {"first_contact", "withdrawal", "outcome"}
    assert {name: running["repeats"] for name, running in clocks.items()} == {
        "first_contact": True,
        "withdrawal": False,
        "outcome": False,
    }
    ends = {name: running["next"][-1] for name, running in clocks.items()}
    assert ends["withdrawal"] == {"what": "confirm_withdrawal", "at": iso(monday + 3 * DAY)}
    assert ends["outcome"] == {"what": "report_not_served", "at": iso(monday + 120 * DAY)}


async def test_why_foretells_the_tries_to_ask_the_client(world: World, monday: datetime) -> None:
    referral = await world.served()
    why = await world.worker.get(f"/v1/referrals/{referral['id']}/why")
    assert why["waits_for"] == "clock"
    assert [rung["what"] for rung in why["next"]] == ["ask", "ask", "ask", "stop_asking"]
    assert why["next"][-1]["at"] == iso(monday + 13 * DAY)


async def test_a_withdrawal_is_requested_once(world: World, simulation: Simulation) -> None:
    referral = await world.accepted()
    asked = await world.worker.act(referral, "request_withdrawal", {"reason": "moved"})
    simulation.now += DAY
    again = await world.worker.act(referral, "request_withdrawal", {"reason": "moved"}, 409)
    assert (again["type"], again["code"]) == ("/problems/not-yet", "withdrawal_requested")
    row = await world.worker.get(f"/v1/referrals/{referral['id']}")
    assert row["next"]["by"] == asked["next"]["by"]


async def test_nothing_was_served_before_it_was_sent(world: World) -> None:
    referral = await world.accepted()
    given = await world.given()
    too_early = str((clock.now() - 2 * DAY).date())
    refused = await world.desk.act(
        referral, "report_served", {**given, "served_on": too_early}, 422
    )
    assert [error["pointer"] for error in refused["errors"]] == ["/served_on"]
    await world.stack.rows(
        "referrals", "update referral set imported = true where id = $1", referral["id"]
    )
    await world.desk.act(referral, "report_served", {**given, "served_on": too_early})
