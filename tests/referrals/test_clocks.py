"""Clocks under simulated time: nothing is overdue without somebody having been told, and ladders end."""

from collections.abc import AsyncIterator
from datetime import timedelta
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import httpx
import pytest

from shared import clock
from tests.referrals.passing import coming_monday, go_to_monday, reminders, wait
from tests.referrals.world import Body, Simulation, World

EMAIL = {"kind": "email", "value": "ana@example.org"}


@pytest.fixture(scope="module")
async def simulation(world: World) -> AsyncIterator[Simulation]:
    """Begins on a Monday at ten, and only ever goes on."""
    simulation = Simulation(coming_monday())
    with simulation.running():
        yield simulation


@pytest.fixture(autouse=True)
async def on_monday(simulation: Simulation, world: World) -> None:
    await go_to_monday(world, simulation)


async def ending(world: World, referral: Body) -> tuple[str, str | None, str]:
    row = await world.worker.get(f"/v1/referrals/{referral['id']}")
    history = await world.worker.get(f"/v1/referrals/{referral['id']}/history")
    return row["status"], row["reason"], history["items"][0]["party"]


async def test_without_an_answer_the_ladder_is_climbed_and_it_expires(
    world: World, simulation: Simulation
) -> None:
    referral = await world.sent()
    assert referral["next"]["who"] == "receiver"
    assert referral["next"]["by"].startswith(str((simulation.now + timedelta(days=2)).date()))
    await wait(world, simulation, days=1, hours=23)
    assert await reminders(world, referral) == []
    await wait(world, simulation, hours=2)
    assert await reminders(world, referral) == ["receiver"]
    overdue = await world.worker.get("/v1/referrals", attention="true")
    assert referral["id"] in {row["id"] for row in overdue["items"]}
    why = await world.worker.get(f"/v1/referrals/{referral['id']}/why")
    assert (why["overdue"], why["waits_for"]) == (True, "receiver")
    assert [rung["what"] for rung in why["next"]] == [
        "remind_worker",
        "remind_supervisor",
        "remind_coordinator",
        "expire",
    ]
    await wait(world, simulation, days=7)
    assert await reminders(world, referral) == ["receiver", "worker", "supervisor", "coordinator"]
    assert await ending(world, referral) == ("expired", "expired_no_response", "clock")


async def test_urgent_means_four_hours_round_the_clock(
    world: World, simulation: Simulation
) -> None:
    simulation.now = simulation.now.replace(hour=22)
    referral = await world.sent(urgency="urgent")
    assert await reminders(world, referral) == ["on_call"]  # the receiver is closed
    await wait(world, simulation, hours=3.9)
    assert await reminders(world, referral) == ["on_call"]
    await wait(world, simulation, hours=0.2)
    assert await reminders(world, referral) == ["on_call", "receiver"]
    await wait(world, simulation, hours=4)
    assert (await ending(world, referral))[0] == "expired"


async def test_an_answer_stops_the_clock(world: World, simulation: Simulation) -> None:
    referral = await world.accepted()
    await world.desk.act(referral, "record_contact")
    await wait(world, simulation, days=20)
    assert await reminders(world, referral) == []


async def test_a_client_who_is_not_contacted_is_escalated_until_somebody_acts(
    world: World, simulation: Simulation
) -> None:
    referral = await world.accepted()
    await wait(world, simulation, days=25)
    climbed = await reminders(world, referral)
    assert climbed[:4] == ["receiver", "worker", "supervisor", "coordinator"]
    assert set(climbed[4:]) == {"coordinator"}
    await world.desk.act(referral, "start")
    await wait(world, simulation, days=4)
    assert await reminders(world, referral) == climbed


async def test_without_an_outcome_it_ends_as_not_served(
    world: World, simulation: Simulation
) -> None:
    referral = await world.accepted()
    await world.desk.act(referral, "start")
    await wait(world, simulation, days=100)
    assert await reminders(world, referral) == ["receiver", "worker", "supervisor"]
    await wait(world, simulation, days=30)
    assert await ending(world, referral) == ("not_served", "no_outcome_reported", "clock")
    assert (await world.status(referral))[1] == "open"  # a clock attests nothing


async def test_a_hold_ends_after_two_lapsed_reviews(world: World, simulation: Simulation) -> None:
    referral = await world.accepted()
    review = str((simulation.now + timedelta(days=14)).date())
    await world.desk.act(referral, "hold", {"reason": "no_capacity", "until": review})
    await wait(world, simulation, days=13)
    assert await reminders(world, referral) == []
    await wait(world, simulation, days=2)
    assert await reminders(world, referral) == ["receiver"]
    await wait(world, simulation, days=8)
    assert (await ending(world, referral))[0] == "not_served"


async def test_a_requested_withdrawal_is_confirmed_by_the_clock(
    world: World, simulation: Simulation
) -> None:
    referral = await world.accepted()
    await world.worker.act(referral, "request_withdrawal", {"reason": "moved"})
    await wait(world, simulation, days=4)
    assert await ending(world, referral) == ("withdrawn", "moved", "clock")


