"""The directory is told of a listing that ended, is silent, or cannot be reached: once, and no names."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from services.referrals.commands import flagging
from services.referrals.commands.flagging import SILENT_AFTER, SILENT_WITHIN, falls_silent
from shared.db import Record
from tests.referrals.world import Body, Need, Simulation, World, new_listing

START = datetime(2031, 3, 3, 10, tzinfo=UTC)
FLAGS = (
    "select data ->> 'reason' as reason, data ->> 'referral_id' as referral_id, data, organization "
    "from event where type = 'referrals.listing.flagged' and subject = $1 order by seq"
)


async def flags(world: World, service_id: str) -> list[Record]:
    return await world.stack.rows("referrals", FLAGS, UUID(service_id))


async def expire(world: World, simulation: Simulation, referrals: list[Body]) -> None:
    for _ in range(8):
        simulation.now += timedelta(days=3)
        await world.stack.settle("referrals")
    for referral in referrals:
        assert (await world.status(referral))[0] == "expired"


async def own_listing(world: World) -> str:
    """A service of its own that the provider answers for, so that nothing else happened there."""
    service_id, _ = await new_listing(world.stack, f"Pantry {uuid4().hex[:6]}")
    return service_id


async def sent(world: World, service_id: str, need: Need | None = None) -> Body:
    return await world.sent(
        need or await world.need(), service_id=service_id, receiver_id=world.receiver_id
    )


async def test_a_service_that_ended_is_flagged_by_whoever_says_so(world: World) -> None:
    service_id = await own_listing(world)
    declined = await sent(world, service_id)
    await world.desk.act(declined, "decline", {"reason": "service_ended"})
    begun = await sent(world, service_id)
    await world.desk.act(begun, "accept")
    await world.desk.act(begun, "report_not_served", {"reason": "service_ended"})
    other = await sent(world, service_id)
    await world.desk.act(other, "decline", {"reason": "no_capacity"})
    found = await flags(world, service_id)
    assert [(f["reason"], f["referral_id"]) for f in found] == [
        ("service_ended", declined["id"]),
        ("service_ended", begun["id"]),
    ]
    assert all(f["organization"] == world.sender for f in found)
    assert all("client" not in f["data"] for f in found)


async def test_the_third_client_in_a_row_without_an_answer_makes_it_silent_once(
    world: World,
) -> None:
    simulation = Simulation(START)
    with simulation.running():
        service_id = await own_listing(world)
        twice = await world.need()
        for _ in range(2):  # the same client twice is one
            await expire(world, simulation, [await sent(world, service_id, twice)])
        second = await sent(world, service_id)
        await expire(world, simulation, [second])
        assert await flags(world, service_id) == []
        third = await sent(world, service_id)
        await expire(world, simulation, [third])
        assert [f["referral_id"] for f in await flags(world, service_id)] == [third["id"]]
        await expire(world, simulation, [await sent(world, service_id)])
        assert len(await flags(world, service_id)) == 1

        answered = await sent(world, service_id)
        await world.desk.act(answered, "decline", {"reason": "no_capacity"})
        again = [await sent(world, service_id) for _ in range(SILENT_AFTER)]
        await expire(world, simulation, again)
        found = await flags(world, service_id)
        assert [f["reason"] for f in found] == ["silent", "silent"]


async def test_mail_that_comes_back_flags_it_as_disconnected(world: World) -> None:
    service_id = await own_listing(world)
    referral = await sent(world, service_id)
    db = world.stack.surroundings["referrals"].db.as_(organization=world.sender)
    one = "select * from referral where id = $1"
    [row] = await world.stack.rows("referrals", one, UUID(referral["id"]))
    await db.run(flagging.disconnected, row)
    [found] = await flags(world, service_id)
    assert (found["reason"], found["referral_id"]) == ("disconnected", referral["id"])


CLIENTS = [UUID(int=n) for n in range(4)]
expiries = st.lists(st.tuples(st.sampled_from(CLIENTS), st.integers(0, 300)), max_size=8)


@given(expiries)
def test_silence_begins_once_and_with_three_clients_in_ninety_days(
    found: list[tuple[UUID, int]],
) -> None:
    expired = [(client, START + timedelta(days=day)) for client, day in sorted(found, key=_day)]
    begins = [falls_silent(expired[: count + 1]) for count in range(len(expired))]
    assert begins.count(True) <= 1

    def silent(count: int) -> bool:
        """By every choice of three of them, the last among them."""
        last = expired[count]
        near = {c for c, at in expired[: count + 1] if last[1] - at <= SILENT_WITHIN}
        return len(near) >= SILENT_AFTER

    first = next((count for count in range(len(expired)) if silent(count)), None)
    assert begins.index(True) == first if first is not None else True not in begins


def _day(expiry: tuple[UUID, int]) -> int:
    return expiry[1]
