"""A small provider's page: an answer in one tap, the details with a code, nothing by looking."""

from datetime import timedelta

import pytest

from shared import clock
from tests.browser.visiting import DESKTOP, NARROWEST, Site, examine
from tests.referrals.by_link import Pantry, new_pantry
from tests.referrals.world import Simulation, World

GONE = "This page is not available"


@pytest.fixture(scope="module")
async def pantry(world: World, site: Site) -> Pantry:
    return await new_pantry(world)


async def test_yes_takes_one_tap(world: World, site: Site, pantry: Pantry) -> None:
    referral = await pantry.sent()
    async with site.visit(NARROWEST) as visit:
        assert await visit.open(pantry.path()) == 200
        assert "Waiting for your answer" in await visit.says()
        await visit.tap("Yes, we can help")
        assert "You said yes" in await visit.says()
    assert (await world.status(referral))[0] == "accepted"


async def test_no_capacity_takes_one_tap_with_or_without_a_day(
    world: World, site: Site, pantry: Pantry
) -> None:
    referral = await pantry.sent()
    async with site.visit() as visit:
        await visit.open(pantry.path())
        await visit.tap("No capacity")
        assert "You said that you cannot help" in await visit.says()
    assert (await world.status(referral))[0] == "declined"
    await pantry.sent()
    async with site.visit() as visit:
        await visit.open(pantry.path())
        await visit.page.fill("#retry_on", str(clock.now().date() + timedelta(days=30)))
        await visit.tap("No capacity")
        assert "Thank you" in await visit.says()


async def test_not_us_asks_why_one_tap_each(world: World, site: Site, pantry: Pantry) -> None:
    referral = await pantry.sent()
    async with site.visit() as visit:
        await visit.open(pantry.path())
        await visit.tap("Not us")
        assert (await world.status(referral))[0] == "sent"
        await visit.tap("Outside our area")
        assert "Thank you" in await visit.says()
    row = await world.worker.get(f"/v1/referrals/{referral['id']}")
    assert (row["status"], row["reason"]) == ("declined", "out_of_area")


async def test_the_whole_way_to_help_given(world: World, site: Site, pantry: Pantry) -> None:
    referral = await pantry.sent()
    async with site.visit() as visit:
        await visit.open(pantry.path())
        await visit.tap("Yes, we can help")
        await visit.tap("We reached the person")
        await visit.tap("We have started")
        await visit.tap("Help was given")
        await visit.page.fill("#provided", "Two bags\nof groceries")
        await visit.tap("Send")
        assert "Thank you for your report" in await visit.says()
        await visit.page.reload()
        assert "Thank you for your report" in await visit.says()
    assert await world.status(referral) == ("awaiting_confirmation", "provider_only")


async def test_the_details_take_the_code_from_the_mailbox(
    world: World, site: Site, pantry: Pantry
) -> None:
    await pantry.sent(await pantry.need(given_name="Xochitl"))
    path = pantry.path()
    async with site.visit() as visit:
        await visit.open(path)
        assert "Xochitl" not in await visit.says()
        await visit.tap("Open the details")
        assert "d…@pantry.example" in await visit.says()
        await world.stack.settle("referrals")
        await visit.page.fill("#code", "000000" if pantry.newest_code() != "000000" else "1" * 6)
        await visit.tap("Show the details")
        assert "try 4 more" in await visit.says()
        await visit.page.fill("#code", pantry.newest_code())
        await visit.tap("Show the details")
        assert "Xochitl" in await visit.says()
        assert await visit.page.context.cookies() == []
        await visit.tap("Go back")
        assert "Xochitl" not in await visit.says()


async def test_expired_a_late_yes_still_counts(world: World, site: Site, pantry: Pantry) -> None:
    referral = await pantry.sent()
    await world.stack.rows(
        "referrals",
        "update deadline set due_at = now(), step = 4 where subject = $1",
        referral["id"],
    )
    await world.stack.settle("referrals")
    assert (await world.status(referral))[0] == "expired"
    async with site.visit() as visit:
        await visit.open(pantry.path())
        assert "You can still say yes" in await visit.says()
        await visit.tap("Yes, we can help")
        assert "You said yes" in await visit.says()


async def test_revoked_and_tampered_and_too_old_are_one_page(
    world: World, site: Site, pantry: Pantry
) -> None:
    await pantry.sent()
    living = pantry.path()
    need = await pantry.need()
    await pantry.sent(need)
    revoked = pantry.path()
    await world.revoke(need)
    await world.stack.settle()
    said = set()
    async with site.visit() as visit:
        for path in (revoked, living[:-3] + "abc", "/respond/x"):
            assert await visit.open(path) == 404
            said.add(await visit.says())
        with Simulation(clock.now() + timedelta(days=366)).running():
            assert await visit.open(living) == 404
            said.add(await visit.says())
    (only,) = said
    assert GONE in only


