"""The client's answer link: it shows, it takes an answer, and it gives nothing away."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import httpx
import pytest

from services.referrals.words.dates import day
from shared import clock
from shared.rate_limit import RateLimiter
from tests.referrals.world import Body, Simulation, World

GONE = "This page is not available"


@pytest.fixture(autouse=True)
def unhurried(world: World) -> None:
    """Each test is a visitor of its own."""
    state = world.stack.apps["referrals"].state
    state.link_limiter = RateLimiter(state.settings.link_requests_per_minute)


async def attestations(world: World, referral_id: str) -> list[str]:
    found = await world.worker.get(f"/v1/referrals/{referral_id}/attestations")
    return [f"{word['side']}:{word['answer']}" for word in found["items"]]


async def test_the_page_is_plain_and_holds_nothing_about_the_person(world: World) -> None:
    path = await world.link(await world.served(await world.need(given_name="Xochitl")))
    page = await world.visitor.get(path, headers={"Accept-Language": "es-MX,es;q=0.9,en;q=0.5"})
    assert '<html lang="es">' in page.text
    assert "Todavía no" in page.text
    assert "Xochitl" not in page.text
    assert "<script" not in page.text
    assert "http://" not in page.text.replace(path, "")
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    style = page.text.split("<style>")[1].split("</style>")[0]
    assert b64encode(sha256(style.encode()).digest()).decode() in policy
    english = await world.visitor.get(path, headers={"Accept-Language": "fr"})
    assert "Not yet" in english.text


async def test_the_service_is_not_named_where_that_would_tell_too_much(world: World) -> None:
    path = await world.link(await world.served(await world.need("safety")))
    page = await world.visitor.get(path)
    assert page.status_code == 200
    assert "Harbour" not in page.text


async def test_opening_it_answers_nothing_however_often(world: World) -> None:
    referral = await world.served()
    path = await world.link(referral)
    for _ in range(3):
        assert (await world.visitor.get(path)).status_code == 200
    assert (await world.visitor.head(path)).status_code == 405
    assert await world.status(referral) == ("awaiting_confirmation", "provider_only")


async def test_a_wrong_and_an_expired_link_are_one_and_the_same_page(world: World) -> None:
    referral = await world.served()
    path = await world.link(referral)
    wrong = await world.visitor.get(path[:-2] + "xx")
    assert wrong.status_code == 404
    assert GONE in wrong.text
    await world.worker.act(referral, "client_answer", {"answer": "yes"})
    assert (await world.visitor.get(path)).status_code == 200

    later = Simulation(datetime.now(UTC) + timedelta(days=91))
    with later.running():
        expired = await world.visitor.get(path)
        answered = await world.visitor.post(path, json={"answer": "no"})
    assert (expired.status_code, expired.text) == (wrong.status_code, wrong.text)
    assert answered.status_code == 404
    assert await world.status(referral) == ("closed", "confirmed")


async def test_the_same_answer_again_changes_nothing(world: World) -> None:
    referral = await world.served()
    path = await world.link(referral)
    for _ in range(3):
        answered = await world.visitor.post(path, data={"answer": "yes"})
        assert answered.status_code == 303
    assert await attestations(world, referral["id"]) == ["client:yes", "receiver:served"]


async def test_the_client_may_change_their_mind_and_the_latest_word_counts(world: World) -> None:
    referral = await world.served()
    path = await world.link(referral)
    await world.visitor.post(path, json={"answer": "not_yet"})
    assert await world.status(referral) == ("awaiting_confirmation", "provider_only")
    await world.visitor.post(path, json={"answer": "partly"})
    assert await world.status(referral) == ("closed", "partial")
    await world.visitor.post(path, json={"answer": "no", "helped": 1})
    assert await world.status(referral) == ("disputed", "disputed")
    await world.visitor.post(path, json={"answer": "yes"})
    assert await world.status(referral) == ("disputed", "confirmed")
    resolved = {"note": "She was served after all.", "not_referred_again": "Helped."}
    await world.worker.act(referral, "resolve", resolved)
    assert await world.status(referral) == ("closed", "confirmed")


@pytest.mark.parametrize(
    "body", [{}, {"answer": "maybe"}, {"answer": "yes", "helped": 6}, {"answer": "yes", "x": 1}]
)
async def test_what_is_no_answer_is_refused(world: World, body: dict[str, object]) -> None:
    path = await world.link(await world.served())
    assert (await world.visitor.post(path, json=body)).status_code == 422
    form = {name: str(value) for name, value in body.items()}
    mistaken = await world.visitor.post(path, data=form)
    assert mistaken.status_code == 422
    assert ("<form" in mistaken.text) is bool(form)  # a browser gets the question again
    odd = await world.visitor.post(path, json={"answer": "maybe"})
    assert "Said." not in odd.text
    broken = await world.visitor.post(path, content=b"{", headers={"Content-Type": "text/plain"})
    assert broken.status_code == 422


async def test_a_void_referral_takes_its_links_with_it(world: World) -> None:
    referral = await world.served()
    path = await world.link(referral)
    await world.worker.act(referral, "client_answer", {"answer": "yes"})
    await world.supervisor.act(referral, "void", {"note": "Another client's."})
    assert (await world.visitor.get(path)).status_code == 404
    links = "select revoked_at from answer_link where referral_id = $1"
    (link,) = await world.stack.rows("referrals", links, referral["id"])
    assert link["revoked_at"] is not None


async def test_links_are_tried_for_at_a_limited_rate(world: World) -> None:
    limit = world.stack.apps["referrals"].state.settings.link_requests_per_minute
    codes = [(await world.visitor.get(f"/answer/guess{n}")).status_code for n in range(limit + 1)]
    assert codes[-1] == 429


async def test_only_a_hash_of_the_token_is_kept(world: World) -> None:
    await world.link(await world.served())
    rows = await world.stack.rows("referrals", "select hash from answer_link")
    assert all(len(row["hash"]) == 32 for row in rows)


async def test_one_tap_a_question_and_each_page_says_what_was_answered(world: World) -> None:
    referral = await world.served()
    path = await world.link(referral)
    tapped = await world.visitor.post(path, data={"answer": "partly", "language": "es"})
    assert tapped.headers["location"] == f"{path}/es/helped"
    helped = await world.visitor.get(tapped.headers["location"])
    assert "Su respuesta: En parte" in helped.text
    rated = await world.visitor.post(path, data={"answer": "partly", "helped": "2"})
    assert rated.headers["location"] == f"{path}/en/thanks"
    thanks = await world.visitor.get(rated.headers["location"])
    assert "what you still need" in thanks.text
    again = await world.visitor.get(path)
    today = clock.now().date()
    assert f"You answered “Partly” on {day('en', today)}" in again.text
    found = await world.worker.get(f"/v1/referrals/{referral['id']}/attestations")
    assert [word.get("helped") for word in found["items"] if word["side"] == "client"] == [2, None]


async def test_the_same_answer_without_a_mark_keeps_the_mark(world: World) -> None:
    referral = await world.served()
    path = await world.link(referral)
    for form in ({"answer": "yes"}, {"answer": "yes", "helped": "4"}, {"answer": "yes"}):
        await world.visitor.post(path, data=form)
    assert await attestations(world, referral["id"]) == [
        *("client:yes", "client:yes", "receiver:served")
    ]


async def test_a_no_against_the_providers_word_is_taken_seriously(world: World) -> None:
    referral = await world.served()
    path = await world.link(referral)
    tapped = await world.visitor.post(path, data={"answer": "no"})
    thanks = await world.visitor.get(tapped.headers["location"])
    assert "Your word counts as much" in thanks.text
    assert await world.status(referral) == ("disputed", "disputed")


async def test_a_client_who_no_longer_wants_it_takes_it_back(world: World) -> None:
    sent, accepted, over = await world.sent(), await world.accepted(), await world.served()
    paths = [await handed(world, referral) for referral in (sent, accepted, over)]
    shown = [await world.visitor.get(path) for path in paths]
    assert ["I no longer want this help" in page.text for page in shown] == [True, True, False]
    for path, said in zip(paths, ("was cancelled", "asked the service to stop", ""), strict=True):
        confirm = await world.visitor.get(f"{path}/en/stop")
        assert ("You no longer want this help?" in confirm.text) is bool(said)
        for _ in range(2):
            stopped = await world.visitor.post(f"{path}/en/stop")
            assert stopped.headers["location"] == f"{path}/en/stopped"
        assert said in (await world.visitor.get(stopped.headers["location"])).text
    assert (await world.status(sent))[0] == "withdrawn"
    assert (await world.status(over))[0] == "awaiting_confirmation"
    history = await world.worker.get(f"/v1/referrals/{accepted['id']}/history")
    asked = [(e["party"], e["reason"]) for e in history["items"] if "withdrawal" in e["action"]]
    assert asked == [("client", "client_declined")]


async def handed(world: World, referral: Body, **body: str) -> str:
    made = await world.worker.post(f"/v1/referrals/{referral['id']}/answer-link", body, 201)
    return str(httpx.URL(made["answer_url"]).path)


async def test_a_link_handed_over_opens_in_its_language_and_is_no_try(world: World) -> None:
    referral = await world.served()
    path = await handed(world, referral, language="es")
    shown = await world.visitor.get(path, headers={"Accept-Language": "en"})
    assert '<html lang="es">' in shown.text
    switched = await world.visitor.get(f"{path}/en")
    assert '<html lang="en">' in switched.text
    row = await world.worker.get(f"/v1/referrals/{referral['id']}")
    assert row["asked_count"] == 0
    draft = await world.draft()
    await world.worker.post(f"/v1/referrals/{draft['id']}/answer-link", {}, 409)


async def test_every_page_behind_a_link_that_is_none_is_the_same_page(world: World) -> None:
    real = await world.link(await world.served())
    tails = ["", "/en", "/en/helped", "/en/thanks", "/en/stop", "/en/stopped"]
    gone = [await world.visitor.get(f"/answer/guess{tail}") for tail in tails]
    gone.append(await world.visitor.get(f"{real}/xx"))
    gone.append(await world.visitor.post("/answer/guess/en/stop"))
    gone.append(await world.visitor.post("/answer/guess", data={"answer": "yes"}))
    assert {(page.status_code, page.text) for page in gone[:-2]} == {(404, gone[0].text)}
    assert [page.status_code for page in gone] == [404] * len(gone)
