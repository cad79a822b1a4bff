"""A person asks for help themselves: on a public page that tells nobody anything, and loses nothing."""

import re
from uuid import uuid4

import httpx
import pytest

from shared.rate_limit import RateLimiter
from tests.referrals.world import Body, Person, World, checked

GONE = "This page is not available"
NONCE = re.compile(r'name="nonce" value="([^"]+)"')
ASKED = "select * from inquiry where organization = $1"


@pytest.fixture(scope="module")
async def intake(world: World) -> Person:
    """Who takes what comes in."""
    someone = Person(uuid4(), "intake_worker", world.sender, world.stack)
    checked(await someone.http("cases").get("/v1/staff/me"), 200)
    return someone


@pytest.fixture(autouse=True)
def unhurried(world: World) -> None:
    """Each test is a visitor of its own."""
    state = world.stack.apps["referrals"].state
    state.help_limiter = RateLimiter(state.settings.help_requests_per_minute)
    state.link_limiter = RateLimiter(state.settings.link_requests_per_minute)


async def new_page(world: World, **fields: object) -> Body:
    new = {"slug": f"harbor-{uuid4().hex[:8]}", "name": "Harbor Helpers", "categories": []}
    return await world.people["admin"].post("/v1/help-pages", new | fields, 201)


@pytest.fixture
async def page(world: World) -> Body:
    return await new_page(world)


def form(nonce: str = "", **fields: str) -> dict[str, str]:
    told = {
        "given_name": "Mara",
        "family_name": f"Quint {uuid4().hex[:8]}",
        "phone": "305 555 0142",
        "safe": "yes",
        "speaks": "es",
        "category": "food",
        "words": "No hemos comido",
        "nonce": nonce or str(uuid4()),
    } | fields
    return {name: value for name, value in told.items() if value}


async def ask(
    world: World, page: Body, told: dict[str, str], language: str = "en"
) -> httpx.Response:
    return await world.visitor.post(f"/help/{page['slug']}/{language}", data=told)


async def inquiries(world: World, of: str) -> list[Body]:
    """The cases that were begun for people of this family name."""
    found = "select i.* from inquiry i join client c on c.id = i.client_id where c.family_name = $1"
    return await world.stack.rows("cases", found, of)


@pytest.mark.usefixtures("intake")
async def test_what_is_sent_in_becomes_an_inquiry_and_the_next_page_holds_nothing_of_it(
    world: World, page: Body
) -> None:
    shown = await world.visitor.get(f"/help/{page['slug']}", headers={"Accept-Language": "es"})
    assert '<html lang="es">' in shown.text
    assert "Pida ayuda a Harbor Helpers" in shown.text
    told = form(NONCE.findall(shown.text)[0])
    sent = await ask(world, page, told, "es")
    assert sent.status_code == 303
    assert sent.headers["location"] == f"/help/{page['slug']}/es/thanks"
    thanks = await world.visitor.get(sent.headers["location"])
    assert "24 horas" in thanks.text
    assert "911" in thanks.text
    assert "Quint" not in thanks.text
    (begun,) = await inquiries(world, told["family_name"])
    assert str(begun["organization"]) == str(world.sender)


@pytest.mark.usefixtures("intake")
async def test_an_impatient_second_tap_is_the_same_inquiry_and_a_correction_is_not(
    world: World, page: Body
) -> None:
    told = form()
    for _ in range(3):
        assert (await ask(world, page, told)).status_code == 303
    assert len(await inquiries(world, told["family_name"])) == 1
    assert (await ask(world, page, told | {"phone": "305 555 0143"})).status_code == 303
    assert len(await inquiries(world, told["family_name"])) == 2


@pytest.mark.usefixtures("intake")
async def test_nothing_tells_whether_the_person_is_known(world: World, page: Body) -> None:
    stranger, known = form(), form()
    new = {name: known[name] for name in ("given_name", "family_name")}
    await world.worker.in_cases("/v1/clients", new | {"confirm_new": True})
    answers = [await ask(world, page, told) for told in (stranger, known)]
    assert len({(a.status_code, a.text, a.headers["location"]) for a in answers}) == 1


MISTAKES = [
    ({"given_name": ""}, "given_name"),
    ({"family_name": " "}, "family_name"),
    ({"phone": ""}, "phone"),
    ({"phone": "call me"}, "phone"),
    ({"phone": "", "email": "mara at home"}, "email"),
    ({"safe": ""}, "safe"),
    ({"safe": "no"}, "safe"),
    ({"category": ""}, "category"),
    ({"category": "gold"}, "category"),
    ({"speaks": "tlh"}, "speaks"),
    ({"words": "x" * 2001}, "words"),
]


