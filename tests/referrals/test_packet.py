"""The packet: frozen under a consent, opened only while it stands, closed everywhere when it does not."""

import pytest

from tests.referrals.world import Body, Person, World, checked


async def packet(
    world: World, referral: Body, who: Person | None = None, status: int = 200
) -> Body:
    return await (who or world.desk).get(f"/v1/referrals/{referral['id']}/packet", status)


async def test_the_receiver_reads_what_consent_permits_and_no_more(world: World) -> None:
    need = await world.need(given_name="Marisol")
    referral = await world.sent(need, message="Comes with a small child.")
    opened = await packet(world, referral)
    assert opened["classes"]["identity"]["given_name"] == "Marisol"
    assert set(opened["classes"]) <= {"identity", "contact"}
    assert opened["message"] == "Comes with a small child."
    seen = await world.desk.get(f"/v1/referrals/{referral['id']}")
    assert (seen["client_id"], seen["case_id"], seen["author"]) == (None, None, None)
    audited = await world.stack.rows(
        "referrals",
        "select subject from audit where action = 'packet.read' and $1 = any(ids)",
        referral["id"],
    )
    assert [row["subject"] for row in audited] == [world.desk.id]


async def test_nothing_is_sent_that_consent_does_not_cover(world: World) -> None:
    draft = await world.draft(classes=["identity", "mental_health"])
    refused = await world.worker.act(draft, "send", status=409)
    assert refused["type"] == "/problems/consent-missing"
    assert "mental_health" in str(refused)
    assert (await world.status(draft))[0] == "draft"


async def test_nothing_is_sent_without_consent(world: World) -> None:
    draft = await world.draft(await world.need(consent=False))
    refused = await world.worker.act(draft, "send", status=409)
    assert refused["type"] == "/problems/consent-missing"


@pytest.mark.parametrize("stage", ["sent", "accepted", "served"])
async def test_a_revocation_closes_the_packet_at_once_and_the_referral_soon(
    world: World, stage: str
) -> None:
    need = await world.need()
    referral = await getattr(world, stage)(need)
    await packet(world, referral)
    await world.revoke(need)
    closed = await packet(world, referral, status=409)
    assert closed["type"] == "/problems/packet-closed"
    await world.stack.settle("cases", "referrals")
    status, _ = await world.status(referral)
    assert status == ("awaiting_confirmation" if stage == "served" else "withdrawn")
    world.neighbours.down.add("cases")  # closed in our own table, too: cases need not be asked
    try:
        await packet(world, referral, status=409)
    finally:
        world.neighbours.down.clear()
    looks = await world.stack.rows(
        "referrals",
        "select outcome, basis from audit where action = 'open_packet' and $1 = any(ids) order by seq",
        referral["id"],
    )
    assert [tuple(look.values()) for look in looks][-2:] == [("denied", "packet-closed")] * 2
    history = await world.worker.get(f"/v1/referrals/{referral['id']}/history")
    if status == "withdrawn":
        assert history["items"][0]["reason"] == "consent_revoked"
        assert history["items"][0]["party"] == "system"


async def test_a_supervisor_closes_it_at_once_for_safety(world: World) -> None:
    referral = await world.accepted()
    body = {"reason": "other", "note": "Her former partner works there."}
    await world.supervisor.act(referral, "withdraw_now", body)
    await packet(world, referral, status=409)
    history = await world.desk.get(f"/v1/referrals/{referral['id']}/history")
    assert history["items"][0]["action"] == "withdraw_now"
    assert history["items"][0]["note"] is None  # for the sender's eyes


async def test_without_cases_nothing_is_shown_and_nothing_sent(world: World) -> None:
    sent, draft = await world.sent(), await world.draft()
    world.neighbours.down.add("cases")
    try:
        silent = await packet(world, sent, status=503)
        assert silent["type"] == "/problems/neighbour-unavailable"
        await world.worker.act(draft, "send", status=503)
    finally:
        world.neighbours.down.clear()
    assert (await world.status(draft))[0] == "draft"
    await packet(world, sent)


async def test_a_crash_between_disclosure_and_sending_is_mended_by_a_repeat(world: World) -> None:
    need = await world.need()
    draft = await world.draft(need)
    before = await world.disclosed(draft)
    assert (await world.worker.act(draft, "send"))["status"] == "sent"
    rows = await world.stack.rows(
        "cases", "select id from disclosure where referral_id = $1", draft["id"]
    )
    assert [str(row["id"]) for row in rows] == [before["id"]]


async def test_a_crash_after_which_consent_is_gone_sends_nothing(world: World) -> None:
    need = await world.need()
    draft = await world.draft(need)
    await world.disclosed(draft)
    await world.revoke(need)
    refused = await world.worker.act(draft, "send", status=409)
    assert refused["type"] == "/problems/consent-missing"


async def test_sending_twice_with_one_key_sends_once(world: World) -> None:
    draft = await world.draft()
    path = f"/v1/referrals/{draft['id']}/send"
    first = await world.worker.post(path, key="send-it-once")
    assert await world.worker.post(path, key="send-it-once") == first
    again = await world.worker.post(path, status=409)
    assert again["type"] == "/problems/action-not-allowed"
    assert again["status_now"] == "sent"


async def test_a_closed_listing_and_a_duplicate_are_refused(world: World) -> None:
    need = await world.need()
    await world.sent(need)
    twin = await world.draft(need)
    refused = await world.worker.act(twin, "send", status=409)
    assert refused["type"] == "/problems/duplicate-referral"
    await world.stack.rows(
        "resources", "update service set status = 'inactive' where id = $1", world.service_id
    )
    body = {"duplicate_reason": "Another week's food."}
    closed = await world.worker.act(twin, "send", body, status=409)
    await world.stack.rows(
        "resources", "update service set status = 'active' where id = $1", world.service_id
    )
    assert (closed["type"], closed["reasons"]) == ("/problems/listing-closed", ["not_active"])
    assert (await world.worker.act(twin, "send", body))["status"] == "sent"


async def test_columns_that_tell_of_a_person_are_sealed(world: World) -> None:
    need = await world.need(given_name="Quetzalli")
    referral = await world.sent(need, message="Walks with a cane.")
    (row,) = await world.stack.rows(
        "referrals",
        "select p.content, r.message from packet p join referral r on r.id = p.referral_id "
        "where r.id = $1",
        referral["id"],
    )
    assert b"Quetzalli" not in row["content"]
    assert b"cane" not in row["message"]


async def test_a_stranger_is_told_nothing(world: World) -> None:
    referral = await world.sent()
    stranger = Person(world.desk.id, "receiver", world.worker.id, world.stack)
    for path in ("", "/packet", "/history", "/attestations", "/why"):
        there = await stranger.get(f"/v1/referrals/{referral['id']}{path}", 404)
        nowhere = await stranger.get(f"/v1/referrals/{world.desk.id}{path}", 404)
        assert there == nowhere
    checked(await stranger.http("referrals").get("/v1/inbox"), 200)
