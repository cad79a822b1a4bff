"""Pre-flight: yes, no or unknown, never a guess; and what it promises is what sending then does."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.referrals.lifecycle.preflight import (
    HARD,
    Check,
    Facts,
    Result,
    distance_km,
    judge,
    would_send,
)
from services.referrals.lifecycle.reasons import RULES, Reason, Retry
from services.referrals.lifecycle.retrying import Bar, bar
from shared.schemas.disclosures import DisclosurePreview
from shared.schemas.listings import ListingCapacity, ListingPlace, ListingStanding
from shared.schemas.needs import NeedCategory
from tests.referrals.network import consented, new_provider
from tests.referrals.world import Body, World

TODAY = date(2026, 11, 22)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def listing(**fields: Any) -> ListingStanding:
    plain: dict[str, Any] = {
        "service_id": uuid4(),
        "name": "Pantry",
        "status": "active",
        "accepts_referrals": True,
        "reasons": [],
        **dict.fromkeys(
            ("organization_id", "organization_name", "email", "phone", "open_now"),
        ),
        **dict.fromkeys(("next_opening", "verified_at")),
    }
    return ListingStanding(**plain | fields)


def consent(**fields: Any) -> DisclosurePreview:
    return DisclosurePreview(**{"permitted": True, "missing": [], "language": "en"} | fields)


def facts(**fields: Any) -> Facts:
    plain: dict[str, Any] = {
        "today": TODAY,
        "category": "food",
        "listing": listing(),
        "listed": True,
        "receiver_known": True,
        "consent": consent(),
        "duplicate": False,
        "tried": None,
    }
    return Facts(**plain | fields)


def found(name: str, **fields: Any) -> Check:
    [check] = [c for c in judge(facts(**fields)) if c.check == name]
    return check


# check, what is known, result, code
CASES: list[tuple[str, dict[str, Any], str, str | None]] = [
    ("listing_open", {}, "yes", None),
    (
        "listing_open",
        {"listing": listing(accepts_referrals=False, reasons=["deleted"])},
        "no",
        "deleted",
    ),
    ("listing_open", {"listing": None}, "unknown", "no_answer"),
    ("listing_open", {"listing": None, "listed": False}, "no", "not_listed"),
    ("listing_fresh", {}, "unknown", "never_verified"),
    ("listing_fresh", {"listing": listing(verified_at=NOON)}, "yes", "verified"),
    (
        "listing_fresh",
        {"listing": listing(verified_at=NOON - timedelta(days=365))},
        "yes",
        "verified",
    ),
    (
        "listing_fresh",
        {"listing": listing(verified_at=NOON - timedelta(days=366))},
        "no",
        "verified_long_ago",
    ),
    ("not_flagged", {"listing": listing(flags=["service_ended"])}, "no", "service_ended"),
    ("not_flagged", {}, "yes", None),
    ("receiver_known", {"receiver_known": False}, "no", "nobody_answers"),
    ("category_matches", {}, "unknown", "no_categories"),
    ("category_matches", {"listing": listing(categories=["housing", "food"])}, "yes", None),
    ("category_matches", {"listing": listing(categories=["housing"])}, "no", None),
    ("eligibility_age", {}, "unknown", "no_ages_listed"),
    ("eligibility_age", {"listing": listing(minimum_age=18)}, "unknown", "age_not_known"),
    ("eligibility_age", {"listing": listing(minimum_age=18), "age": 17}, "no", "too_young"),
    ("eligibility_age", {"listing": listing(minimum_age=18), "age": 18}, "yes", None),
    ("eligibility_age", {"listing": listing(maximum_age=17), "age": 17}, "yes", None),
    ("eligibility_age", {"listing": listing(maximum_age=17), "age": 18}, "no", "too_old"),
    ("eligibility_text", {}, "unknown", "none_listed"),
    ("eligibility_text", {"listing": listing(eligibility="Veterans")}, "unknown", "read_it"),
    ("language", {"language": "es"}, "unknown", "no_languages_listed"),
    ("language", {"listing": listing(languages=["en"])}, "unknown", "language_not_known"),
    ("language", {"language": "pt-BR", "listing": listing(languages=["pt"])}, "yes", "pt-BR"),
    ("language", {"language": "es", "listing": listing(languages=["en"])}, "no", "es"),
    ("capacity", {}, "unknown", "not_kept"),
    (
        "capacity",
        {"listing": listing(capacity=ListingCapacity(places=2, taken=1, as_of=NOON))},
        "yes",
        "free",
    ),
    (
        "capacity",
        {"listing": listing(capacity=ListingCapacity(places=2, taken=2, as_of=NOON))},
        "no",
        "full",
    ),
    ("consent", {}, "yes", None),
    ("consent", {"consent": None}, "unknown", "no_answer"),
    ("consent", {"consent": None, "receiver_known": False}, "unknown", "nobody_to_tell"),
    (
        "consent",
        {"consent": consent(permitted=False, reason="consent_missing", missing=["identity"])},
        "no",
        "consent_missing",
    ),
    ("no_duplicate", {"duplicate": True}, "no", "live_elsewhere"),
    ("not_tried_before", {}, "yes", None),
    ("not_tried_before", {"tried": Bar(Reason.NOT_ELIGIBLE)}, "no", "not_eligible"),
    ("not_tried_before", {"tried": Bar(Reason.OTHER, review=True)}, "unknown", "other"),
    ("open_now", {}, "unknown", "no_schedule"),
    ("open_now", {"listing": listing(open_now=False, next_opening=NOON)}, "no", None),
]


@pytest.mark.parametrize(("check", "known", "result", "code"), CASES)
def test_each_check_says_what_is_known(
    check: str, known: dict[str, Any], result: str, code: str | None
) -> None:
    judged = found(check, **known)
    assert (judged.result, judged.code) == (result, code)


def test_the_distance_is_to_the_nearest_place_and_only_where_asked() -> None:
    places = [
        ListingPlace(city=None, state_province=None, latitude=41.6, longitude=-93.6),
        ListingPlace(city=None, state_province=None, latitude=None, longitude=None),
        ListingPlace(city=None, state_province=None, latitude=42.6, longitude=-93.6),
    ]
    here = {"near": (41.7, -93.6), "listing": listing(places=places)}
    assert found("distance", **here).distance_km == 11.1  # a tenth of a degree of a meridian
    assert found("distance", **here, radius_km=11).result is Result.NO
    assert found("distance", near=(41.7, -93.6)).result is Result.UNKNOWN
    assert "distance" not in {c.check for c in judge(facts())}


some = st.sampled_from
listings = st.builds(
    listing,
    accepts_referrals=st.booleans(),
    reasons=some([[], ["not_active"]]),
    verified_at=some([None, NOON, NOON - timedelta(days=400)]),
    categories=some([[], ["food"], ["housing"]]),
    languages=some([[], ["en"], ["es", "en"]]),
    minimum_age=some([None, 0.0, 18.0]),
    maximum_age=some([None, 17.0, 99.0]),
    capacity=some([None, ListingCapacity(places=0, taken=3, as_of=NOON)]),
    flags=some([[], ["silent"]]),
    open_now=some([None, True, False]),
)
anything = st.builds(
    Facts,
    today=st.just(TODAY),
    category=some([*NeedCategory]),
    listing=st.none() | listings,
    listed=st.booleans(),
    receiver_known=st.booleans(),
    consent=st.none() | st.builds(consent, permitted=st.booleans()),
    duplicate=st.booleans(),
    tried=st.none() | st.builds(Bar, reason=some([*Reason]), review=st.booleans()),
    age=st.none() | st.integers(0, 150),
    language=some([None, "en", "es-MX"]),
    near=st.none() | st.tuples(st.floats(-90, 90), st.floats(-180, 180)),
    radius_km=st.none(),
)


@given(anything)
def test_whatever_is_known_it_answers_once_each_and_never_promises_too_much(known: Facts) -> None:
    checks = judge(known)
    names = [check.check for check in checks]
    assert len(set(names)) == len(names)
    assert set(names) >= HARD
    hard = (
        known.listing is not None and known.listing.accepts_referrals,
        known.receiver_known,
        known.consent is not None and known.consent.permitted,
        not known.duplicate,
    )
    assert would_send(checks) == all(hard)


@given(anything)
def test_what_nobody_said_is_unknown(known: Facts) -> None:
    by_name = {check.check: check for check in judge(known)}
    if known.age is None and "eligibility_age" in by_name:
        assert by_name["eligibility_age"].result is Result.UNKNOWN
    if known.listing is not None and known.listing.capacity is None:
        assert by_name["capacity"].result is Result.UNKNOWN
    if known.consent is None:
        assert by_name["consent"].result is Result.UNKNOWN


point = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


@given(point, point)
def test_a_distance_is_the_same_both_ways_and_at_most_half_around(
    here: tuple[float, float], there: tuple[float, float]
) -> None:
    assert distance_km(here, there) == pytest.approx(distance_km(there, here))
    assert 0 <= distance_km(here, there) <= 20_016


@given(some([*Reason]), st.dates(), st.none() | st.dates(), st.dates())
def test_only_the_retry_rule_bars(
    reason: Reason, ended: date, retry: date | None, today: date
) -> None:
    if ended > date(9999, 1, 1):
        return
    barred = bar(reason, ended, retry, today)
    later = RULES[reason].retry is Retry.LATER
    if barred is not None and barred.until is not None:
        assert later
        assert today < barred.until
    if later and today >= (retry or ended + timedelta(days=30)):
        assert barred is None
    if reason in (Reason.NOT_ELIGIBLE, Reason.SERVICE_ENDED):
        assert barred == Bar(reason)
    if reason in (Reason.CONSENT_REVOKED, Reason.EXPIRED_NO_RESPONSE, Reason.SUPERSEDED):
        assert barred is None


def checks(preflight: Body) -> dict[str, str]:
    return {check["check"]: check["result"] for check in preflight["checks"]}


async def test_services_are_weighed_side_by_side(world: World) -> None:
    need = await world.need(language="es", birth_date="1990-04-01")
    other = await new_provider(world)
    asked = {
        "need_id": need.id,
        "service_ids": [world.service_id, other.service_id, str(uuid4())],
        "classes": ["identity", "contact"],
        "near": {"latitude": 41.60049, "longitude": -93.6},
    }
    answer = await world.worker.post("/v1/referrals/preflight", asked)
    ours, theirs, nobody = answer["items"]
    assert ours["would_send"], ours
    assert (ours["service_name"], ours["receiver_id"]) == ("Harbour Pantry", world.receiver_id)
    assert not theirs["would_send"]
    assert checks(theirs)["consent"] == "no"
    [missing] = [c["missing"] for c in theirs["checks"] if c["check"] == "consent"]
    assert sorted(missing) == ["contact", "identity"]
    assert checks(nobody)["listing_open"] == "no"
    assert checks(ours)["distance"] == "unknown"
    trail = await world.stack.rows(
        "referrals", "select ids from audit where action = 'referral.preflight'"
    )
    assert [str(i) for i in trail[-1]["ids"]] == [need.id]


async def test_a_draft_is_weighed_and_what_it_promises_is_kept(world: World) -> None:
    need = await world.need()
    draft = await world.draft(need)
    weighed = await world.worker.act(draft, "preflight")
    assert weighed["would_send"]
    sent = await world.worker.act(draft, "send")
    refused = await world.worker.act(sent, "preflight", status=409)
    assert refused["status_now"] == "sent"
    second = await world.draft(need)
    weighed = await world.worker.act(second, "preflight")
    assert (weighed["would_send"], checks(weighed)["no_duplicate"]) == (False, "no")
    await world.worker.act(second, "send", status=409)


async def test_a_neighbour_that_is_silent_is_unknown_and_nothing_is_promised(world: World) -> None:
    draft = await world.draft()
    for down, check in (("cases", "consent"), ("resources", "listing_open")):
        world.neighbours.down.add(down)
        try:
            weighed = await world.worker.act(draft, "preflight")
        finally:
            world.neighbours.down.discard(down)
        assert checks(weighed)[check] == "unknown"
        assert not weighed["would_send"]


async def test_without_an_agreement_in_force_nothing_new_is_sent(world: World) -> None:
    other = await new_provider(world, "Lapsed Pantry")
    need = await consented(world, other)
    lapsed = {
        "partner_id": other.receiver_id,
        "partner_name": "Lapsed Pantry",
        "starts_on": "2020-01-01",
        "ends_on": "2021-01-01",
    }
    await world.people["admin"].in_cases("/v1/agreements", lapsed)
    draft = await world.draft(need, service_id=other.service_id)
    weighed = await world.worker.act(draft, "preflight")
    [consent] = [c for c in weighed["checks"] if c["check"] == "consent"]
    assert (consent["result"], consent["code"]) == ("no", "agreement_expired")
    refused = await world.worker.act(draft, "send", status=409)
    assert refused["type"] == "/problems/agreement-expired"


async def test_a_receiver_that_is_no_longer_active_gets_nothing_new(world: World) -> None:
    other = await new_provider(world, "Closed Pantry")
    need = await consented(world, other)
    draft = await world.draft(need, service_id=other.service_id)
    await world.stack.rows(
        "referrals", "update receiver set active = false where id = $1", other.receiver_id
    )
    weighed = await world.worker.act(draft, "preflight")
    assert checks(weighed)["receiver_known"] == "no"
    refused = await world.worker.act(draft, "send", status=409)
    assert refused["type"] == "/problems/receiver-unknown"


async def test_whoever_only_reads_may_not_weigh(world: World) -> None:
    draft = await world.draft()
    await world.people["program_manager"].act(draft, "preflight", status=403)
    await world.desk.act(draft, "preview", status=403)
    stranger = world.people["senior_case_manager"]
    await stranger.act(draft, "preview", status=404)


async def test_the_preview_is_what_is_frozen(world: World) -> None:
    need = await world.need(language="es", birth_date="1990-04-01")
    draft = await world.draft(need, message="Can come on weekday mornings.")
    count = "select count(*) as n from packet"
    before = await world.stack.rows("referrals", count)
    seen = await world.worker.act(draft, "preview")
    assert await world.stack.rows("referrals", count) == before
    assert seen["permitted"]
    sent = await world.worker.act(draft, "send")
    packet = await world.desk.get(f"/v1/referrals/{sent['id']}/packet")
    assert (seen["classes"], seen["message"]) == (packet["classes"], packet["message"])
    assert seen["notice"] is None
    await world.worker.act(sent, "preview", status=409)


async def test_a_preview_without_consent_shows_nothing_and_says_what_is_missing(
    world: World,
) -> None:
    draft = await world.draft(await world.need(consent=False))
    seen = await world.worker.act(draft, "preview")
    assert (seen["permitted"], seen["reason"], seen["classes"]) == (False, "consent_missing", None)
    assert sorted(seen["missing"]) == ["contact", "identity"]


async def test_part_2_stands_with_the_preview_of_substance_use(world: World) -> None:
    need = await world.need(consent=False)
    classes = ["identity", "substance_use"]
    await world.consent(need, classes=classes)
    seen = await world.worker.act(await world.draft(need, classes=classes), "preview")
    assert "42 CFR part 2" in seen["notice"]
