"""A provider answers by link: the same rules as with an account, and nothing about the person on a page."""

import asyncio
from datetime import timedelta

import pytest

from services.referrals.lifecycle.clocks import PAUSED
from services.referrals.respond_pages import FIELDS, IN_ORDER, REASONS
from services.referrals.words import CATALOGUES
from shared import clock
from shared.schemas.disclosures import DataClass
from shared.schemas.needs import NeedCategory
from tests.referrals.by_link import Pantry, new_pantry, text_of
from tests.referrals.world import World


@pytest.fixture(scope="module")
async def pantry(world: World) -> Pantry:
    return await new_pantry(world)


def test_there_are_words_for_whatever_a_page_may_have_to_say() -> None:
    reasons = {reason for some in REASONS.values() for reason in some}
    needed = {
        *(f"act_{act}" for act in IN_ORDER),
        *(f"reason_{reason}" for reason in reasons),
        *(f"category_{category}" for category in NeedCategory),
        *(f"class_{data_class}" for data_class in DataClass),
        *(f"respond_due_{clock}" for clock in PAUSED),
        *(f"{view}_title" for view in (*REASONS, *FIELDS)),
        *(f"{view}_{field}" for view, fields in FIELDS.items() for field, _ in fields),
        *(f"wrong_{field}" for fields in FIELDS.values() for field, _ in fields),
    }
    for language, said in CATALOGUES.items():
        assert needed - said.keys() == set(), language


async def test_the_mail_and_the_page_say_nothing_about_the_person(pantry: Pantry) -> None:
    need = await pantry.need(given_name="Xochitl", family_name="Quetzalcoatl")
    await pantry.sent(need, message="Has a small child.")
    (mail,) = [m for m in pantry.mails() if pantry.path() in text_of(m)]
    page = await pantry.look(pantry.path())
    for said in (mail.as_string() + text_of(mail), page):
        assert "Xochitl" not in said
        assert "Quetzalcoatl" not in said
        assert "small child" not in said
    assert "food" not in text_of(mail).lower()
    assert "Harbor Street Pantry" in page
    assert "<dd>Food</dd>" in page
    assert "<script" not in page


async def test_a_sensitive_kind_of_help_is_not_named(pantry: Pantry) -> None:
    await pantry.sent(await pantry.need("safety"))
    assert "Safety" not in await pantry.look(pantry.path())


async def test_looking_answers_nothing_however_often(pantry: Pantry, world: World) -> None:
    referral = await pantry.sent()
    path = pantry.path()
    for view in ("", "/en", "/es", "/en/decline", "/en/packet", "/en/hold"):
        for _ in range(3):
            await pantry.look(path + view)
    await world.visitor.head(path)
    assert await world.status(referral) == ("sent", "open")


async def test_the_whole_way_to_help(pantry: Pantry, world: World) -> None:
    referral = await pantry.sent()
    path = pantry.path()
    await pantry.says(path, "accept")
    assert "You said yes" in await pantry.look(path)
    await pantry.says(path, "record_contact")
    assert "We reached the person" not in await pantry.look(path)
    tomorrow = str(clock.now().date() + timedelta(days=1))
    await pantry.says(path, "hold", until=tomorrow)
    assert "On your waiting list until" in await pantry.look(path)
    await pantry.says(path, "resume")
    today = str(clock.now().date())
    await pantry.says(path, "report_served", provided="Bread\r\nand milk", served_on=today)
    assert "Thank you" in await pantry.look(path)
    assert await world.status(referral) == ("awaiting_confirmation", "provider_only")
    (word,) = (await world.worker.get(f"/v1/referrals/{referral['id']}/attestations"))["items"]
    assert (word["channel"], word["written_by"]) == ("link", None)
    assert word["provided"] == "Bread\nand milk"
    history = (await world.worker.get(f"/v1/referrals/{referral['id']}/history"))["items"]
    by_link = [e["action"] for e in history if e["party"] == "receiver"]
    said = ["accept", "record_contact", "hold", "resume", "report_served"]
    assert by_link == said[::-1]
    audited = await world.stack.rows(
        "referrals",
        "select action, organization, subject from audit where $1 = any(ids) and basis = 'link'"
        " and action not in ('respond.read') order by seq",
        referral["id"],
    )
    assert [row["action"] for row in audited] == [f"referral.{act}" for act in said]
    assert {(row["organization"], row["subject"]) for row in audited} == {(world.sender, None)}


@pytest.mark.parametrize("reason", ["no_capacity", "not_eligible", "service_ended"])
async def test_no_takes_one_tap(pantry: Pantry, world: World, reason: str) -> None:
    referral = await pantry.sent()
    path = pantry.path()
    await pantry.says(path, "decline", reason=reason)
    assert await world.status(referral) == ("declined", "unmet")
    row = await world.worker.get(f"/v1/referrals/{referral['id']}")
    assert row["reason"] == reason


