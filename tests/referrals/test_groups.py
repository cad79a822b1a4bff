"""Groups: offered to several, and exactly one is taken, whatever is raced."""

import asyncio
from uuid import uuid4

from tests.referrals.network import Provider, consented, new_provider, offered
from tests.referrals.world import Body, Need, World


async def three(world: World) -> list[Provider]:
    return [await new_provider(world, f"Pantry {number}") for number in range(3)]


async def group_of(
    world: World, need: Need, providers: list[Provider], status: int = 201, **fields: object
) -> Body:
    body = offered(need, *providers, **fields)
    return await world.worker.post("/v1/referral-groups", body, status)


async def test_a_group_is_drafts_of_one_chain_and_is_sent_together(world: World) -> None:
    providers = await three(world)
    need = await consented(world, *providers)
    drafts = await group_of(world, need, providers, send=False)
    assert [m["status"] for m in drafts["members"]] == ["draft"] * 3
    assert {m["group_id"] for m in drafts["members"]} == {drafts["id"]}
    assert drafts["results"] == []
    sent = await world.worker.post(f"/v1/referral-groups/{drafts['id']}/send")
    assert [r["status"] for r in sent["results"]] == ["sent"] * 3
    seen = await world.worker.get(f"/v1/referral-groups/{drafts['id']}")
    assert seen["members"] == sent["members"]
    chains = await world.stack.rows(
        "referrals", "select distinct chain_id from referral where group_id = $1", drafts["id"]
    )
    assert [str(row["chain_id"]) for row in chains] == [drafts["id"]]


async def test_one_that_cannot_be_sent_says_why_and_leaves_the_others_alone(world: World) -> None:
    providers = await three(world)
    need = await consented(world, *providers[:2])  # the third was never consented to
    group = await group_of(world, need, providers)
    assert [r["status"] for r in group["results"]] == ["sent", "sent", "draft"]
    assert group["results"][2]["problem"]["type"] == "/problems/consent-missing"
    await world.consent(need, recipient_id=providers[2].receiver_id)
    again = await world.worker.post(f"/v1/referral-groups/{group['id']}/send")
    assert [r["status"] for r in again["results"]] == ["sent"]


async def test_the_first_acceptance_is_taken_and_the_others_are_told(world: World) -> None:
    providers = await three(world)
    need = await consented(world, *providers)
    group = await group_of(world, need, providers)
    first, second, third = group["members"]
    await providers[0].desk.act(first, "accept")
    late = await providers[1].desk.act(second, "accept", status=409)
    assert late["type"] == "/problems/superseded"
    await world.stack.settle()
    seen = await world.worker.get(f"/v1/referral-groups/{group['id']}")
    assert seen["winner_id"] == first["id"]
    assert [m["status"] for m in seen["members"]] == ["accepted", "withdrawn", "withdrawn"]
    assert {m["reason"] for m in seen["members"][1:]} == {"superseded"}
    told = await providers[2].desk.get(f"/v1/referrals/{third['id']}")
    assert (told["status"], told["group_id"]) == ("withdrawn", None)


async def test_a_draft_of_a_group_that_is_taken_is_not_sent(world: World) -> None:
    providers = await three(world)
    need = await consented(world, *providers)
    group = await group_of(world, need, providers, send=False)
    first, second, _ = group["members"]
    await providers[0].desk.act(await world.worker.act(first, "send"), "accept")
    refused = await world.worker.act(second, "send", status=409)
    assert refused["type"] == "/problems/superseded"
    disclosed = await world.stack.rows(
        "cases", "select 1 from disclosure where referral_id = $1", second["id"]
    )
    assert disclosed == []


async def test_exactly_one_wins_however_they_race(world: World) -> None:
    providers = await three(world)
    for _ in range(20):
        need = await consented(world, *providers)
        group = await group_of(world, need, providers[:2])
        joining = await world.worker.post(
            "/v1/referral-groups", offered(need, *providers[1:], send=False), 201
        )
        assert joining["id"] != group["id"]
        codes = await asyncio.gather(
            *(
                provider.desk.http("referrals").post(
                    f"/v1/referrals/{member['id']}/accept", json={}
                )
                for provider, member in zip(providers, group["members"], strict=False)
            )
        )
        assert sorted(answer.status_code for answer in codes) == [200, 409]
        await world.stack.settle("referrals")
        seen = await world.worker.get(f"/v1/referral-groups/{group['id']}")
        live = [m["id"] for m in seen["members"] if m["status"] == "accepted"]
        assert live == [seen["winner_id"]]
        assert {m["status"] for m in seen["members"]} == {"accepted", "withdrawn"}


