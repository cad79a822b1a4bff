"""A client's phone: one tap, no script, nothing that anybody could learn or do by looking."""

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest

from tests.browser.visiting import DESKTOP, NARROWEST, Site, Visit, examine
from tests.referrals.world import Body, Person, Simulation, World, checked

GONE = "This page is not available"
STORED = """select (select version from referral where id = $1) as version,
    (select count(*) from attestation where referral_id = $1) as said"""


async def handed(world: World, referral: Body, **body: str) -> str:
    made = await world.worker.post(f"/v1/referrals/{referral['id']}/answer-link", body, 201)
    return str(httpx.URL(made["answer_url"]).path)


async def served(world: World) -> tuple[Body, str]:
    referral = await world.served()
    return referral, await handed(world, referral)


async def stored(world: World, referral: Body) -> Body:
    (row,) = await world.stack.rows("referrals", STORED, referral["id"])
    return row


async def test_two_questions_a_tap_each(world: World, site: Site) -> None:
    referral, path = await served(world)
    async with site.visit(NARROWEST) as visit:
        assert await visit.open(path) == 200
        assert "Did you get the help you were referred for at Harbour Pantry?" in await visit.says()
        await visit.tap("Yes")
        assert "Your answer: Yes" in await visit.says()
        await visit.tap("5")
        assert "That is all we wanted to know" in await visit.says()
    assert await world.status(referral) == ("closed", "confirmed")


async def test_the_second_question_may_be_skipped_and_the_answer_changed(
    world: World, site: Site
) -> None:
    referral, path = await served(world)
    async with site.visit() as visit:
        await visit.open(path)
        await visit.tap("Partly")
        await visit.tap("Skip this question")
        assert await world.status(referral) == ("closed", "partial")
        await visit.tap("Change my answer")
        assert "You answered “Partly”" in await visit.says()
        await visit.tap("Yes")
        await visit.tap("4")
    assert await world.status(referral) == ("closed", "confirmed")


async def test_a_no_disputes_what_the_provider_said(world: World, site: Site) -> None:
    referral, path = await served(world)
    async with site.visit() as visit:
        await visit.open(path)
        await visit.tap("No")
        assert "Your word counts as much" in await visit.says()
    assert await world.status(referral) == ("disputed", "disputed")


async def test_not_yet_is_no_end(world: World, site: Site) -> None:
    referral, path = await served(world)
    async with site.visit() as visit:
        await visit.open(path)
        await visit.tap("Not yet")
        assert "ask you again" in await visit.says()
    assert (await world.status(referral))[0] == "awaiting_confirmation"


async def test_loading_again_and_going_back_send_nothing_again(world: World, site: Site) -> None:
    referral, path = await served(world)
    async with site.visit() as visit:
        await visit.open(path)
        await visit.tap("No")
        before = await stored(world, referral)
        await visit.page.reload()
        await visit.page.go_back()
        await visit.page.go_forward()
        assert {r.method for r in visit.asked[2:]} == {"GET"}
    assert await stored(world, referral) == before


async def test_it_is_taken_back_only_after_asking_once_more(world: World, site: Site) -> None:
    referral = await world.accepted()
    path = await handed(world, referral)
    async with site.visit() as visit:
        await visit.open(path)
        await visit.tap("I no longer want this help")
        await visit.tap("Go back")
        before = await stored(world, referral)
        await visit.tap("I no longer want this help")
        assert await stored(world, referral) == before
        await visit.tap("I no longer want it")
        assert "asked the service to stop" in await visit.says()
        await visit.open(path)
        assert "I no longer want this help" not in await visit.says()
    assert (await stored(world, referral))["version"] == before["version"] + 1


async def test_the_language_can_be_switched_on_every_page(world: World, site: Site) -> None:
    _, path = await served(world)
    async with site.visit(locale="es-MX") as visit:
        await visit.open(path)
        assert "¿Recibió la ayuda" in await visit.says()
        await visit.tap("English")
        await visit.tap("Partly")
        await visit.tap("Español")
        assert "Su respuesta: En parte" in await visit.says()
        assert await visit.page.locator("html").get_attribute("lang") == "es"
        await visit.tap("Omitir esta pregunta")
        await visit.tap("English")
        assert "what you still need" in await visit.says()


