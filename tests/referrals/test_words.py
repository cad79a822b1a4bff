"""Both sides' words: who said them, who wrote them down, and what follows."""

import pytest

from tests.referrals.world import Body, World


async def words(world: World, referral: Body) -> list[Body]:
    found = await world.worker.get(f"/v1/referrals/{referral['id']}/attestations")
    items: list[Body] = found["items"]
    return items


async def test_what_a_worker_writes_down_for_the_receiver_is_marked(world: World) -> None:
    referral = await world.sent()
    await world.worker.act(referral, "accept", {"note": "By phone."})
    await world.worker.act(referral, "report_served", await world.given())
    history = await world.worker.get(f"/v1/referrals/{referral['id']}/history")
    assert [e["marked_for"] for e in history["items"][:2]] == ["receiver", "receiver"]
    (word,) = await words(world, referral)
    assert word["written_by"] == str(world.worker.id)
    assert word["channel"] == "told_sender"
    assert word["provided"] == "A week of groceries"


async def test_one_person_who_writes_both_sides_confirms_nothing(world: World) -> None:
    referral = await world.sent()
    await world.worker.act(referral, "accept")
    await world.worker.act(referral, "report_served", await world.given())
    await world.worker.act(referral, "client_answer", {"answer": "yes", "channel": "phone"})
    assert await world.status(referral) == ("closed", "staff_reported")


async def test_two_people_who_write_one_side_each_do(world: World) -> None:
    referral = await world.served()
    await world.worker.act(referral, "client_answer", {"answer": "yes", "said_by": "proxy"})
    assert await world.status(referral) == ("closed", "confirmed")
    assert (await words(world, referral))[0]["said_by"] == "proxy"


async def test_who_spoke_before_the_receiver_need_not_be_asked_again(world: World) -> None:
    referral = await world.accepted()
    await world.worker.act(referral, "client_answer", {"answer": "yes"})
    assert await world.status(referral) == ("accepted", "client_only")
    done = await world.desk.act(referral, "report_served", await world.given())
    assert (done["status"], done["loop"]) == ("closed", "confirmed")
    history = await world.worker.get(f"/v1/referrals/{referral['id']}/history")
    assert [(e["action"], e["party"]) for e in history["items"] if e["version"] >= 5] == [
        ("conclude", "system"),
        ("report_served", "receiver"),
    ]


async def test_a_client_contradicts_a_decline(world: World) -> None:
    referral = await world.sent()
    await world.desk.act(referral, "decline", {"reason": "could_not_contact"})
    assert await world.status(referral) == ("declined", "unmet")
    row = await world.worker.get(f"/v1/referrals/{referral['id']}")
    assert (row["reason"], row["retry"]) == ("could_not_contact", "any_time")
    await world.worker.act(referral, "client_answer", {"answer": "yes"})
    assert await world.status(referral) == ("disputed", "disputed")


async def test_a_dispute_is_resolved_with_what_was_learned_and_what_is_next(world: World) -> None:
    need = await world.need()
    referral = await world.served(need)
    await world.worker.act(referral, "client_answer", {"answer": "no"})
    learned = {"note": "The pantry mistook her for another."}
    refused = await world.worker.act(referral, "resolve", learned, status=422)
    assert refused["errors"][0]["pointer"] == "/not_referred_again"
    again = await world.draft(need, previous_referral_id=referral["id"])
    await world.worker.act(again, "send")
    await world.worker.act(referral, "resolve", learned)
    assert await world.status(referral) == ("closed", "disputed")


async def test_stop_asking_needs_three_spaced_tries_or_a_reason(world: World) -> None:
    referral = await world.served()
    for _ in range(4):  # on one day: one try
        await world.worker.act(referral, "ask", {"channel": "phone"})
    row = await world.worker.get(f"/v1/referrals/{referral['id']}")
    assert row["asked_count"] == 1
    refused = await world.worker.act(referral, "stop_asking", status=409)
    assert refused["code"] == "tries_left"
    await world.worker.act(referral, "stop_asking", {"cannot_ask": "refused"})
    assert await world.status(referral) == ("closed", "provider_only")


async def test_other_needs_a_note_and_dates_make_sense(world: World) -> None:
    referral = await world.accepted()
    await world.desk.act(referral, "report_not_served", {"reason": "other"}, status=422)
    past = {"reason": "no_capacity", "until": "2020-01-01"}
    await world.desk.act(referral, "hold", past, status=422)
    future = {"provided": "Groceries", "served_on": "2099-01-01"}
    await world.desk.act(referral, "report_served", future, status=422)


async def test_withdrawal_before_an_answer_and_after_it(world: World) -> None:
    sent = await world.sent()
    assert (await world.worker.act(sent, "withdraw", {"reason": "moved"}))["status"] == "withdrawn"
    accepted = await world.accepted()
    unasked = await world.desk.act(accepted, "confirm_withdrawal", status=409)
    assert unasked["code"] == "withdrawal_not_requested"
    await world.worker.act(accepted, "request_withdrawal", {"reason": "moved"})
    seen = await world.desk.get(f"/v1/referrals/{accepted['id']}")
    assert "confirm_withdrawal" in {action["name"] for action in seen["actions"]}
    await world.desk.act(accepted, "confirm_withdrawal")
    assert await world.status(accepted) == ("withdrawn", "open")


async def test_the_receiver_reads_its_own_words_and_not_the_clients(world: World) -> None:
    referral = await world.served()
    await world.worker.act(referral, "client_answer", {"answer": "partly", "helped": 2})
    found = await world.desk.get(f"/v1/referrals/{referral['id']}/attestations")
    assert [word["side"] for word in found["items"]] == ["receiver"]
    history = await world.desk.get(f"/v1/referrals/{referral['id']}/history")
    assert {e["who"] for e in history["items"]} == {None, str(world.desk.id)}


async def test_one_key_reports_once(world: World) -> None:
    referral = await world.accepted()
    path, given = f"/v1/referrals/{referral['id']}/report-served", await world.given()
    first = await world.desk.post(path, given, key="reported")
    assert await world.desk.post(path, given, key="reported") == first
    other = await world.desk.post(path, given | {"provided": "Else"}, 422, key="reported")
    assert other["type"] == "/problems/idempotency-key-reused"
    assert len(await words(world, referral)) == 1


@pytest.mark.parametrize("ends", ["decline", "report_not_served"])
async def test_a_client_who_spoke_before_contradicts_as_well(world: World, ends: str) -> None:
    referral = await (world.sent() if ends == "decline" else world.accepted())
    await world.worker.act(referral, "client_answer", {"answer": "yes"})
    done = await world.desk.act(referral, ends, {"reason": "no_show"})
    assert (done["status"], done["loop"]) == ("disputed", "disputed")
    assert done["next"]["who"] == "worker"
