"""Unmet demand: what was looked for and not found is a fact, and whose words it was stays sealed."""

from uuid import uuid4

from tests.referrals.world import World


async def test_of_a_need_and_of_a_category(world: World) -> None:
    need = await world.need("housing")
    words = "Nothing takes a family of seven."
    body = {"need_id": need.id, "area": "Polk", "reason": "nothing_eligible", "note": words}
    made = await world.worker.post("/v1/unmet-demand", body, 201)
    assert (made["category"], made["area"], made["note"]) == ("housing", "Polk", words)
    [row] = await world.stack.rows("referrals", "select * from gap where id = $1", made["id"])
    assert (row["kind"], row["reason"]) == ("nothing_found", "nothing_eligible")
    assert str(row["need_id"]) == need.id
    assert words.encode() not in row["note"]
    plain = {"category": "transport", "reason": "nothing_near"}
    made = await world.worker.post("/v1/unmet-demand", plain, 201)
    assert (made["category"], made["need_id"]) == ("transport", None)


async def test_it_is_of_one_thing_and_of_ones_own(world: World) -> None:
    need, reason = await world.need(), {"reason": "nothing_found"}
    post = world.worker.post
    await post("/v1/unmet-demand", reason, 422)
    await post("/v1/unmet-demand", reason | {"need_id": need.id, "category": "food"}, 422)
    await post("/v1/unmet-demand", reason | {"need_id": str(uuid4())}, 404)
    stranger = world.people["senior_case_manager"]
    await stranger.post("/v1/unmet-demand", reason | {"need_id": need.id}, 404)
    await world.desk.post("/v1/unmet-demand", reason | {"category": "food"}, 403)


async def test_the_same_key_is_one_fact(world: World) -> None:
    body, key = {"category": "work", "reason": "waiting_too_long"}, uuid4().hex
    first = await world.worker.post("/v1/unmet-demand", body, 201, key=key)
    assert await world.worker.post("/v1/unmet-demand", body, 201, key=key) == first
    found = await world.stack.rows("referrals", "select 1 from gap where category = 'work'")
    assert len(found) == 1
