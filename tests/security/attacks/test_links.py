"""Capability links attacked by whoever has none, the wrong one, or half of one."""

import asyncio
from itertools import product
from uuid import uuid4

import pytest

from services.referrals.settings import Settings
from shared.rate_limit import RateLimiter
from tests.referrals.by_link import Pantry, new_pantry
from tests.referrals.world import World

FORM = "application/x-www-form-urlencoded"
PUBLIC = ("/answer/{}", "/respond/{}", "/help/{}", "/feeds/{}.ics")
WRONG = ("x", "A" * 43, "%ff%fe", "%0d%0aSet-Cookie:a=b", "é", "{token}", "0" * 190)
SAFE_HEADERS = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


@pytest.mark.parametrize("path", PUBLIC)
async def test_whatever_is_guessed_gets_one_answer(world: World, path: str) -> None:
    answers = [await world.visitor.get(path.format(wrong)) for wrong in WRONG]
    assert {answer.status_code for answer in answers} == {404}
    texts = {a.text if "html" in a.headers["content-type"] else a.json()["type"] for a in answers}
    assert len(texts) == 1
    for answer in answers:
        assert "set-cookie" not in answer.headers
    assert (await world.visitor.get(path.format("..%2f..%2fv1"))).status_code == 404


async def test_pages_are_neither_kept_nor_framed_nor_told_of(pantry: Pantry, world: World) -> None:
    await pantry.sent()
    path = pantry.path()
    for page in (path, f"{path}/en", f"{path}/es/decline", "/respond/wrong", "/answer/wrong"):
        answer = await world.visitor.get(page)
        for name, value in SAFE_HEADERS.items():
            assert answer.headers[name] == value, (page, name)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "script" not in policy
        assert "<script" not in answer.text
        assert "http://" not in answer.text
        assert "https://" not in answer.text


async def test_looking_changes_nothing_by_any_method(pantry: Pantry, world: World) -> None:
    referral = await pantry.sent()
    path = pantry.path()
    before = await state(world, referral["id"])
    for method, view in product(
        ("GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE"),
        ("", "/en", "/en/packet", "/en/code", "/en/decline", "/es"),
    ):
        answer = await world.visitor.request(method, path + view)
        assert answer.status_code in (200, 404, 405), (method, view, answer.status_code)
    await world.stack.settle("referrals")
    assert await state(world, referral["id"]) == before


async def state(world: World, referral: str) -> object:
    rows = await world.stack.rows(
        "referrals", "select status, version, attention from referral where id = $1", referral
    )
    links = await world.stack.rows(
        "referrals",
        "select hash, revoked_at, used_count from receiver_link where referral_id = $1",
        referral,
    )
    mails = await world.stack.rows("referrals", "select kind from message")
    return rows, links, mails


async def test_fifty_wrong_codes_at_once_spend_one_code(pantry: Pantry, world: World) -> None:
    await pantry.sent()
    path = pantry.path()
    code = await pantry.code(path)
    wrong = [f"{(int(code) + 1 + n) % 1_000_000:06}" for n in range(50)]
    tries = [world.visitor.post(f"{path}/en/packet", data={"code": one}) for one in wrong]
    answers = await asyncio.gather(*tries)
    assert {answer.status_code for answer in answers} == {422}
    row = (await world.stack.rows("referrals", "select * from access_code order by expires_at"))[-1]
    assert (row["attempts"], row["wrong_count"], row["code_hash"]) == (5, 5, None)
    await pantry.opens(path, code, 422)


async def test_no_more_than_three_codes_an_hour_however_often_at_once(
    pantry: Pantry, world: World
) -> None:
    await pantry.sent()
    path = pantry.path()
    asked = await asyncio.gather(*(world.visitor.post(f"{path}/en/code") for _ in range(30)))
    statuses = sorted(answer.status_code for answer in asked)
    assert statuses == [303] * 3 + [429] * 27


async def test_a_code_opens_no_other_link(pantry: Pantry, world: World) -> None:
    await pantry.sent(await pantry.need(given_name="Quetzalli"))
    first = pantry.path()
    code = await pantry.code(first)
    second = await pantry.sent(await pantry.need(given_name="Teodulfo"))
    other = pantry.path()
    assert other != first
    refused = await pantry.opens(other, code, 422)
    assert "Teodulfo" not in refused
    await world.worker.post(f"/v1/referrals/{second['id']}/invite", {})
    await world.stack.settle("referrals")
    newest = pantry.path()
    code_of_newest = await pantry.code(newest)
    assert (
        await world.visitor.post(f"{other}/en/packet", data={"code": code_of_newest})
    ).status_code == 404
    assert "Teodulfo" in await pantry.opens(newest, code_of_newest)
    assert "Quetzalli" in await pantry.opens(first, code)


