"""Business time: the arithmetic against counting minute by minute, and whose hours and waits are used."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.referrals.lifecycle.business_time import ROUND_THE_CLOCK, Calendar
from services.referrals.lifecycle.clocks import LADDERS, Clock, Setting, ladder_of
from tests.referrals.passing import coming_monday, due, go_to_monday
from tests.referrals.world import Body, Person, Simulation, World, checked

# Every kind of change: at two, at midnight, by half an hour, on the other half of the earth, and none.
ZONES = (
    "America/New_York",
    "Europe/Berlin",
    "America/Havana",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
    "Asia/Kolkata",
    "UTC",
)
MIDNIGHT, DAY, MINUTE = time(0), timedelta(days=1), timedelta(minutes=1)
AROUND_A_CHANGE = [date(2026, 3, 6), date(2026, 3, 28), date(2026, 10, 30), date(2026, 4, 3)]
moments = st.builds(
    lambda day, minutes: datetime.combine(day, MIDNIGHT, UTC) + minutes * MINUTE,
    st.sampled_from([*AROUND_A_CHANGE, date(2026, 12, 22)]),
    st.integers(0, 6 * 24 * 60),
)
# By day no clock is put forward or back; what is open at night is tried without the counting.
by_day = st.sampled_from([(time(9), time(17)), (time(6, 30), time(22)), (time(12), MIDNIGHT)])
any_hours = st.one_of(
    by_day,
    st.sampled_from([(MIDNIGHT, MIDNIGHT), (time(1, 30), time(3, 30)), (time(2), time(2, 40))]),
)


@st.composite
def calendars(draw: st.DrawFn, hours: st.SearchStrategy[tuple[time, time]]) -> Calendar:
    opens, closes = draw(hours)
    return Calendar(
        draw(st.sampled_from(ZONES)),
        opens,
        closes,
        draw(st.frozensets(st.integers(0, 6), min_size=1)),
        draw(st.frozensets(st.dates(date(2026, 3, 1), date(2026, 12, 31)), max_size=5)),
    )


def open_minutes(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """Minute by minute, by what a clock on the wall says."""
    total, zone, at = timedelta(), ZoneInfo(calendar.timezone), start
    while at < end:
        here = at.astimezone(zone)
        works = here.weekday() in calendar.weekdays and here.date() not in calendar.holidays
        before_closing = calendar.closes == MIDNIGHT or here.time() < calendar.closes
        total += MINUTE * (works and here.time() >= calendar.opens and before_closing)
        at += MINUTE
    return total


@settings(max_examples=100, deadline=None)
@given(calendars(by_day), moments, st.integers(0, 4 * 24 * 60))
def test_working_time_is_what_counting_minutes_gives(
    calendar: Calendar, start: datetime, minutes: int
) -> None:
    end = start + minutes * MINUTE
    assert calendar.working_time(start, end) == open_minutes(calendar, start, end)


@settings(max_examples=300, deadline=None)
@given(calendars(any_hours), moments, st.integers(1, 60 * 60))
def test_what_is_added_is_what_passes(calendar: Calendar, start: datetime, minutes: int) -> None:
    working = minutes * MINUTE
    end = calendar.add(start, working)
    assert calendar.working_time(start, end) == working
    assert calendar.working_time(start, end - timedelta(seconds=1)) < working, "not a moment later"


@settings(max_examples=200, deadline=None)
@given(calendars(any_hours), moments, st.integers(0, 9000), st.integers(0, 9000))
def test_working_time_adds_up(calendar: Calendar, start: datetime, first: int, second: int) -> None:
    middle, end = start + first * MINUTE, start + (first + second) * MINUTE
    halves = calendar.working_time(start, middle) + calendar.working_time(middle, end)
    assert calendar.working_time(start, end) == halves
    assert calendar.working_time(end, start) == timedelta()


@settings(max_examples=200, deadline=None)
@given(calendars(any_hours), moments)
def test_open_is_when_working_time_passes(calendar: Calendar, at: datetime) -> None:
    passes = calendar.working_time(at, at + timedelta(seconds=1)) > timedelta()
    assert calendar.is_open(at) is passes
    opens = calendar.next_open(at)
    assert calendar.is_open(opens)
    assert calendar.working_time(at, opens) == timedelta()
    assert (opens == at) is passes


@settings(max_examples=200, deadline=None)
@given(calendars(by_day), moments, st.integers(0, 9))
def test_business_days_are_working_days_at_the_same_hour(
    calendar: Calendar, start: datetime, days: int
) -> None:
    zone = ZoneInfo(calendar.timezone)
    begins, ends = calendar.next_open(start), calendar.after(start, days).astimezone(zone)
    assert calendar.works_on(ends.date())
    assert ends.time() == begins.time()
    between = [begins.date() + n * DAY for n in range(1, (ends.date() - begins.date()).days + 1)]
    assert sum(map(calendar.works_on, between)) == days


def test_round_the_clock_every_second_counts() -> None:
    start = datetime(2026, 3, 7, 23, 59, tzinfo=UTC)
    assert ROUND_THE_CLOCK.day_length == DAY
    assert ROUND_THE_CLOCK.add(start, timedelta(hours=100)) == start + timedelta(hours=100)


def test_a_week_without_a_working_day_is_none() -> None:
    with pytest.raises(AssertionError):
        Calendar(weekdays=frozenset())


def test_every_clock_can_be_set_but_those_with_a_date_of_their_own() -> None:
    own_date = {Clock.HOLD, Clock.SUPERSEDED}
    assert {*Setting} == {*Clock} - own_date | {Setting.ANSWER_URGENT}
    assert all(ladder_of(s) is LADDERS[Clock(s)] for s in {*Setting} - {Setting.ANSWER_URGENT})


# From here on over HTTP.

NINE_TO_FIVE: Body = {
    "timezone": "UTC",
    "opens": "09:00",
    "closes": "17:00",
    "weekdays": [0, 1, 2, 3, 4],
}


@pytest.fixture(scope="module")
async def simulation(world: World) -> AsyncIterator[Simulation]:
    simulation = Simulation(coming_monday())
    with simulation.running():
        yield simulation


@pytest.fixture
async def monday(simulation: Simulation, world: World) -> datetime:
    await go_to_monday(world, simulation)
    return simulation.now


async def put(person: Person, path: str, body: Body, read: int | None, status: int = 200) -> Body:
    headers = {} if read is None else {"If-Match": f'"{read}"'}
    answer = await person.http("referrals").put(path, json=body, headers=headers)
    return checked(answer, status)


async def reset(person: Person, clock: str, read: int, status: int = 200) -> Body:
    headers = {"If-Match": f'"{read}"'}
    answer = await person.http("referrals").delete(f"/v1/clocks/{clock}", headers=headers)
    return checked(answer, status)


async def link_receiver(world: World, **fields: object) -> str:
    new = {"kind": "link", "name": "Corner Kitchen", "service_ids": [world.service_id]}
    made = await world.worker.post("/v1/receivers", {**new, **fields}, 201)
    return str(made["id"])


async def sent_to(world: World, receiver_id: str) -> Body:
    need = await world.need(consent=False)
    await world.consent(need, recipient_id=receiver_id, recipient_name="Corner Kitchen")
    return await world.sent(need, receiver_id=receiver_id)


async def test_nobody_works_on_a_holiday(world: World, monday: datetime) -> None:
    admin = Person(uuid4(), "admin", world.provider, world.stack)
    holiday = str((monday + DAY).date())
    set_to = await put(admin, "/v1/calendar", {**NINE_TO_FIVE, "holidays": [holiday]}, 0)
    assert set_to["holidays"] == [holiday]
    referral = await world.sent()
    assert await due(world, referral) == {"answer": (monday + 3 * DAY, 0)}
    await put(admin, "/v1/calendar", NINE_TO_FIVE, 1)
    assert (await admin.get("/v1/calendar"))["holidays"] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"weekdays": []},
        {"weekdays": [7]},
        {"opens": "17:00"},
        {"opens": "09:00+01:00"},
        {"timezone": "Mars/Olympus"},
        {"holidays": ["2026-01-01"] * 367},
        {"holidays": ["today"]},
    ],
)
async def test_a_calendar_that_makes_no_sense_is_refused(world: World, wrong: Body) -> None:
    await put(world.people["admin"], "/v1/calendar", {**NINE_TO_FIVE, **wrong}, 0, 422)


async def test_round_the_clock_is_midnight_to_midnight(world: World, monday: datetime) -> None:
    hours = {**NINE_TO_FIVE, "opens": "00:00", "closes": "00:00", "weekdays": [*range(7)]}
    receiver = await link_receiver(world, hours=hours)
    simulated = await sent_to(world, receiver)
    assert await due(world, simulated) == {"answer": (monday + 2 * DAY, 0)}


async def test_a_link_receivers_own_hours_count(world: World, monday: datetime) -> None:
    hours = {**NINE_TO_FIVE, "opens": "13:00", "weekdays": [0, 3]}
    receiver = await link_receiver(world, hours=hours)
    referral = await sent_to(world, receiver)
    # Monday and Thursday from one: two working days after Monday, 13:00, is Monday again.
    assert await due(world, referral) == {"answer": (monday + 7 * DAY + timedelta(hours=3), 0)}


async def test_who_is_closed_by_its_own_hours_is_brought_to_the_on_call(
    world: World, monday: datetime
) -> None:
    receiver = await link_receiver(world, hours={**NINE_TO_FIVE, "opens": "13:00"})
    need = await world.need(consent=False)
    await world.consent(need, recipient_id=receiver, recipient_name="Corner Kitchen")
    await world.sent(need, receiver_id=receiver, urgency="urgent")
    row = (await world.worker.get("/v1/referrals", need_id=need.id))["items"][0]
    assert (row["attention"], row["sent_at"]) == ("on_call", monday.isoformat()[:19] + "Z")


async def test_an_organization_sets_how_long_its_clocks_run(world: World, monday: datetime) -> None:
    admin, before = world.people["admin"], await world.sent()
    shown = await admin.get("/v1/clocks/answer")
    assert (shown["first"]["business_days"], shown["is_default"]) == (2, True)
    assert shown["rungs"] == ["receiver", "worker", "supervisor", "coordinator"]
    set_to = await put(admin, "/v1/clocks/answer", {"business_days": 4}, 0)
    assert (set_to["is_default"], set_to["version"]) == (False, 1)
    await put(admin, "/v1/clocks/answer", {"business_days": 3}, 0, 412)
    await put(admin, "/v1/clocks/answer", {"business_days": 3}, None, 428)
    after = await world.sent()
    assert await due(world, before) == {"answer": (monday + 2 * DAY, 0)}
    assert await due(world, after) == {"answer": (monday + 4 * DAY, 0)}
    listed = {row["clock"]: row for row in (await admin.get("/v1/clocks"))["items"]}
    assert {name for name, row in listed.items() if not row["is_default"]} == {"answer"}
    await reset(admin, "answer", 7, 412)
    assert (await reset(admin, "answer", 1))["is_default"]
    assert await due(world, await world.sent()) == {"answer": (monday + 2 * DAY, 0)}


async def test_the_senders_setting_holds_when_the_receiver_acts(
    world: World, monday: datetime
) -> None:
    admin = world.people["admin"]
    stranger = Person(uuid4(), "admin", world.provider, world.stack)
    await put(admin, "/v1/clocks/first_contact", {"hours": 5}, 0)
    await put(stranger, "/v1/clocks/outcome", {"days": 1}, 0)
    running = await due(world, await world.accepted())
    await reset(admin, "first_contact", 1)
    assert running == {
        "first_contact": (monday + timedelta(hours=5), 0),
        "outcome": (monday + 30 * DAY, 0),
    }


async def test_an_urgent_answer_has_a_setting_of_its_own(world: World, monday: datetime) -> None:
    admin = world.people["admin"]
    await put(admin, "/v1/clocks/answer_urgent", {"hours": 1}, 0)
    urgent, routine = await world.sent(urgency="urgent"), await world.sent()
    await reset(admin, "answer_urgent", 1)
    assert await due(world, urgent) == {"answer": (monday + timedelta(hours=1), 0)}
    assert await due(world, routine) == {"answer": (monday + 2 * DAY, 0)}


@pytest.mark.parametrize(
    "wrong", [{}, {"days": 0}, {"days": 1, "hours": 1}, {"hours": 721}, {"weeks": 1}]
)
async def test_a_wait_is_one_bounded_number(world: World, wrong: Body) -> None:
    await put(world.people["admin"], "/v1/clocks/answer", wrong, 0, 422)


async def test_only_admins_set_clocks_and_only_those_there_are(world: World) -> None:
    await put(world.worker, "/v1/clocks/answer", {"days": 1}, 0, 403)
    for name in ("hold", "superseded", "lunch"):
        await put(world.people["admin"], f"/v1/clocks/{name}", {"days": 1}, 0, 404)
    answer: httpx.Response = await world.people["admin"].http("referrals").get("/v1/clocks/LUNCH")
    assert answer.status_code == 422