@pytest.mark.parametrize(("wrong", "field"), MISTAKES)
async def test_what_is_wrong_is_told_beside_its_field_and_nothing_typed_is_lost(
    world: World, page: Body, wrong: dict[str, str], field: str
) -> None:
    told = form(given_name="Ma<b>ra") | wrong
    answer = await ask(world, page, {name: value for name, value in told.items() if value})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert f'<a href="#{field}">' in answer.text
    assert "<title>Mistake: " in answer.text
    if field != "given_name":
        assert 'value="Ma&lt;b&gt;ra"' in answer.text
    assert await inquiries(world, told["family_name"]) == []


async def test_all_that_is_wrong_is_told_at_once_in_the_order_of_the_page(
    world: World, page: Body
) -> None:
    answer = await ask(world, page, {"nonce": str(uuid4())})
    fields = ["category", "given_name", "family_name", "speaks", "phone", "safe"]
    assert re.findall(r'<a href="#(\w+)">', answer.text) == fields
    assert re.findall(r'id="(\w+)-error"', answer.text) == fields


@pytest.mark.parametrize("body", [b"", b"given_name=%FF", b"a=1&a=2", b"\xff", b"x=1&" * 30])
async def test_what_no_page_of_ours_sends_is_refused(world: World, page: Body, body: bytes) -> None:
    as_form = {"Content-Type": "application/x-www-form-urlencoded"}
    path = f"/help/{page['slug']}/en"
    answer = await world.visitor.post(path, content=body, headers=as_form)
    assert answer.status_code in (404, 422)
    assert (await world.visitor.post(path, json=form())).status_code == 422


async def test_only_what_the_page_offers_can_be_asked_for(world: World) -> None:
    page = await new_page(world, categories=["housing"])
    shown = await world.visitor.get(f"/help/{page['slug']}")
    assert "Housing" in shown.text
    assert "Food" not in shown.text
    assert (await ask(world, page, form(category="food"))).status_code == 422


async def test_while_cases_is_silent_the_form_stays_as_it_was_typed(
    world: World, page: Body
) -> None:
    told = form()
    world.neighbours.down.add("cases")
    try:
        answer = await ask(world, page, told)
    finally:
        world.neighbours.down.discard("cases")
    assert answer.status_code == 503
    assert told["family_name"] in answer.text
    assert told["nonce"] in answer.text
    assert "press Send again" in answer.text


async def test_sending_in_is_limited_per_address(world: World, page: Body) -> None:
    limit = world.stack.apps["referrals"].state.settings.help_requests_per_minute
    codes = [(await ask(world, page, form(safe="no"))).status_code for _ in range(limit + 1)]
    assert codes == [422] * limit + [429]
    busy = await ask(world, page, form(safe="no"))
    assert "Please wait a minute" in busy.text


async def test_an_admin_keeps_the_pages_of_their_organization(world: World, page: Body) -> None:
    admin = world.people["admin"]
    refused = await admin.post("/v1/help-pages", {"slug": page["slug"], "name": "Else"}, 409)
    assert refused["type"] == "/problems/slug-taken"
    path = f"/v1/help-pages/{page['id']}"
    http = admin.http("referrals")
    assert (await http.patch(path, json={"active": False})).status_code == 428
    changed = await http.patch(path, json={"active": False}, headers={"If-Match": '"1"'})
    assert changed.json()["active"] is False
    stale = await http.patch(path, json={"active": True}, headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    closed = await world.visitor.get(f"/help/{page['slug']}")
    never = await world.visitor.get("/help/there-is-none")
    assert (closed.status_code, closed.text) == (404, never.text)
    assert GONE in closed.text
    assert page["id"] in {p["id"] for p in (await admin.get("/v1/help-pages"))["items"]}


async def test_another_organizations_pages_are_not_ours_to_see_or_change(
    world: World, page: Body
) -> None:
    stranger = Person(uuid4(), "admin", world.provider, world.stack)
    path = f"/v1/help-pages/{page['id']}"
    await stranger.get(path, 404)
    http = stranger.http("referrals")
    taken = await http.patch(path, json={"name": "Mine"}, headers={"If-Match": '"1"'})
    assert taken.status_code == 404
    assert (await stranger.get("/v1/help-pages"))["items"] == []