async def test_the_right_code_opens_once_however_often_at_once(
    pantry: Pantry, world: World
) -> None:
    await pantry.sent(await pantry.need(given_name="Ixchel"))
    path = pantry.path()
    code = await pantry.code(path)
    tries = [world.visitor.post(f"{path}/en/packet", data={"code": code}) for _ in range(20)]
    opened = [a for a in await asyncio.gather(*tries) if "Ixchel" in a.text]
    assert len(opened) == 1


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"act=accept&act=decline", FORM),
        (b"act=accept" + b"&x=1" * 50, FORM),
        (b"act=accept&admin=1", FORM),
        (b"act=void", FORM),
        (b"act=withdraw_now", FORM),
        (b"act=conclude", FORM),
        (b"act=client_answer&answer=yes", FORM),
        (b"act=decline&reason=safety_exclusion", FORM),
        (b"act=decline&reason=no_capacity&retry_on=9999-12-31", FORM),
        (b"act=decline&reason=no_capacity&retry_on=0001-01-01", FORM),
        (b"act=ask_question&text=%00", FORM),
        (b"act=ask_question&text=%ff", FORM),
        (b"act=ask_question&text=" + b"x" * 10_001, FORM),
        (b"act=report_served&provided=x&served_on=2099-01-01", FORM),
        (b"\xff\xfe=1", FORM),
        (b"", FORM),
        (b"act=accept", "text/plain"),
        (b'{"act": "accept"}', "application/json"),
        (
            b'--x\r\nContent-Disposition: form-data; name="act"\r\n\r\naccept\r\n--x--',
            "multipart/form-data; boundary=x",
        ),
    ],
)
async def test_no_crooked_form_moves_anything(
    pantry: Pantry, world: World, body: bytes, kind: str
) -> None:
    referral = await pantry.sent()
    path = pantry.path()
    answer = await world.visitor.post(f"{path}/en", content=body, headers={"Content-Type": kind})
    assert answer.status_code in (409, 422), answer.text
    row = await world.worker.get(f"/v1/referrals/{referral['id']}")
    assert (row["status"], row["question_at"]) == ("sent", None)


async def test_a_huge_form_is_not_read(pantry: Pantry, world: World) -> None:
    await pantry.sent()
    body = b"act=ask_question&text=" + b"x" * 5_000_000
    answer = await world.visitor.post(
        f"{pantry.path()}/en", content=body, headers={"Content-Type": FORM}
    )
    assert answer.status_code == 413


HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=y>{{7*7}}{title}"


async def test_names_that_others_chose_are_text_on_every_page(world: World) -> None:
    pantry = await new_pantry(world, HOSTILE)
    need = await pantry.need(given_name=HOSTILE[:100], family_name=HOSTILE[:100])
    await pantry.sent(need, message=HOSTILE)
    path = pantry.path()
    page = await pantry.look(path)
    opened = await pantry.opens(path, await pantry.code(path))
    for text in (page, opened):
        assert "<script" not in text
        assert "<img" not in text
        assert "49" not in text
        assert "&lt;script&gt;" in text


async def test_a_mail_says_nothing_that_a_name_could_make_it_say(world: World) -> None:
    pantry = await new_pantry(world)
    crooked = "Pantry\r\nBcc: all@example.org\r\n\r\nhttp://evil.example/"
    name = "update service set name = $1 where id = $2"
    await world.stack.rows("resources", name, crooked, pantry.service_id)
    await pantry.sent()
    mail = pantry.mails()[-1]
    assert mail["Bcc"] is None
    assert mail["To"] == pantry.email
    assert "evil.example" not in str(mail["Subject"])


@pytest.mark.parametrize(
    "email",
    [
        "a@b.example\r\nBcc: x@y.example",
        "a@b.example,x@y.example",
        "a b@c.example",
        "a@b.example\x00",
    ],
)
async def test_one_address_is_one_address(pantry: Pantry, world: World, email: str) -> None:
    referral = await pantry.sent()
    await world.worker.post(f"/v1/referrals/{referral['id']}/invite", {"email": email}, 422)


async def test_help_asked_from_elsewhere_is_limited_and_tells_nothing(world: World) -> None:
    state = world.stack.apps["referrals"].state
    slug = f"harbor-{uuid4().hex[:8]}"
    await world.people["admin"].post("/v1/help-pages", {"slug": slug, "name": HOSTILE}, 201)
    page = await world.visitor.get(f"/help/{slug}")
    assert "<script" not in page.text
    before = state.help_limiter
    state.help_limiter = RateLimiter(Settings.model_fields["help_requests_per_minute"].default)
    form = {
        "given_name": HOSTILE,
        "family_name": "Reyes",
        "phone": "305 555 0100",
        "safe": "yes",
        "speaks": "en",
        "category": "food",
        "words": HOSTILE + "\x00",
        "nonce": "not-a-uuid",
    }
    try:
        answer = await world.visitor.post(f"/help/{slug}/en", data=form)
        assert answer.status_code == 422
        assert "<script" not in answer.text
        statuses = set()
        for _ in range(60):
            statuses.add((await world.visitor.post(f"/help/{slug}/en", data=form)).status_code)
        assert statuses == {422, 429}
    finally:
        state.help_limiter = before
