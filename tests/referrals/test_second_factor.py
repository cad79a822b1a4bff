"""Opening the packet by link takes a code from the link's own mailbox, and the consent of this moment."""

from collections.abc import AsyncIterator

import pytest

from tests.referrals.by_link import CODE, Pantry, new_pantry, text_of
from tests.referrals.passing import coming_monday, wait
from tests.referrals.world import Simulation, World


@pytest.fixture(scope="module")
async def pantry(world: World) -> Pantry:
    return await new_pantry(world)


@pytest.fixture(scope="module", autouse=True)
async def simulation(world: World) -> AsyncIterator[Simulation]:
    simulation = Simulation(coming_monday())
    with simulation.running():
        yield simulation


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


async def test_with_the_code_it_opens_once(pantry: Pantry, world: World) -> None:
    need = await pantry.need(given_name="Xochitl")
    referral = await pantry.sent(need, message="Has a small child.")
    path = pantry.path()
    code = await pantry.code(path)
    opened = await pantry.opens(path, f"{code[:3]} {code[3:]}")
    for said in ("Xochitl", "Has a small child.", "Given name"):
        assert said in opened
    assert "no code" not in opened
    again = await pantry.opens(path, code, 422)
    assert "used up" in again
    assert "Xochitl" not in again
    audited = await world.stack.rows(
        "referrals",
        "select outcome, organization, subject from audit where action = 'packet.read'"
        " and $1 = any(ids) and basis = 'link' order by seq",
        referral["id"],
    )
    assert [row["outcome"] for row in audited] == ["ok", "denied"]
    assert {(row["organization"], row["subject"]) for row in audited} == {(world.sender, None)}


async def test_the_answer_is_not_kept_by_anybody(pantry: Pantry, world: World) -> None:
    await pantry.sent()
    path = pantry.path()
    code = await pantry.code(path)
    answer = await world.visitor.post(f"{path}/en/packet", data={"code": code})
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "set-cookie" not in answer.headers


async def test_five_wrong_ones_and_it_is_dead(pantry: Pantry) -> None:
    await pantry.sent()
    path = pantry.path()
    code = await pantry.code(path)
    for left in (4, 3, 2, 1):
        assert f"try {left} more" in await pantry.opens(path, wrong(code), 422)
    assert "used up" in await pantry.opens(path, wrong(code), 422)
    assert "used up" in await pantry.opens(path, code, 422)
    await pantry.opens(path, await pantry.code(path))


async def test_a_newer_code_replaces_the_one_before(pantry: Pantry) -> None:
    await pantry.sent()
    path = pantry.path()
    first = await pantry.code(path)
    second = await pantry.code(path)
    if first != second:
        await pantry.opens(path, first, 422)
    await pantry.opens(path, second)


async def test_three_codes_an_hour(pantry: Pantry, world: World) -> None:
    await pantry.sent()
    path = pantry.path()
    codes = [await pantry.code(path) for _ in range(3)]
    refused = await world.visitor.post(f"{path}/en/code")
    assert refused.status_code == 429
    assert "Three codes" in refused.text
    await pantry.opens(path, codes[-1])


async def test_one_links_code_opens_no_other(pantry: Pantry) -> None:
    await pantry.sent()
    mine = pantry.path()
    await pantry.sent()
    other = pantry.path()
    mine_code, other_code = await pantry.code(mine), await pantry.code(other)
    if mine_code != other_code:
        assert "try 4 more" in await pantry.opens(other, mine_code, 422)


async def test_it_goes_to_the_links_own_address_and_stands_nowhere(
    pantry: Pantry, world: World
) -> None:
    referral = await pantry.sent()
    path = pantry.path()
    typed = await world.visitor.post(f"{path}/en/code", data={"email": "thief@example.org"})
    assert typed.status_code == 303
    await world.stack.settle("referrals")
    assert pantry.mails("thief@example.org") == []
    code = pantry.newest_code()
    page = await pantry.look(f"{path}/en/packet")
    assert "d…@pantry.example" in page
    assert pantry.email not in page
    for table in ("access_code", "message", "receiver_link", "audit", "referral_history"):
        rows = await world.stack.rows("referrals", f"select * from {table}")
        assert code not in str(rows)
    assert referral["status"] == "sent"


