"""The main line: refer, accept, serve, ask, confirm; and what can be said against it."""

from tests.referrals.world import World


async def test_the_client_confirms_by_link_and_the_need_is_met(world: World) -> None:
    need = await world.need()
    referral = await world.served(need)
    assert await world.status(referral) == ("awaiting_confirmation", "provider_only")

    path = await world.link(referral)
    page = await world.visitor.get(path)
    assert page.status_code == 200
    assert "Harbour Pantry" in page.text
    assert await world.status(referral) == ("awaiting_confirmation", "provider_only")

    answered = await world.visitor.post(path, data={"answer": "yes", "helped": "5"})
    assert answered.status_code == 303
    assert await world.status(referral) == ("closed", "confirmed")
    await world.stack.settle("cases", "referrals")
    found = await world.worker.http("cases").get(f"/v1/needs/{need.id}")
    assert found.json()["status"] == "met"


async def test_the_client_disputes_what_the_provider_reported(world: World) -> None:
    referral = await world.served()
    path = await world.link(referral)
    answered = await world.visitor.post(path, json={"answer": "no"})
    assert answered.json() == {"recorded": True}
    assert await world.status(referral) == ("disputed", "disputed")
    why = await world.worker.get(f"/v1/referrals/{referral['id']}/why")
    assert why["waits_for"] == "worker"
    assert why["due_at"] is not None
