"""Random histories under a simulated clock: whatever is done, nothing is lost and nothing is made up.

The oracle is SQL written from domain.md, apart from the code.
"""

import random
from datetime import UTC, datetime, time, timedelta

import pytest

from shared import clock
from tests.referrals.test_transitions import BODIES
from tests.referrals.world import Body, Person, Simulation, World

LOOP = """
with word as (
    select distinct on (referral_id, side) referral_id, side, answer, written_by
    from attestation order by referral_id, side, version desc
), pair as (
    select r.id, r.loop, p.answer as p, c.answer as c, p.written_by as pw, c.written_by as cw
    from referral r
    left join word p on p.referral_id = r.id and p.side = 'receiver'
    left join word c on c.referral_id = r.id and c.side = 'client' and c.answer <> 'not_yet'
)
select id, loop, expected from (
    select *, case
        when p is null and c is null then 'open'
        when p is not null and c is not null and pw = cw then 'staff_reported'
        when c = 'partly' then 'partial'
        when p = 'served' and c = 'yes' then 'confirmed'
        when p = 'served' and c = 'no' then 'disputed'
        when p in ('declined', 'not_served') and c = 'yes' then 'disputed'
        when p = 'served' then 'provider_only'
        when p is null and c = 'yes' then 'client_only'
        else 'unmet' end as expected
    from pair
) judged where loop <> expected
"""
FORGOTTEN = """
select id, status from referral r
where status in ('draft', 'pending_approval', 'sent', 'accepted', 'in_progress', 'on_hold',
                 'awaiting_confirmation', 'disputed')
  and not exists (select from deadline d where d.subject = r.id)
"""
IDLE_CLOCKS = """
select d.kind, r.status from deadline d join referral r on r.id = d.subject
where r.status in ('closed', 'expired', 'withdrawn', 'discarded', 'entered_in_error')
"""
OVERDUE = "select kind, subject from deadline where due_at <= $1"
BROKEN_CHAIN = """
select referral_id from (
    select referral_id, before, lag(after) over (partition by referral_id order by version, at) as was
    from referral_history where action <> 'remind'
) step where was is not null and before <> was
"""
UNTOLD = """
select r.id from referral r
where (r.status::text, r.loop::text) is distinct from (
    select (data ->> 'status', data ->> 'loop') from event where subject = r.id
    order by (data ->> 'version')::int desc limit 1
)
"""
# A few random people, who try all there is.
TRIES = (*BODIES, "submit", "accept", "record_contact", "start", "resume", "confirm_withdrawal")


@pytest.mark.parametrize("seed", range(3))
async def test_random_histories(world: World, seed: int) -> None:
    chance = random.Random(seed)
    soon = datetime.now(UTC).date() + timedelta(days=1 + 400 * seed)
    simulation = Simulation(datetime.combine(soon, time(10), UTC))
    with simulation.running():
        await world.stack.settle("cases", "referrals")
        referrals = [await world.draft() for _ in range(8)]
        for _ in range(60):
            simulation.now += timedelta(hours=chance.choice([0, 0, 1, 8, 30, 100]))
            referral = chance.choice(referrals)
            await _something(world, chance, referral)
            if chance.random() < 0.3:
                await world.stack.settle("referrals")
        await world.stack.settle("cases", "referrals")
        rows = world.stack.rows
        assert await rows("referrals", OVERDUE, simulation.now) == []
    assert await rows("referrals", LOOP) == []
    assert await rows("referrals", FORGOTTEN) == []
    assert await rows("referrals", IDLE_CLOCKS) == []
    assert await rows("referrals", BROKEN_CHAIN) == []
    assert await rows("referrals", UNTOLD) == []


async def _something(world: World, chance: random.Random, referral: Body) -> None:
    """One try by one person: taken, or refused for a reason."""
    person: Person = chance.choice([world.worker, world.worker, world.supervisor, world.desk])
    shown = await person.http("referrals").get(f"/v1/referrals/{referral['id']}")
    offered = [a["name"] for a in shown.json().get("actions", []) if a["name"] != "void"]
    action = chance.choice(offered or ["accept"]) if chance.random() < 0.8 else chance.choice(TRIES)
    body = dict(BODIES.get(action, {}))
    if action == "hold":
        body["until"] = str(clock.now().date())
    if action == "report_served":
        body["served_on"] = str(clock.now().date())
    if action == "client_answer":
        body["answer"] = chance.choice(["yes", "partly", "no", "not_yet"])
    path = f"/v1/referrals/{referral['id']}/{action.replace('_', '-')}"
    answer = await person.http("referrals").post(path, json=body)
    assert answer.status_code in (200, 403, 404, 409), (action, body, answer.text)