async def test_a_phone_for_codes_gets_them_instead(pantry: Pantry, world: World) -> None:
    other = await new_pantry(world, "Bay Pantry")
    await world.stack.rows(
        "referrals",
        "insert into receiver_contact (id, organization, receiver_id, shared, name, phone, purpose,"
        " active, version, created_at) values"
        " (gen_random_uuid(), $1, $2, false, 'Rosa', '+13055550177', 'codes', true, 1, now())",
        world.sender,
        other.receiver_id,
    )
    await other.sent()
    path = other.path()
    before = len(other.mails())
    await world.visitor.post(f"{path}/en/code")
    await world.stack.settle("referrals")
    assert len(other.mails()) == before
    assert "…0177" in await other.look(f"{path}/en/packet")
    folder = world.stack.surroundings["referrals"].settings.data_dir / "outbox-texts"
    (text,) = [p.read_text() for p in folder.iterdir() if "+13055550177" in p.read_text()]
    (code, *_) = CODE.findall(text.partition('"text"')[2])
    await other.opens(path, code)


async def test_revoked_it_refuses_at_once_and_the_link_dies_by_event(
    pantry: Pantry, world: World
) -> None:
    need = await pantry.need(given_name="Xochitl")
    await pantry.sent(need)
    path = pantry.path()
    code = await pantry.code(path)
    await world.revoke(need)
    closed = await pantry.opens(path, code, 409)
    assert "The details are closed" in closed
    assert "Xochitl" not in closed
    await world.stack.settle()
    gone = await pantry.look(path, 404)
    assert gone == await pantry.look("/respond/" + "x" * 43, 404)
    (mail,) = [m for m in pantry.mails() if "Nothing more to do" in str(m["Subject"])]
    assert "Xochitl" not in text_of(mail)


async def test_without_cases_it_stays_shut_and_the_code_is_not_spent(
    pantry: Pantry, world: World
) -> None:
    await pantry.sent()
    path = pantry.path()
    code = await pantry.code(path)
    world.neighbours.down.add("cases")
    try:
        await pantry.opens(path, code, 503)
    finally:
        world.neighbours.down.discard("cases")
    await pantry.opens(path, code)


async def test_what_is_reported_opens_no_more(pantry: Pantry, world: World) -> None:
    await pantry.sent()
    path = pantry.path()
    code = await pantry.code(path)
    await pantry.says(path, "accept")
    await pantry.says(path, "report_served", **await world.given())
    assert "Open the details" not in await pantry.look(path)
    await pantry.opens(path, code, 409)
    refused = await world.visitor.post(f"{path}/en/code")
    assert refused.status_code == 409


async def test_substance_use_carries_its_notice(pantry: Pantry, world: World) -> None:
    need = await world.need(consent=False)
    classes = ["identity", "substance_use"]
    await world.consent(need, recipient_id=pantry.receiver_id, classes=classes)
    await pantry.sent(need, classes=classes)
    path = pantry.path()
    assert "42 CFR part 2" in await pantry.opens(path, await pantry.code(path))


async def test_a_code_is_good_for_ten_minutes(
    pantry: Pantry, world: World, simulation: Simulation
) -> None:
    await pantry.sent()
    path = pantry.path()
    code = await pantry.code(path)
    await wait(world, simulation, minutes=10)
    assert "too old" in await pantry.opens(path, code, 422)


async def test_who_guesses_on_loses_the_link(
    pantry: Pantry, world: World, simulation: Simulation
) -> None:
    await pantry.sent()
    path = pantry.path()
    for _ in range(6):
        code = await pantry.code(path)
        for _ in range(5):
            await pantry.opens(path, wrong(code), 422)
        await wait(world, simulation, minutes=30)
    await pantry.look(path, 404)
