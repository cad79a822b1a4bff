"""Appointments: proposed by one side, answered by the other, kept or not, and never forgotten."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import product
from uuid import uuid4

import asyncpg
import pytest

from services.referrals.lifecycle.appointments import (
    TRANSITIONS,
    AppointmentStatus,
    Side,
    Step,
    may,
    offered,
)
from tests.referrals.appointing import Creeping, at, confirmed, moment, proposed, seen, step
from tests.referrals.passing import coming_monday, go_to_monday
from tests.referrals.world import Body, Person, Simulation, World

NO_SHOW = {"attendance": "no_show", "reason": "logistics"}
# By hand: what a step makes of a status; what is not here is refused.
TABLE = {
    ("proposed", "confirm"): "confirmed",
    ("proposed", "decline"): "declined",
    ("proposed", "reschedule"): "replaced",
    ("proposed", "cancel"): "cancelled",
    ("confirmed", "reschedule"): "replaced",
    ("confirmed", "cancel"): "cancelled",
    ("confirmed", "attended"): "attended",
    ("confirmed", "late"): "late",
    ("confirmed", "no_show"): "no_show",
}


@pytest.fixture(scope="module", autouse=True)
async def simulation(world: World) -> AsyncIterator[Simulation]:
    """Begins on a Monday at ten, and only ever goes on."""
    simulation = Creeping(coming_monday())
    with simulation.running():
        yield simulation


@pytest.fixture(autouse=True)
async def on_monday(simulation: Simulation, world: World) -> None:
    await go_to_monday(world, simulation)


def test_the_table_is_as_it_was_written_by_hand() -> None:
    assert {(str(a), str(s)): str(b) for (a, s), b in TRANSITIONS.items()} == TABLE


def test_the_side_that_proposed_never_answers() -> None:
    for step_, side in product((Step.CONFIRM, Step.DECLINE), Side):
        mine = frozenset({side})
        assert not may(step_, mine, side, receiver_has_account=True)
        other = next(s for s in Side if s is not side)
        assert may(step_, mine, other, receiver_has_account=True)
        assert may(step_, frozenset(Side), side, receiver_has_account=True)
    assert may(Step.CONFIRM, frozenset({Side.SENDER}), Side.SENDER, receiver_has_account=False)


def test_nobody_who_is_on_neither_side_is_offered_anything() -> None:
    for status, by in product(AppointmentStatus, Side):
        asked = {"at_work": True, "receiver_has_account": True}
        assert offered(status, frozenset(), by, **asked) == []


async def test_the_database_holds_the_same_table(world: World) -> None:
    rows = await world.stack.rows("referrals", "select before, after from appointment_transition")
    assert {(r["before"], r["after"]) for r in rows} == {(a, b) for (a, _), b in TABLE.items()}
    appointment = await proposed(world.desk, await world.accepted())
    with pytest.raises(asyncpg.CheckViolationError):
        await world.stack.rows(
            "referrals",
            "update appointment set status = 'attended' where id = $1",
            appointment["id"],
        )


@pytest.mark.parametrize("proposer", ["desk", "worker"])
async def test_one_side_proposes_and_the_other_confirms(world: World, proposer: str) -> None:
    one, other = (world.desk, world.worker)[:: 1 if proposer == "desk" else -1]
    referral = await world.accepted()
    appointment = await proposed(one, referral, place="Room 4, ask for Ms Ortiz")
    assert appointment["status"] == "proposed"
    assert appointment["proposed_by"] == ("receiver" if proposer == "desk" else "sender")
    assert {a["name"] for a in appointment["actions"]} == {"cancel", "reschedule"}
    theirs = await seen(other, appointment)
    assert theirs["place"] == "Room 4, ask for Ms Ortiz"
    assert {a["name"] for a in theirs["actions"]} == {"confirm", "decline", "cancel", "reschedule"}
    await step(one, appointment, "confirm", status=403)
    done = await step(other, appointment, "confirm")
    assert (done["status"], done["version"]) == ("confirmed", 2)
    history = await one.get(f"/v1/referrals/{referral['id']}/history")
    assert [e["action"] for e in history["items"]][:2] == [
        "confirm_appointment",
        "propose_appointment",
    ]
    again = await step(other, appointment, "confirm", status=409)
    assert (again["type"], again["status_now"]) == ("/problems/action-not-allowed", "confirmed")


async def test_the_place_and_the_note_are_sealed(world: World) -> None:
    appointment = await proposed(world.desk, await world.accepted(), place="Under the oak")
    await step(world.worker, appointment, "decline", {"note": "Her former partner works there."})
    [row] = await world.stack.rows(
        "referrals", "select place, note from appointment where id = $1", appointment["id"]
    )
    assert b"oak" not in row["place"]
    assert b"partner" not in row["note"]
    shown = await seen(world.desk, appointment)
    assert (shown["status"], shown["note"]) == ("declined", "Her former partner works there.")


async def test_another_time_replaces_the_first_and_is_answered_anew(world: World) -> None:
    first = await confirmed(world, await world.accepted())
    second = await step(world.worker, first, "reschedule", at(days=5))
    assert (second["status"], second["replaces_id"]) == ("proposed", first["id"])
    assert second["proposed_by"] == "sender"
    assert (await seen(world.desk, first))["status"] == "replaced"
    assert (await step(world.desk, second, "confirm"))["status"] == "confirmed"
    await step(world.desk, first, "cancel", status=409)


@pytest.mark.parametrize("status", [*AppointmentStatus])
async def test_every_step_from_every_status(
    world: World, simulation: Simulation, status: str
) -> None:
    """By the side that may take any: the receiver, of what the sender proposed."""
    referral = await world.accepted()
    for name in Step:
        appointment = await proposed(world.worker, referral)
        await _put(world, appointment, status)
        body: Body = at(days=3) if name is Step.RESCHEDULE else {}
        path = str(name)
        if name in ("attended", "late", "no_show"):
            simulation.now += timedelta(days=1, hours=2)
            path = "record_attendance"
            body = NO_SHOW if name == "no_show" else {"attendance": name}
        after = TABLE.get((status, name))
        answer = await step(world.desk, appointment, path, body, 409 if after is None else 200)
        if after is None:
            assert path not in answer["allowed"]
        assert (await seen(world.desk, appointment))["status"] == (after or status)


async def _put(world: World, appointment: Body, status: str) -> None:
    """Into any status without living through it, past the guard."""
    rows = world.stack.rows
    await rows("referrals", "alter table appointment disable trigger user")
    await rows(
        "referrals", "update appointment set status = $2 where id = $1", appointment["id"], status
    )
    await rows("referrals", "alter table appointment enable trigger user")


async def test_only_about_a_referral_that_is_worked_on(world: World) -> None:
    sent = await world.sent()
    refused = await world.desk.post(f"/v1/referrals/{sent['id']}/appointments", at(), 409)
    assert refused["type"] == "/problems/action-not-allowed"
    coordinator = world.people["network_coordinator"]
    await coordinator.post(f"/v1/referrals/{sent['id']}/appointments", at(), 403)
    stranger = Person(uuid4(), "case_manager", uuid4(), world.stack)
    await stranger.post(f"/v1/referrals/{sent['id']}/appointments", at(), 404)


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"timezone": "Mars/Olympus"}, "/timezone"),
        ({"kind": "seance"}, "/kind"),
        ({"ends_at": "2026-01-01T00:00:00Z"}, ""),
        ({"starts_at": "2026-01-01T00:00:00Z", "ends_at": "2026-01-01T01:00:00Z"}, "/starts_at"),
        ({"starts_at": "2198-01-01T00:00:00Z", "ends_at": "2198-01-01T01:00:00Z"}, "/starts_at"),
        ({"starts_at": "2026-12-01T10:00:00"}, "/starts_at"),
    ],
)
async def test_a_time_that_makes_no_sense_is_refused(
    world: World, fields: Body, pointer: str
) -> None:
    referral = await world.accepted()
    path = f"/v1/referrals/{referral['id']}/appointments"
    refused = await world.desk.post(path, at(days=2, **fields), 422)
    assert pointer in str(refused)


# Whether the client came


async def test_attendance_is_written_down_after_it_began_and_is_the_first_contact(
    world: World, simulation: Simulation
) -> None:
    referral = await world.accepted()
    appointment = await confirmed(world, referral)
    early = await step(world.desk, appointment, "record_attendance", {"attendance": "late"}, 409)
    assert (early["type"], early["code"]) == ("/problems/not-yet", "appointment_not_begun")
    record = next(
        a
        for a in (await seen(world.desk, appointment))["actions"]
        if a["name"] == "record_attendance"
    )
    assert record["blocked_by"] == "appointment_not_begun"
    simulation.now = moment(appointment["starts_at"])
    done = await step(world.desk, appointment, "record_attendance", {"attendance": "late"})
    assert (done["status"], done["actions"]) == ("late", [])
    now = await world.desk.get(f"/v1/referrals/{referral['id']}")
    assert now["first_contact_at"] is not None
    clocks = await world.stack.rows(
        "referrals", "select kind from deadline where subject = $1", referral["id"]
    )
    assert "first_contact" not in {row["kind"] for row in clocks}


async def test_who_did_not_come_was_not_reached(world: World, simulation: Simulation) -> None:
    referral = await world.accepted()
    appointment = await confirmed(world, referral)
    simulation.now += timedelta(days=1, hours=2)
    await step(world.desk, appointment, "record_attendance", {"attendance": "no_show"}, 422)
    odd = {"attendance": "attended", "reason": "logistics"}
    await step(world.desk, appointment, "record_attendance", odd, 422)
    done = await step(
        world.worker, appointment, "record_attendance", NO_SHOW | {"note": "The bus."}
    )
    assert (done["status"], done["attendance_reason"], done["note"]) == (
        "no_show",
        "logistics",
        "The bus.",
    )
    assert (await world.desk.get(f"/v1/referrals/{referral['id']}"))["first_contact_at"] is None
    history = await world.desk.get(f"/v1/referrals/{referral['id']}/history")
    entry = history["items"][0]
    assert (entry["action"], entry["reason"]) == ("no_show_appointment", "logistics")
    assert entry["marked_for"] == "receiver", "a worker wrote it down"


async def test_what_lies_ahead_is_called_off_when_the_referral_ends(
    world: World, simulation: Simulation
) -> None:
    referral = await world.accepted()
    begun = await confirmed(world, referral)
    simulation.now += timedelta(days=1, hours=2)
    ahead, asked = await confirmed(world, referral), await proposed(world.desk, referral)
    await world.desk.act(referral, "report_served", await world.given())
    assert (await seen(world.desk, ahead))["status"] == "cancelled"
    assert (await seen(world.desk, asked))["status"] == "cancelled"
    stays = await seen(world.desk, begun)
    assert stays["status"] == "confirmed"
    assert "reschedule" not in {action["name"] for action in stays["actions"]}
    done = await step(world.desk, begun, "record_attendance", {"attendance": "attended"})
    assert done["status"] == "attended"
    left = await world.stack.rows("referrals", "select id from deadline where kind = 'appointment'")
    ids = {str(row["id"]) for row in left}
    assert ids.isdisjoint({begun["id"], ahead["id"], asked["id"]})


async def test_a_revocation_calls_it_off(world: World) -> None:
    need = await world.need()
    appointment = await confirmed(world, await world.accepted(need))
    await world.revoke(need)
    await world.stack.settle("cases", "referrals")
    assert (await seen(world.worker, appointment))["status"] == "cancelled"


# Its clock


async def test_an_unanswered_proposal_reminds_and_then_lapses(
    world: World, simulation: Simulation
) -> None:
    referral = await world.accepted()
    appointment = await proposed(world.desk, referral, days=2.5)
    simulation.now += timedelta(days=1, minutes=1)
    await world.stack.settle("referrals")
    asked = await world.worker.get(f"/v1/referrals/{referral['id']}")
    assert asked["attention"] == "worker", "the sender is to answer"
    simulation.now += timedelta(days=2)
    await world.stack.settle("referrals")
    assert (await seen(world.desk, appointment))["status"] == "cancelled"
    history = await world.desk.get(f"/v1/referrals/{referral['id']}/history")
    lapsed = next(e for e in history["items"] if e["action"] == "cancel_appointment")
    assert (lapsed["party"], lapsed["reason"]) == ("clock", "not_answered")


async def test_attendance_that_nobody_wrote_down_is_asked_for_until_somebody_does(
    world: World, simulation: Simulation
) -> None:
    referral = await world.desk.act(await world.accepted(), "record_contact")
    appointment = await confirmed(world, referral)  # on Tuesday
    simulation.now += timedelta(days=3)
    await world.stack.settle("referrals")
    assert (await world.desk.get(f"/v1/referrals/{referral['id']}"))["attention"] is None
    simulation.now += timedelta(days=1)
    await world.stack.settle("referrals")
    assert await _reminded(world, referral) == ["receiver"]
    simulation.now += timedelta(days=4)
    await world.stack.settle("referrals")
    assert await _reminded(world, referral) == ["receiver", "worker"]
    simulation.now += timedelta(days=10)
    await world.stack.settle("referrals")
    assert await _reminded(world, referral) == ["receiver", "worker"], "each once"
    await step(world.desk, appointment, "record_attendance", {"attendance": "attended"})
    relieved = await world.desk.get(f"/v1/referrals/{referral['id']}")
    assert (relieved["attention"], relieved["overdue_since"]) == (None, None)


async def test_it_does_not_take_away_what_another_clock_asked_for(
    world: World, simulation: Simulation
) -> None:
    referral = await world.accepted()
    appointment = await confirmed(world, referral, days=6)
    simulation.now += timedelta(days=4)  # first contact was due on Thursday
    await world.stack.settle("referrals")
    before = await world.desk.get(f"/v1/referrals/{referral['id']}")
    assert before["attention"] is not None
    await step(world.desk, appointment, "cancel")
    assert (await world.desk.get(f"/v1/referrals/{referral['id']}"))["attention"] is not None


async def _reminded(world: World, referral: Body) -> list[str]:
    rows = await world.stack.rows(
        "referrals",
        "select reminded from referral_history where referral_id = $1 and reason = 'attendance' "
        "order by at",
        referral["id"],
    )
    return [row["reminded"] for row in rows]


# Lists, and two at once


async def test_the_organizations_own_list_is_of_both_sides_and_in_order(world: World) -> None:
    referral = await world.accepted()
    days = [40, 3, 9, 27]
    made = [await proposed(world.desk, referral, d) for d in days]
    expected = [made[i]["id"] for i in (1, 2, 3)]
    for person in (world.desk, world.worker):
        found, params = [], {"limit": 2}
        while True:
            page = await person.get("/v1/appointments", **params)
            found += [item["id"] for item in page["items"]]
            if page["next"] is None:
                break
            params["cursor"] = page["next"]
        assert [i for i in found if i in expected] == expected
        assert made[0]["id"] not in found, "beyond a month, unless asked for"
    window = {"from": made[0]["starts_at"], "to": made[0]["ends_at"]}
    only = await world.desk.get("/v1/appointments", **window)
    assert [item["id"] for item in only["items"]] == [made[0]["id"]]
    far = {"to": at(days=100)["starts_at"]}
    await world.desk.get("/v1/appointments", 422, **far)
    stranger = Person(uuid4(), "receiver", uuid4(), world.stack)
    assert (await stranger.get("/v1/appointments"))["items"] == []
    colleague = Person(uuid4(), "case_manager", world.sender, world.stack)
    assert (await colleague.get("/v1/appointments"))["items"] == [], "not of their cases"
    await stranger.get(f"/v1/referrals/{referral['id']}/appointments", 404)


async def test_of_those_who_act_at_once_one_wins(world: World) -> None:
    referral = await world.accepted()
    for _ in range(5):
        appointment = await proposed(world.desk, referral)
        base = f"/v1/appointments/{appointment['id']}"
        answers = await asyncio.gather(
            *(world.worker.http("referrals").post(f"{base}/confirm", json={}) for _ in range(3)),
            *(world.worker.http("referrals").post(f"{base}/decline", json={}) for _ in range(3)),
        )
        codes = sorted(answer.status_code for answer in answers)
        assert codes == [200, 409, 409, 409, 409, 409]


async def test_ending_and_confirming_at_once_leaves_nothing_open(world: World) -> None:
    for _ in range(5):
        referral = await world.accepted()
        appointment = await proposed(world.desk, referral)
        await asyncio.gather(
            world.worker.http("referrals").post(
                f"/v1/appointments/{appointment['id']}/confirm", json={}
            ),
            world.desk.http("referrals").post(
                f"/v1/referrals/{referral['id']}/report-not-served", json={"reason": "moved"}
            ),
        )
        assert (await seen(world.desk, appointment))["status"] == "cancelled"


async def test_for_a_receiver_without_an_account_its_sender_answers(world: World) -> None:
    link = {
        "kind": "link",
        "name": "Corner Pantry",
        "email": "desk@corner.example",
        "service_ids": [world.service_id],
    }
    receiver = await world.worker.post("/v1/receivers", link, 201)
    need = await world.need(consent=False)
    await world.consent(need, recipient_id=receiver["id"])
    referral = await world.sent(need, receiver_id=receiver["id"])
    await world.worker.act(referral, "accept")
    appointment = await proposed(world.worker, referral)
    assert (await step(world.worker, appointment, "confirm"))["status"] == "confirmed"
    history = await world.worker.get(f"/v1/referrals/{referral['id']}/history")
    assert history["items"][0]["marked_for"] == "receiver"
