"""Calendar feeds: a secret address, times and ids behind it, and nothing of a person."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from icalendar import Calendar

from tests.referrals.appointing import Creeping, confirmed, moment, proposed, step
from tests.referrals.passing import coming_monday
from tests.referrals.world import Person, Simulation, World


@pytest.fixture(scope="module", autouse=True)
async def simulation(world: World) -> AsyncIterator[Simulation]:
    """Begins on a Monday at ten, and only ever goes on."""
    simulation = Creeping(coming_monday())
    with simulation.running():
        yield simulation


@pytest.fixture
async def desk(world: World) -> Person:
    return Person(uuid4(), "receiver", world.provider, world.stack)


async def address(person: Person) -> str:
    """The path of a new feed."""
    made = await person.post("/v1/calendar-feed", status=201)
    return str(httpx.URL(made["url"]).path)


async def read(world: World, path: str, status: int = 200, known: str = "") -> httpx.Response:
    async with world.visitor as nobody:
        answer = await nobody.get(path, headers={"If-None-Match": known} if known else {})
    assert answer.status_code == status, answer.text
    return answer


async def events(world: World, path: str) -> dict[str, Any]:
    """By uid."""
    calendar: Any = Calendar.from_ical((await read(world, path)).content)
    return {str(event["uid"]): event for event in calendar.walk("VEVENT")}


async def test_it_holds_the_appointments_and_due_dates_of_ones_side(
    world: World, desk: Person
) -> None:
    referral = await world.accepted()
    agreed = await confirmed(world, referral)
    asked = await proposed(world.desk, referral, days=2)
    off = await step(world.desk, await proposed(world.desk, referral), "cancel")
    shown = await events(world, await address(desk))
    assert off["id"] not in shown
    event = shown[agreed["id"]]
    assert str(event["summary"]) == "Careloop appointment"
    assert event["dtstart"].dt == moment(agreed["starts_at"]).replace(microsecond=0)
    assert event["dtend"].dt == moment(agreed["ends_at"]).replace(microsecond=0)
    assert (event["status"], event["sequence"]) == ("CONFIRMED", 2)
    assert shown[asked["id"]]["status"] == "TENTATIVE"
    due = shown[f"{referral['id']}-first_contact"]
    assert str(due["summary"]) == "Referral due"
    by = moment((await world.desk.get(f"/v1/referrals/{referral['id']}"))["next"]["by"])
    assert due["dtstart"].dt == by.replace(microsecond=0)
    mine = await events(world, await address(world.worker))
    assert agreed["id"] in mine
    assert f"{referral['id']}-first_contact" not in mine, "the receiver's to do"
    draft = await world.draft()
    assert f"{draft['id']}-draft" in await events(world, await address(world.worker))


async def test_it_says_nothing_of_anybody(world: World, desk: Person) -> None:
    need = await world.need("substance_use", given_name="Quetzalli")
    referral = await world.accepted(need)
    await proposed(world.desk, referral, place="Under the oak")
    for person in (desk, world.worker):
        text = (await read(world, await address(person))).text.lower()
        assert referral["id"] in text
        for word in ("quetzalli", "reyes", "oak", "substance", "harbour", need.client_id, need.id):
            assert word.lower() not in text


async def test_it_is_not_sent_again_while_nothing_has_changed(world: World, desk: Person) -> None:
    path = await address(desk)
    first = await read(world, path)
    assert first.headers["content-type"].startswith("text/calendar")
    tag = first.headers["etag"]
    same = await read(world, path, 304, f'"other", W/{tag}')
    assert (same.content, same.headers["etag"]) == (b"", tag)
    await confirmed(world, await world.accepted())
    changed = await read(world, path, known=tag)
    assert changed.headers["etag"] != tag


async def test_a_new_address_ends_the_old_and_all_dead_ones_look_alike(
    world: World, desk: Person, simulation: Simulation
) -> None:
    old = await address(desk)
    new = await address(desk)
    gone = await read(world, old, 404)
    await read(world, new)
    assert await desk.post("/v1/calendar-feed/revoke") == {"revoked": True}
    assert await desk.post("/v1/calendar-feed/revoke") == {"revoked": False}
    revoked = await read(world, new, 404)
    wrong = await read(world, "/feeds/nothing.ics", 404)
    assert gone.json() == revoked.json() == wrong.json()
    last = await address(desk)
    simulation.now += timedelta(days=364)
    await read(world, last)
    simulation.now += timedelta(days=2)
    assert (await read(world, last, 404)).json() == wrong.json()


async def test_the_address_is_kept_as_a_hash_and_stays_out_of_the_logs(
    world: World, desk: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    path = await address(desk)
    await read(world, path)
    token = path.removeprefix("/feeds/").removesuffix(".ics")
    written = capsys.readouterr().out
    assert "/feeds/{token}.ics" in written
    assert token not in written
    rows = await world.stack.rows("referrals", "select * from calendar_feed")
    assert token not in str(rows)
    audited = await world.stack.rows(
        "referrals",
        "select ids, basis, organization from audit where action = 'feed.read' "
        "order by seq desc limit 1",
    )
    assert [tuple(row.values()) for row in audited] == [([desk.id], "link", world.provider)]


async def test_whoever_left_reads_nothing(world: World) -> None:
    """cases tells that somebody no longer works there; somebody it never told of is shown nothing."""
    leaver = Person(uuid4(), "case_manager", world.sender, world.stack)
    path = await address(leaver)
    await read(world, path, 404)
    me = await leaver.http("cases").get("/v1/staff/me")
    await world.stack.settle("cases", "referrals")
    await read(world, path)
    answer = (
        await world.people["admin"]
        .http("cases")
        .put(
            f"/v1/staff/{leaver.id}",
            json={"active": False, "teams": []},
            headers={"If-Match": me.headers.get("etag", f'"{me.json()["version"]}"')},
        )
    )
    assert answer.status_code == 200, answer.text
    await world.stack.settle("cases", "referrals")
    await read(world, path, 404)


async def test_a_colleagues_cases_are_not_in_it(world: World) -> None:
    referral = await world.accepted()
    appointment = await confirmed(world, referral)
    colleague = Person(uuid4(), "case_manager", world.sender, world.stack)
    await colleague.http("cases").get("/v1/staff/me")
    await world.stack.settle("cases", "referrals")
    assert appointment["id"] not in await events(world, await address(colleague))
    stranger = Person(uuid4(), "receiver", uuid4(), world.stack)
    assert await events(world, await address(stranger)) == {}


async def test_trying_addresses_is_slowed_down(world: World) -> None:
    limiter = world.stack.apps["referrals"].state.link_limiter
    async with world.visitor as nobody:
        codes = [
            (await nobody.get(f"/feeds/{n}.ics")).status_code for n in range(limiter._limit + 1)
        ]
    assert codes[-1] == 429
    limiter._counts.clear()
    limiter._before.clear()
