"""Safe contact: nothing unsafe is ever answered, whatever is on record and whatever the hour."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.cases.safe_contact import (
    DEFAULT_ORDER,
    Channel,
    Hours,
    Policy,
    decide,
    for_packet,
)
from shared import clock
from tests.cases.factories import (
    Agency,
    Body,
    Person,
    checked,
    disclosure_request,
    new_agency,
    new_consent,
    new_need,
    open_case,
)
from tests.stack import Stack

NEW_YORK, KOLKATA, LORD_HOWE = "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"
ZONES = [NEW_YORK, KOLKATA, LORD_HOWE, "Pacific/Apia", "UTC", "America/St_Johns"]
SPRING, AUTUMN = datetime(2026, 3, 8, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)
"""The days on which New York's clocks go forward and back."""
A_DAY = datetime(2020, 1, 1, tzinfo=UTC)

flags = st.booleans()
channels = st.lists(
    st.builds(
        Channel,
        kind=st.sampled_from(["email", "phone", "address"]),
        value=st.uuids().map(str),
        safe=flags,
        at_home=flags,
        confidential=flags,
        texts=flags,
        shared=flags,
    ),
    max_size=6,
)


@st.composite
def hours(draw: st.DrawFn) -> Hours:
    opens = draw(st.integers(0, 24 * 60 - 181))
    closes = draw(st.integers(opens + 180, 24 * 60 - 1))
    days = draw(st.frozensets(st.integers(0, 6), min_size=1))
    zone = ZoneInfo(draw(st.sampled_from(ZONES)))
    return Hours(zone, time(opens // 60, opens % 60), time(closes // 60, closes % 60), days)


policies = st.builds(
    Policy,
    language=st.sampled_from(["en", "es"]),
    deceased=flags,
    contact_prohibited=flags,
    contact_refused=flags,
    not_at_home=flags,
    leave_message=flags,
    hours=hours(),
    order=st.lists(st.sampled_from(DEFAULT_ORDER), min_size=1, unique=True).map(tuple),
)
moments = st.one_of(
    st.integers(0, 15 * 366 * 24 * 60).map(lambda n: A_DAY + timedelta(minutes=n)),
    st.builds(
        lambda day, minutes: day + timedelta(minutes=minutes),
        st.sampled_from([SPRING, AUTUMN]),
        st.integers(-24 * 60, 48 * 60),
    ),
)


def unsafe(policy: Policy, channel: Channel, way: str) -> list[str]:
    """Written again from what was agreed, apart from the code: every reason not to use it."""
    written = way != "phone"
    found = {
        "deceased": policy.deceased,
        "prohibited": policy.contact_prohibited,
        "not safe": not channel.safe,
        "confidential": channel.confidential,
        "at home": channel.at_home and policy.not_at_home,
        "others read it": written and channel.shared and not policy.leave_message,
        "takes no texts": way == "text" and not (channel.kind == "phone" and channel.texts),
        "not agreed": way in DEFAULT_ORDER and way not in policy.order,
        "wrong kind": way in ("email", "phone") and channel.kind != way,
    }
    return [reason for reason, holds in found.items() if holds]


@settings(max_examples=1500)
@given(policies, channels, moments)
def test_nothing_unsafe_is_ever_answered(
    policy: Policy, known: list[Channel], now: datetime
) -> None:
    decision = decide(policy, known, now)
    asked_nothing = policy.deceased or policy.contact_prohibited or policy.contact_refused
    possible = [(way, c) for way in policy.order for c in known if not unsafe(policy, c, way)]
    if asked_nothing or not possible:
        assert decision.channel == "none"
        assert decision.reason in (
            {"deceased", "contact_prohibited", "refused"} if asked_nothing else {"no_safe_channel"}
        )
        assert (decision.address, decision.not_before) == (None, None)
        return
    way, channel = possible[0]
    assert (decision.channel, decision.address, decision.reason) == (way, channel.value, None)
    assert decision.leave_message == policy.leave_message


@settings(max_examples=1500)
@given(policies, channels)
def test_a_receiver_is_told_nothing_unsafe(policy: Policy, known: list[Channel]) -> None:
    told = for_packet(policy, known)
    for way in ("email", "phone", "address", "text"):
        for value in told.get(way, []):
            (channel,) = [c for c in known if c.value == value]
            reasons = set(unsafe(policy, channel, way)) - {"not agreed"}
            assert reasons == set()
    if told:
        assert told["leave_message"] == policy.leave_message
        assert told["hours"]["timezone"] == policy.hours.zone.key


@settings(max_examples=800)
@given(hours(), moments)
def test_not_before_is_the_first_moment_of_the_hours(agreed: Hours, now: datetime) -> None:
    policy = Policy("en", False, False, False, False, False, agreed)
    phone = Channel("phone", "555 0100", True, False, False)
    decision = decide(policy, [phone], now)
    local = now.astimezone(agreed.zone)
    inside = local.weekday() in agreed.weekdays and agreed.opens <= local.time() < agreed.closes
    assert decision.channel == "phone"
    assert (decision.not_before is None) == inside
    if decision.not_before is None:
        return
    assert decision.not_before > now
    then = decision.not_before.astimezone(agreed.zone)
    assert then.weekday() in agreed.weekdays
    assert agreed.opens <= then.time() < agreed.closes
    if then.time() != agreed.opens:  # the clocks skip the hour at which they open
        return
    steps = int((decision.not_before - now) / timedelta(minutes=15))
    for step in range(1, steps):
        assert not agreed.allow(now + step * timedelta(minutes=15))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("opens", "closes", "now", "then"),
    [
        # 08:00 is 13:00 UTC in winter, 12:00 in summer: the night between changes it.
        ("08:00", "20:00", "2026-03-07T02:00", "2026-03-07T13:00"),
        ("08:00", "20:00", "2026-03-08T02:00", "2026-03-08T12:00"),
        ("08:00", "20:00", "2026-10-31T03:00", "2026-10-31T12:00"),
        ("08:00", "20:00", "2026-11-01T03:00", "2026-11-01T13:00"),
        # 01:30 comes twice when they go back; whoever missed the first gets the second.
        ("01:30", "05:00", "2026-11-01T05:00", "2026-11-01T05:30"),
        ("01:30", "05:00", "2026-11-01T06:10", "2026-11-01T06:30"),
        # 02:30 does not come when they go forward.
        ("02:30", "06:00", "2026-03-08T06:00", "2026-03-08T07:30"),
        ("02:10", "02:50", "2026-03-08T06:00", "2026-03-09T06:10"),
    ],
)
def test_days_on_which_the_clocks_change(opens: str, closes: str, now: str, then: str) -> None:
    agreed = Hours(ZoneInfo(NEW_YORK), time.fromisoformat(opens), time.fromisoformat(closes))
    assert agreed.next_opening(at(now)) == at(then)


async def how(person: Person, client_id: str) -> Body:
    return await person.get(f"/v1/clients/{client_id}/how-to-contact", purpose="appointment")


async def test_what_was_agreed_is_kept_and_decides(agency: Agency) -> None:
    worker = agency.case_manager
    agreed: dict[str, Any] = {
        "leave_message": False,
        "hours": {"opens": "09:30", "closes": "17:00", "weekdays": [0, 2]},
        "timezone": NEW_YORK,
        "order": ["text", "phone"],
    }
    known = [
        {"kind": "email", "value": "ana@example.org"},
        {"kind": "phone", "value": "555 0100", "shared": True, "texts": True},
        {"kind": "phone", "value": "555 0101", "texts": True},
    ]
    case = await open_case(worker, channels=known, contact=agreed)
    client = await worker.get(f"/v1/clients/{case['client_id']}")
    for name, value in agreed.items():
        assert client["contact"][name] == value
    assert [c["shared"] for c in client["channels"]] == [False, True, False]
    answer = await how(worker, client["id"])
    assert (answer["channel"], answer["address"]) == ("text", "555 0101")
    assert [(w["channel"], w["address"], w["shared"]) for w in answer["ways"]] == [
        ("text", "555 0101", False),
        ("phone", "555 0100", True),
        ("phone", "555 0101", False),
    ]
    assert answer["hours"] == agreed["hours"] | {"timezone": NEW_YORK}


async def test_a_service_is_told_when(stack: Stack, agency: Agency) -> None:
    phone = {"kind": "phone", "value": "555 0100"}
    days = {"hours": {"opens": "09:00", "closes": "10:00"}, "timezone": KOLKATA}
    case = await open_case(agency.case_manager, channels=[phone], contact=days)
    path = f"/v1/clients/{case['client_id']}/contact-decision"
    asked = {"organization_id": str(agency.id), "purpose": "appointment"}
    async with stack.service_client("cases", "referrals-api") as referrals:
        decision = checked(await referrals.post(path, json=asked), 200)
    zone = ZoneInfo(KOLKATA)
    now = clock.now().astimezone(zone)
    if now.hour == 9:
        assert decision["not_before"] is None
    else:
        opens = datetime.fromisoformat(decision["not_before"]).astimezone(zone)
        assert opens.time() == time(9)
        assert now < opens <= now + timedelta(days=1)


async def test_the_organizations_clock_stands_in(stack: Stack) -> None:
    agency = await new_agency(stack)
    worker = agency.case_manager
    case = await open_case(worker, channels=[{"kind": "phone", "value": "555 0100"}])
    assert (await how(worker, case["client_id"]))["hours"]["timezone"] == "UTC"
    change = {"name": "Harbour", "timezone": LORD_HOWE}
    await agency.admin.put("/v1/organization", 1, change)
    assert (await how(worker, case["client_id"]))["hours"]["timezone"] == LORD_HOWE
    await agency.admin.put("/v1/organization", 2, {"name": "Harbour", "timezone": "Mars"}, 422)


@pytest.mark.parametrize(
    "agreed",
    [
        {"hours": {"opens": "17:00", "closes": "09:00"}},
        {"hours": {"opens": "9", "closes": "17:00"}},
        {"hours": {"opens": "09:00", "closes": "17:00", "weekdays": []}},
        {"hours": {"opens": "09:00", "closes": "17:00", "weekdays": [7]}},
        {"timezone": "Nowhere/At_All"},
        {"order": []},
        {"order": ["fax"]},
    ],
)
async def test_what_no_clock_can_keep_is_refused(agency: Agency, agreed: Body) -> None:
    body = {"given_name": "Ana", "family_name": "Reyes", "contact": agreed}
    await agency.case_manager.post("/v1/clients", body, 422)


async def test_only_phones_take_texts(agency: Agency) -> None:
    channel = {"kind": "email", "value": "ana@example.org", "texts": True}
    body = {"given_name": "Ana", "family_name": "Reyes", "channels": [channel]}
    await agency.case_manager.post("/v1/clients", body, 422)


async def test_a_packet_says_how_and_when(agency: Agency) -> None:
    worker = agency.case_manager
    shared: dict[str, Any] = {"kind": "email", "value": "family@example.org", "shared": True}
    phone = {"kind": "phone", "value": "555 0100", "texts": True}
    case = await open_case(worker, channels=[shared, phone], contact={"timezone": NEW_YORK})
    need = await new_need(worker, case["id"])
    receiver = uuid4()
    await new_consent(worker, case["id"], receiver)
    asked = disclosure_request(agency, need["id"], receiver)
    contact = (await worker.act("/v1/disclosures", asked))["packet"]["classes"]["contact"]
    assert contact["phone"] == contact["text"] == ["555 0100"]
    assert "email" not in contact
    assert contact["hours"]["timezone"] == NEW_YORK


async def test_only_who_sees_the_client_is_told(stack: Stack, agency: Agency) -> None:
    case = await open_case(agency.case_manager)
    path = f"/v1/clients/{case['client_id']}/how-to-contact"
    await agency.senior_case_manager.get(path, 404)
    stranger: httpx.AsyncClient = (await new_agency(stack)).case_manager.http
    assert (await stranger.get(path)).status_code == 404
    await agency.case_manager.get(path)
    trail = await stack.rows("cases", "select basis from audit where action = 'how_to_contact'")
    assert trail[-1]["basis"] == "outcome"
