"""What is offered is what there is to do: nothing that was done, everything that leads on."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from tests.referrals.by_link import new_pantry
from tests.referrals.passing import coming_monday, go_to_monday, reminders
from tests.referrals.world import Body, Simulation, World

ONWARD = {"find_alternatives", "re_refer"}


@pytest.fixture(scope="module")
async def simulation(world: World) -> AsyncIterator[Simulation]:
    simulation = Simulation(coming_monday())
    with simulation.running():
        yield simulation


@pytest.fixture(autouse=True)
async def on_monday(simulation: Simulation, world: World) -> None:
    await go_to_monday(world, simulation)


def names(offered: list[Body]) -> set[str]:
    return {one["name"] for one in offered}


async def test_the_first_contact_stays_the_first(world: World, simulation: Simulation) -> None:
    accepted = await world.accepted()
    assert "record_contact" in names(accepted["actions"])
    first = await world.desk.act(accepted, "record_contact")
    assert "record_contact" not in names(first["actions"])
    simulation.now += timedelta(hours=3)
    again = await world.desk.act(accepted, "record_contact")
    assert again["first_contact_at"] == first["first_contact_at"]


@pytest.mark.parametrize(("word", "leads"), [("partly", ONWARD), ("yes", set())])
async def test_what_has_ended_leads_on_where_the_client_still_needs_it(
    world: World, word: str, leads: set[str]
) -> None:
    served = await world.served()
    answered = await world.visitor.post(await world.link(served), json={"answer": word})
    assert answered.status_code == 200
    seen = await world.worker.get(f"/v1/referrals/{served['id']}")
    assert (seen["status"], names(seen["errands"])) == ("closed", leads)


async def test_after_partly_the_need_is_reopened_and_referred_on(world: World) -> None:
    served = await world.served()
    await world.visitor.post(await world.link(served), json={"answer": "partly"})
    await world.stack.settle("referrals", "cases")
    await world.worker.act(served, "re_refer", {"service_id": world.service_id}, status=409)
    need = served["need_id"] or (await world.worker.get(f"/v1/referrals/{served['id']}"))["need_id"]
    await world.worker.in_cases(f"/v1/needs/{need}/reopen", {"reason": "more_needed"}, status=200)
    await world.stack.settle("cases", "referrals")
    body = {"service_id": world.service_id}
    drafted = await world.worker.act(served, "re_refer", body, status=201)
    assert drafted["previous_referral_id"] == served["id"]


async def test_who_is_open_by_its_own_hours_wakes_nobody_on_call(
    world: World, simulation: Simulation
) -> None:
    simulation.now = simulation.now.replace(hour=22)
    always = {"timezone": "UTC", "opens": "00:00", "closes": "00:00", "weekdays": [*range(7)]}
    for hours, told in ((always, []), (None, ["on_call"])):
        pantry = await new_pantry(world)
        if hours:
            await world.worker.http("referrals").patch(
                f"/v1/receivers/{pantry.receiver_id}",
                json={"hours": hours},
                headers={"If-Match": '"1"'},
            )
        urgent = await pantry.sent(urgency="urgent")
        assert await reminders(world, urgent) == told
    simulation.now += timedelta(days=1)  # no clock is put back


async def test_a_day_that_cannot_be_is_told_beside_it(world: World) -> None:
    pantry = await new_pantry(world)
    await pantry.sent()
    tapped = {"reason": "no_capacity", "retry_on": "2020-01-01"}
    answer = await pantry.says(pantry.path(), "decline", status=422, **tapped)
    assert 'id="retry_on-error"' in answer.text
    assert "Please choose a day" in answer.text
    assert "write the reason" not in answer.text