async def test_sending_and_accepting_at_once_leave_nobody_waiting(world: World) -> None:
    providers = await three(world)
    for _ in range(10):
        need = await consented(world, *providers)
        group = await group_of(world, need, providers, send=False)
        first, second, _ = group["members"]
        await world.worker.act(first, "send")
        accept = (
            providers[0].desk.http("referrals").post(f"/v1/referrals/{first['id']}/accept", json={})
        )
        send = world.worker.http("referrals").post(f"/v1/referrals/{second['id']}/send", json={})
        accepted, sent = await asyncio.gather(accept, send)
        assert accepted.status_code == 200
        assert sent.status_code in (200, 409), sent.text
        await world.stack.settle()
        seen = await world.worker.get(f"/v1/referral-groups/{group['id']}")
        after = "withdrawn" if sent.status_code == 200 else "discarded"
        assert [m["status"] for m in seen["members"]] == ["accepted", after, "discarded"]


async def test_the_slot_is_free_again_when_the_winner_comes_to_nothing(world: World) -> None:
    providers = await three(world)
    need = await consented(world, *providers)
    group = await group_of(world, need, providers[:2])
    await providers[0].desk.act(group["members"][0], "accept")
    await world.stack.settle()
    failed = {"reason": "no_funds"}
    await providers[0].desk.act(group["members"][0], "report_not_served", failed)
    seen = await world.worker.get(f"/v1/referral-groups/{group['id']}")
    assert seen["winner_id"] is None


async def test_an_entry_level_worker_submits_the_group(world: World) -> None:
    providers = (await three(world))[:2]
    entry = world.people["case_manager_entry"]
    need = await world.need(owner=entry)
    for provider in providers:
        await world.consent(need, entry, recipient_id=provider.receiver_id)
    group = await entry.post("/v1/referral-groups", offered(need, *providers), 201)
    assert [r["status"] for r in group["results"]] == ["pending_approval"] * 2
    sent = await world.supervisor.act(group["members"][0], "approve")
    assert sent["status"] == "sent"


async def test_all_of_it_is_taken_back_from_wherever_it_stands(world: World) -> None:
    providers = await three(world)
    need = await consented(world, *providers[:2])
    group = await group_of(world, need, providers)
    await providers[0].desk.act(group["members"][0], "accept")
    reason = {"reason": "client_no_longer_needs"}
    path = f"/v1/referral-groups/{group['id']}/withdraw"
    taken = await world.worker.post(path, reason)
    assert [r["status"] for r in taken["results"]] == ["accepted", "withdrawn", "discarded"]
    assert taken["members"][0]["withdrawal_requested_at"] is not None


async def test_the_same_key_makes_one_group(world: World) -> None:
    providers = await three(world)
    need = await consented(world, *providers)
    body, key = offered(need, *providers), uuid4().hex
    first = await world.worker.post("/v1/referral-groups", body, 201, key=key)
    again = await world.worker.post("/v1/referral-groups", body, 201, key=key)
    assert again == first
    other = body | {"urgency": "urgent"}
    await world.worker.post("/v1/referral-groups", other, 422, key=key)


async def test_the_group_is_nobody_elses(world: World) -> None:
    providers = await three(world)
    need = await consented(world, *providers)
    group = await group_of(world, need, providers)
    path = f"/v1/referral-groups/{group['id']}"
    await providers[0].desk.get(path, 404)
    await world.people["senior_case_manager"].get(path, 404)
    seen = await world.people["network_coordinator"].get(path)
    assert (seen["need_id"], len(seen["members"])) == (None, 3)
    assert {m["client_id"] for m in seen["members"]} == {None}
    twice = offered(need, providers[0], providers[0])
    await world.worker.post("/v1/referral-groups", twice, 422)