async def test_drafts_and_disputes_remind_for_ever(world: World, simulation: Simulation) -> None:
    draft = await world.draft()
    disputed = await world.served()
    await world.worker.act(disputed, "client_answer", {"answer": "no"})
    await wait(world, simulation, days=45)
    drafted, fought = await reminders(world, draft), await reminders(world, disputed)
    assert drafted[:3] == ["author", "supervisor", "coordinator"]
    assert fought[:3] == ["worker", "supervisor", "coordinator"]
    assert len(drafted) > 5
    assert len(fought) > 5
    assert await world.status(disputed) == ("disputed", "disputed")


def outbox(world: World) -> list[Message]:
    folder: Path = world.stack.surroundings["referrals"].settings.data_dir / "outbox"
    return [message_from_bytes(path.read_bytes()) for path in sorted(folder.glob("*.eml"))]


def text_of(message: Message) -> str:
    text = message.get_payload(decode=True)
    assert isinstance(text, bytes)
    return text.decode()


def link_in(message: Message) -> str:
    url = next(word for word in text_of(message).split() if word.startswith("http"))
    return str(httpx.URL(url).path)


async def test_the_client_is_asked_by_mail_a_week_after_and_every_two_days_three_times(
    world: World, simulation: Simulation
) -> None:
    need = await world.need(given_name="Itzel", language="es", channels=[EMAIL])
    referral = await world.served(need)
    before = len(outbox(world))
    await wait(world, simulation, days=6.9)
    assert len(outbox(world)) == before
    await wait(world, simulation, days=0.2)
    (mail,) = outbox(world)[before:]
    assert mail["To"] == "ana@example.org"
    text = text_of(mail)
    assert "Itzel" not in text
    assert "Pantry" not in text
    assert mail["Subject"] == "Una pregunta breve"
    page = await world.visitor.get(link_in(mail))
    assert page.status_code == 200
    await wait(world, simulation, days=12)
    assert len(outbox(world)) == before + 3
    assert await ending(world, referral) == ("closed", None, "clock")
    assert (await world.status(referral))[1] == "provider_only"
    answered = await world.visitor.post(link_in(mail), json={"answer": "yes"})
    assert answered.status_code == 200
    assert await world.status(referral) == ("closed", "confirmed")


async def test_not_yet_sets_the_next_date(world: World, simulation: Simulation) -> None:
    referral = await world.served(await world.need(channels=[EMAIL]))
    before = len(outbox(world))
    await wait(world, simulation, days=7)
    await world.visitor.post(link_in(outbox(world)[-1]), json={"answer": "not_yet"})
    row = await world.worker.get(f"/v1/referrals/{referral['id']}")
    assert row["next"]["clock"] == "ask"
    assert row["next"]["by"].startswith(str((simulation.now + timedelta(days=2)).date()))
    await wait(world, simulation, days=2.1)
    assert len(outbox(world)) == before + 2


async def test_who_cannot_be_mailed_is_to_be_called_by_a_worker(
    world: World, simulation: Simulation
) -> None:
    referral = await world.served(await world.need())
    await wait(world, simulation, days=14)
    assert (await reminders(world, referral))[:3] == ["worker", "supervisor", "coordinator"]
    row = await world.worker.get(f"/v1/referrals/{referral['id']}")
    assert (row["status"], row["attention"]) == ("awaiting_confirmation", "coordinator")


async def test_whoever_must_not_be_asked_is_not(world: World, simulation: Simulation) -> None:
    need = await world.need(channels=[EMAIL], contact={"contact_refused": True})
    before = len(outbox(world))
    referral = await world.served(need)
    await wait(world, simulation, days=8)
    assert len(outbox(world)) == before
    assert (await ending(world, referral))[::2] == ("closed", "system")


async def test_a_no_show_is_put_to_the_client_once(world: World, simulation: Simulation) -> None:
    referral = await world.accepted(await world.need(channels=[EMAIL]))
    before = len(outbox(world))
    await world.desk.act(referral, "report_not_served", {"reason": "no_show"})
    await wait(world, simulation, days=30)
    assert len(outbox(world)) == before + 1
    await world.visitor.post(link_in(outbox(world)[-1]), json={"answer": "yes"})
    assert await world.status(referral) == ("disputed", "disputed")


async def test_when_the_consent_runs_out_the_packet_closes_and_the_worker_is_told(
    world: World, simulation: Simulation
) -> None:
    need = await world.need(consent=False)
    ends = str((simulation.now + timedelta(days=10)).date())
    await world.consent(need, expires_on=ends)
    referral = await world.accepted(need)
    await world.desk.act(referral, "start")
    await world.stack.settle("cases", "referrals")
    simulation.now += timedelta(days=12)
    await world.stack.settle("cases", "referrals")
    await world.stack.settle("cases", "referrals")
    closed = await world.desk.get(f"/v1/referrals/{referral['id']}/packet", 409)
    assert closed["reason"] == "expired"
    assert await reminders(world, referral) == ["worker"]
    assert (await world.status(referral))[0] == "in_progress"


async def test_nothing_is_ever_overdue_without_an_escalation(world: World) -> None:
    """After all of the above: no clock is late, and whoever waits has one."""
    late = await world.stack.rows(
        "referrals", "select kind from deadline where due_at <= $1", clock.now()
    )
    assert late == []
    forgotten = await world.stack.rows(
        "referrals",
        "select r.status from referral r where r.status not in ('closed', 'declined', 'not_served',"
        " 'expired', 'withdrawn', 'discarded', 'entered_in_error') and not exists"
        " (select from deadline d where d.subject = r.id)",
    )
    assert forgotten == []
