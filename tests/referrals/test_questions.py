"""A question stops the receiver's clocks, starts the worker's, and cannot stop them for ever."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from tests.referrals.passing import coming_monday, due, go_to_monday, reminders, wait
from tests.referrals.world import Body, Simulation, World

QUESTION, ANSWER = "Is there a step at the door?", "There is a ramp."
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
async def simulation(world: World) -> AsyncIterator[Simulation]:
    simulation = Simulation(coming_monday())
    with simulation.running():
        yield simulation


@pytest.fixture(autouse=True)
async def monday(simulation: Simulation, world: World) -> datetime:
    """At ten, when both sides have just begun to work (9 to 17 UTC)."""
    await go_to_monday(world, simulation)
    return simulation.now


async def ask(world: World, referral: Body, status: int = 200) -> Body:
    return await world.desk.act(referral, "ask_question", {"text": QUESTION}, status)


async def answer(world: World, referral: Body, status: int = 200) -> Body:
    return await world.worker.act(referral, "answer_question", {"text": ANSWER}, status)


async def test_the_receivers_clock_stands_still_until_the_answer(
    world: World, simulation: Simulation, monday: datetime
) -> None:
    referral = await world.sent()
    assert await due(world, referral) == {"answer": (monday + 2 * DAY, 0)}
    simulation.now += DAY
    asked = await ask(world, referral)
    assert (asked["status"], asked["next"]["who"]) == ("sent", "worker")
    assert await due(world, referral) == {
        "question": (monday + 3 * DAY, 0),
        "answer": (monday + 9 * DAY, 0),  # five working days after Wednesday
    }
    await wait(world, simulation, days=2)
    assert await reminders(world, referral) == ["worker"]
    answered = await answer(world, referral)
    assert (answered["next"]["who"], answered["attention"]) == ("receiver", None)
    assert await due(world, referral) == {"answer": (monday + 4 * DAY, 0)}


async def test_all_questions_together_pause_it_for_five_working_days(
    world: World, simulation: Simulation, monday: datetime
) -> None:
    referral = await world.sent()
    await ask(world, referral)
    simulation.now += 3 * DAY
    await answer(world, referral)
    assert await due(world, referral) == {"answer": (monday + 7 * DAY, 0)}
    await ask(world, referral)
    paused = await due(world, referral)
    assert paused["answer"] == (monday + 9 * DAY, 0)
    await wait(world, simulation, days=20)
    # The worker never answered: the receiver's ladder went on, and ended it.
    assert (await world.status(referral))[0] == "expired"
    assert await due(world, referral) == {}
    await answer(world, referral, 409)
    late = await world.desk.act(referral, "accept")
    assert late["question_at"] is None
    running = await due(world, referral)
    await ask(world, referral)
    del (after := await due(world, referral))["question"]
    assert after == running, "nothing is left to pause"


async def test_an_answer_out_of_hours_uses_up_no_more_than_the_working_time(
    world: World, simulation: Simulation, monday: datetime
) -> None:
    referral = await world.sent()
    simulation.now = monday + timedelta(hours=6)
    await ask(world, referral)
    simulation.now = monday + DAY - timedelta(hours=3)  # at seven, before the receiver opens
    await answer(world, referral)
    assert await due(world, referral) == {"answer": (monday + 2 * DAY + timedelta(hours=1), 0)}


async def test_the_ladder_goes_on_where_it_was(
    world: World, simulation: Simulation, monday: datetime
) -> None:
    referral = await world.accepted()
    await wait(world, simulation, days=4)
    assert (await due(world, referral))["first_contact"] == (monday + 7 * DAY, 2)
    assert await reminders(world, referral) == ["receiver", "worker"]
    await ask(world, referral)
    simulation.now = monday + 7 * DAY
    await answer(world, referral)
    assert (await due(world, referral))["first_contact"] == (monday + 8 * DAY, 2)
    await wait(world, simulation, days=1)
    assert await reminders(world, referral) == ["receiver", "worker", "supervisor"]


async def test_what_is_urgent_pauses_round_the_clock(
    world: World, simulation: Simulation, monday: datetime
) -> None:
    referral = await world.sent(urgency="urgent")
    simulation.now += timedelta(hours=1)
    await ask(world, referral)
    four_hours = timedelta(hours=4)
    assert (await due(world, referral))["answer"] == (monday + 5 * DAY + four_hours, 0)
    simulation.now += timedelta(hours=30)
    await answer(world, referral)
    assert await due(world, referral) == {"answer": (monday + timedelta(hours=34), 0)}


async def test_a_clock_that_began_anew_meanwhile_is_let_be(
    world: World, simulation: Simulation
) -> None:
    referral = await world.accepted()
    await world.desk.act(referral, "start")
    await ask(world, referral)
    today = str(simulation.now.date())
    await world.desk.act(referral, "hold", {"reason": "no_funds", "until": today})
    simulation.now += timedelta(hours=2)
    await world.desk.act(referral, "resume")
    simulation.now += DAY
    running = (await due(world, referral))["outcome"]
    await answer(world, referral)
    assert await due(world, referral) == {"outcome": running}


async def test_one_question_at_a_time_and_each_from_its_own_side(world: World) -> None:
    referral = await world.sent()
    nothing = await answer(world, referral, 409)
    assert (nothing["type"], nothing["code"]) == ("/problems/not-yet", "no_question")
    await world.worker.act(referral, "ask_question", {"text": QUESTION}, 403)
    asked = await ask(world, referral)
    assert "ask_question" not in {action["name"] for action in asked["actions"]}
    twice = await ask(world, referral, 409)
    assert twice["type"] == "/problems/question-open"
    await world.desk.act(referral, "answer_question", {"text": ANSWER}, 403)
    offered = await world.worker.get(f"/v1/referrals/{referral['id']}")
    assert "answer_question" in {action["name"] for action in offered["actions"]}


async def test_two_who_ask_at_once_ask_one_question(world: World) -> None:
    referral = await world.sent()
    path = f"/v1/referrals/{referral['id']}/ask-question"
    http = world.desk.http("referrals")
    answers = await asyncio.gather(*(http.post(path, json={"text": QUESTION}) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]


async def test_a_repeated_request_asks_once(world: World) -> None:
    referral = await world.sent()
    path = f"/v1/referrals/{referral['id']}/ask-question"
    first = await world.desk.post(path, {"text": QUESTION}, key="once")
    assert await world.desk.post(path, {"text": QUESTION}, key="once") == first


async def test_both_sides_read_both_texts_and_nobody_else_does(world: World) -> None:
    referral = await world.sent()
    path = f"/v1/referrals/{referral['id']}/questions"
    await ask(world, referral)
    await answer(world, referral)
    for person in (world.worker, world.desk):
        (told,) = (await person.get(path))["items"]
        assert (told["asked"], told["answer"], told["open"]) == (QUESTION, ANSWER, False)
        assert (told["asked_by"] is None) is (person is world.worker)
        assert (told["answered_by"] is None) is (person is world.desk)
    await world.people["network_coordinator"].get(path, 403)
    rows = await world.stack.rows("referrals", "select asked, answer from question")
    assert all(QUESTION.encode() not in row["asked"] for row in rows)
    history = await world.worker.get(f"/v1/referrals/{referral['id']}/history")
    acts = {(entry["action"], entry["party"], entry["note"]) for entry in history["items"]}
    assert acts >= {("answer_question", "worker", None), ("ask_question", "receiver", None)}


async def test_whoever_declines_waits_for_no_answer(world: World) -> None:
    referral = await world.sent()
    await ask(world, referral)
    declined = await world.desk.act(referral, "decline", {"reason": "no_capacity"})
    assert declined["question_at"] is None
    assert await due(world, referral) == {}
    (told,) = (await world.desk.get(f"/v1/referrals/{referral['id']}/questions"))["items"]
    assert (told["answer"], told["open"]) == (None, False)


async def test_why_says_who_waits_for_whom(world: World, monday: datetime) -> None:
    referral = await world.sent()
    await ask(world, referral)
    for role in ("case_manager", "network_coordinator"):
        why = await world.people[role].get(f"/v1/referrals/{referral['id']}/why")
        assert why["waits_for"] == "worker"
        assert why["question"]["waits_for"] == "worker"
        clocks = {clock["clock"]: clock for clock in why["clocks"]}
        assert {name: clock["paused"] for name, clock in clocks.items()} == {
            "question": False,
            "answer": True,
        }
        assert [(r["what"], r["at"]) for r in clocks["answer"]["next"]] == [
            (what, (monday + days * DAY).isoformat().replace("+00:00", "Z"))
            for what, days in (
                ("remind_receiver", 9),
                ("remind_worker", 10),
                ("remind_supervisor", 11),
                ("remind_coordinator", 14),
                ("expire", 15),
            )
        ]