async def test_a_second_tap_in_another_window_changes_nothing(
    world: World, site: Site, pantry: Pantry
) -> None:
    referral = await pantry.sent()
    path = pantry.path()
    async with site.visit() as first, site.visit() as second:
        await first.open(path)
        await second.open(path)
        await first.tap("Yes, we can help")
        await second.tap("No capacity")
        assert "That was answered already" in await second.says()
        assert "You said yes" in await second.says()
    assert (await world.status(referral))[0] == "accepted"


async def test_a_mail_scanner_changes_nothing(world: World, site: Site, pantry: Pantry) -> None:
    """It follows the link, and whatever the page leads to, twenty times."""
    referral = await pantry.sent()
    version = (await world.worker.get(f"/v1/referrals/{referral['id']}"))["version"]
    mails = len(pantry.mails())
    async with site.visit() as visit:
        await visit.open(pantry.path())
        leads = [pantry.path()] + [
            await link.get_attribute("href") or "" for link in await visit.page.locator("a").all()
        ]
        assert len(leads) > 2
        for _ in range(20):
            for lead in leads:
                await visit.page.context.request.get(site.origin + lead)
                await visit.page.context.request.head(site.origin + lead)
    await world.stack.settle("referrals")
    assert len(pantry.mails()) == mails
    row = await world.worker.get(f"/v1/referrals/{referral['id']}")
    assert (row["status"], row["version"]) == ("sent", version)


async def test_in_spanish_to_the_end(world: World, site: Site, pantry: Pantry) -> None:
    await pantry.sent()
    async with site.visit(locale="es-MX") as visit:
        await visit.open(pantry.path())
        assert await visit.page.locator("html").get_attribute("lang") == "es"
        await visit.tap("English")
        assert "Can you help?" in await visit.says()
        await visit.tap("Español")
        await visit.tap("Sí, podemos ayudar")
        assert "Ustedes dijeron que sí" in await visit.says()


async def test_no_page_has_a_barrier(world: World, site: Site, pantry: Pantry) -> None:
    await pantry.sent(urgency="urgent")
    path = pantry.path()
    await site.examine(path, "asked")
    await site.examine(f"{path}/en/decline", "why-not")
    await site.examine(f"{path}/en/ask_question", "question")
    await site.examine(f"{path}/es/packet", "code")
    await pantry.says(path, "accept")
    await site.examine(path, "accepted")
    await site.examine(f"{path}/en/report_served", "served")
    await site.examine(f"{path}/en/report_not_served", "not-served")
    await site.examine(f"{path}/es/hold", "waiting-list")
    await pantry.says(path, "report_served", **await world.given())
    await site.examine(path, "thanks")
    await site.examine("/respond/x", "gone")


async def test_what_follows_a_form_has_no_barrier_either(
    world: World, site: Site, pantry: Pantry
) -> None:
    classes = ["identity", "contact", "substance_use"]
    need = await world.need(consent=False, given_name="Xochitl")
    await world.consent(need, recipient_id=pantry.receiver_id, classes=classes)
    phone = {"kind": "phone", "value": "+13055550123", "safe": True}
    await world.worker.in_cases(f"/v1/clients/{need.client_id}/channels", phone)
    await pantry.sent(need, classes=classes, message="Has a small child.\nSpeaks Nahuatl.")
    path = pantry.path()
    for size in (NARROWEST, DESKTOP):
        async with site.visit(size, java_script_enabled=True, bypass_csp=True) as visit:
            await visit.open(f"{path}/en/packet")
            await visit.page.fill("#code", "abc")
            await visit.tap("Show the details")
            await examine(visit.page, "wrong code")
            await visit.page.screenshot(path=site.pictures / f"wrong-{size[0]}.png", full_page=True)
            await visit.page.fill("#code", await pantry.code(path))
            await visit.tap("Show the details")
            assert "Xochitl" in await visit.says()
            await examine(visit.page, "packet")
            picture = site.pictures / f"packet-{size[0]}.png"
            await visit.page.screenshot(path=picture, full_page=True)
            await visit.open(f"{path}/en/decline")
            await visit.page.fill("#note", " ")
            await visit.tap("Send")
            assert "Please write the reason" in await visit.says()
            await examine(visit.page, "wrong note")