async def test_programs_that_look_at_links_change_nothing(world: World, site: Site) -> None:
    """Mail scanners and previews fetch every link, and what it links to."""
    referral, path = await served(world)
    before = await stored(world, referral)
    async with httpx.AsyncClient(base_url=site.origin) as scanner:
        for _ in range(20):
            assert (await scanner.get(path)).status_code == 200
            await scanner.head(path)
        shown = await scanner.get(path)
        for href in re.findall(r'(?:href|action)="([^"]+)"', shown.text):
            await scanner.get(href)
            await scanner.head(href)
    assert await stored(world, referral) == before


@pytest.mark.parametrize("how", ["tampered", "cut off", "made up", "another's page", "expired"])
async def test_whatever_is_wrong_with_a_link_is_the_same_page(
    world: World, site: Site, how: str
) -> None:
    _, path = await served(world)
    wrong = {
        "tampered": path[:-3] + ("aaa" if path[-3:] != "aaa" else "bbb"),
        "cut off": path[:-5],
        "made up": "/answer/" + "x" * 43,
        "another's page": path + "/en/nothing",
        "expired": path,
    }[how]
    late = Simulation(datetime.now(UTC) + timedelta(days=366 if how == "expired" else 0))
    with late.running():
        async with site.visit() as visit:
            assert await visit.open(wrong) == 404
            assert (await visit.says()).strip().startswith(GONE)
            assert await visit.page.get_by_role("button").count() == 0


async def test_a_voided_referral_takes_the_page_away_from_under_the_client(
    world: World, site: Site
) -> None:
    referral, path = await served(world)
    async with site.visit() as visit:
        await visit.open(path)
        await world.supervisor.act(referral, "void", {"note": "Another client's."})
        await visit.tap("Yes")
        assert GONE in await visit.says()


@pytest.fixture(scope="module")
async def help_path(world: World) -> str:
    intake = Person(uuid4(), "intake_worker", world.sender, world.stack)
    checked(await intake.http("cases").get("/v1/staff/me"), 200)
    page = {"slug": "harbor", "name": "Harbor Helpers"}
    await world.people["admin"].post("/v1/help-pages", page, 201)
    return "/help/harbor"


async def fill_in(visit: Visit, **fields: str) -> None:
    for name, value in fields.items():
        await visit.page.locator(f"#{name}").fill(value)


async def test_somebody_asks_for_help(world: World, site: Site, help_path: str) -> None:
    family = f"Quint {uuid4().hex[:8]}"
    async with site.visit() as visit:
        await visit.open(help_path)
        await visit.page.locator("#category").select_option(label="Food")
        await fill_in(visit, words="We have not eaten", given_name="Mara", family_name=family)
        await visit.tap("Send")
        assert "give us a way that is" in await visit.says()
        assert await visit.page.locator("#family_name").input_value() == family
        await fill_in(visit, phone="305 555 0142")
        await visit.page.get_by_label("Yes, it is safe").check()
        await visit.tap("Send")
        assert "Within 24 hours" in await visit.says()
        assert all(family not in request.url for request in visit.asked)
    found = "select c.id from client c where c.family_name = $1"
    assert len(await world.stack.rows("cases", found, family)) == 1


async def test_every_page_is_for_everybody(world: World, site: Site, help_path: str) -> None:
    """axe-core finds nothing, at 320 pixels nothing is cut off, light and dark, and it weighs little."""
    _, path = await served(world)
    live = await handed(world, await world.accepted())
    await site.examine(path, "question")
    async with site.visit() as visit:
        await visit.open(path)
        await visit.tap("Partly")
    await site.examine(path, "question-answered")
    for view in ("helped", "thanks"):
        await site.examine(f"{path}/es/{view}", view)
    await site.examine(f"{live}/en/stop", "stop")
    await site.examine("/answer/none", "gone")
    await site.examine(help_path, "help")
    await site.examine(f"{help_path}/es/thanks", "help-thanks")


@pytest.mark.parametrize("size", [NARROWEST, DESKTOP])
async def test_a_form_that_was_filled_in_wrongly_is_for_everybody_too(
    site: Site, help_path: str, size: tuple[int, int]
) -> None:
    async with site.visit(size, java_script_enabled=True, bypass_csp=True) as visit:
        await visit.open(help_path)
        await visit.tap("Send")
        await examine(visit.page, f"mistakes {size}")
        picture = site.pictures / f"mistakes-{size[0]}.png"
        await visit.page.screenshot(path=picture, full_page=True)
        await visit.page.get_by_role("link", name="Write your first name").click()
        assert await visit.page.locator("#given_name").evaluate("e => e === document.activeElement")