async def test_a_day_to_try_again_is_kept(pantry: Pantry, world: World) -> None:
    referral = await pantry.sent()
    later = clock.now().date() + timedelta(days=40)
    await pantry.says(pantry.path(), "decline", reason="no_capacity", retry_on=str(later))
    (row,) = await world.stack.rows(
        "referrals", "select retry_on from referral where id = $1", referral["id"]
    )
    assert row["retry_on"] == later


async def test_another_reason_needs_its_note_and_keeps_what_was_typed(
    pantry: Pantry, world: World
) -> None:
    referral = await pantry.sent()
    path = pantry.path()
    again = await pantry.says(path, "decline", 422, reason="other")
    assert "Please write the reason" in again.text
    await pantry.says(path, "decline", reason="other", note="Our roof is being mended.")
    assert (await world.status(referral))[0] == "declined"


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"act": "void"},
        {"act": "accept", "extra": "1"},
        {"act": "decline"},
        {"act": "decline", "reason": "superseded"},
        {"act": "decline", "reason": "no_capacity", "retry_on": "2020-01-01"},
        {"act": "hold", "until": "soon"},
    ],
)
async def test_a_form_that_no_page_sends_changes_nothing(
    pantry: Pantry, world: World, form: dict[str, str]
) -> None:
    referral = await pantry.sent()
    refused = await world.visitor.post(f"{pantry.path()}/en", data=form)
    assert refused.status_code == 422
    broken = await world.visitor.post(
        f"{pantry.path()}/en",
        content=b"act=accept&act=accept&note=%ff",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert broken.status_code == 422
    assert (await world.status(referral))[0] == "sent"


async def test_a_wrong_date_is_said_beside_its_field(pantry: Pantry) -> None:
    await pantry.sent()
    path = pantry.path()
    await pantry.says(path, "accept")
    wrong = {"provided": "Rice & <beans>", "served_on": "2099-01-01"}
    again = await pantry.says(path, "report_served", 422, **wrong)
    assert "not in the future" in again.text
    assert "Rice &amp; &lt;beans&gt;" in again.text


async def test_the_same_tap_twice_changes_nothing(pantry: Pantry, world: World) -> None:
    referral = await pantry.sent()
    path = pantry.path()
    await pantry.says(path, "accept")
    version = (await world.worker.get(f"/v1/referrals/{referral['id']}"))["version"]
    again = await pantry.says(path, "accept", 409)
    assert "You said yes" in again.text
    assert (await world.worker.get(f"/v1/referrals/{referral['id']}"))["version"] == version
    await pantry.says(path, "report_not_served", reason="no_show")
    again = await pantry.says(path, "report_not_served", 409, reason="no_show")
    assert "Thank you" in again.text


async def test_by_link_and_by_a_worker_at_once_it_is_accepted_once(
    pantry: Pantry, world: World
) -> None:
    for _ in range(5):
        referral = await pantry.sent()
        path, act = pantry.path(), f"/v1/referrals/{referral['id']}/accept"
        by_link, by_worker = await asyncio.gather(
            world.visitor.post(f"{path}/en", data={"act": "accept"}),
            world.worker.http("referrals").post(act, json={}),
        )
        assert sorted([by_link.status_code == 303, by_worker.status_code == 200]) == [False, True]
        assert 409 in (by_link.status_code, by_worker.status_code)
        history = (await world.worker.get(f"/v1/referrals/{referral['id']}/history"))["items"]
        assert [e["action"] for e in history].count("accept") == 1


async def test_a_question_waits_for_its_answer_and_the_receiver_is_told(
    pantry: Pantry, world: World
) -> None:
    referral = await pantry.sent()
    path = pantry.path()
    await pantry.says(path, "ask_question", text="Is there a lift?")
    page = await pantry.look(path)
    assert "You asked a question" in page
    assert "ask_question" not in page
    await pantry.says(path, "ask_question", 409, text="And now?")
    await world.worker.act(referral, "answer_question", {"text": "From the garage."})
    await world.stack.settle("referrals")
    newer = pantry.path()
    assert newer != path
    packet = await pantry.opens(newer, await pantry.code(newer))
    assert "Is there a lift?" in packet
    assert "From the garage." in packet


async def test_a_requested_withdrawal_is_confirmed_with_a_tap(pantry: Pantry, world: World) -> None:
    referral = await pantry.sent()
    await pantry.says(pantry.path(), "accept")
    assert "taken back" not in await pantry.look(pantry.path())
    await world.worker.act(referral, "request_withdrawal", {"reason": "moved"})
    await world.stack.settle("referrals")
    path = pantry.path()
    assert "The request is to be taken back" in await pantry.look(path)
    await pantry.says(path, "confirm_withdrawal")
    assert (await world.status(referral))[0] == "withdrawn"
