"""Time that passes in a test: from one due date to the next, with the worker at work at each."""

from datetime import UTC, datetime, time, timedelta

from tests.referrals.world import Body, Simulation, World

NEXT_DUE = "select min(due_at) as due from deadline where due_at > $1"


def coming_monday() -> datetime:
    """At ten, a week or more from now: everything real is in the past by then."""
    soon = datetime.now(UTC).date() + timedelta(days=7)
    return datetime.combine(soon + timedelta(days=-soon.weekday() % 7), time(10), UTC)


async def go_to_monday(world: World, simulation: Simulation) -> None:
    """The next Monday at ten that is not over."""
    while simulation.now.weekday() != 0:
        simulation.now += timedelta(days=1)
    simulation.now = datetime.combine(simulation.now.date(), time(10), UTC)
    await world.stack.settle("cases", "referrals")


async def wait(world: World, simulation: Simulation, **time: float) -> None:
    until = simulation.now + timedelta(**time)
    while simulation.now < until:
        (row,) = await world.stack.rows("referrals", NEXT_DUE, simulation.now)
        simulation.now = min(row["due"] or until, until)
        await world.stack.settle("referrals")


async def reminders(world: World, referral: Body) -> list[str]:
    """Who was reminded, in order."""
    history = await world.worker.get(f"/v1/referrals/{referral['id']}/history")
    return [e["reminded"] for e in reversed(history["items"]) if e["action"] == "remind"]


async def due(world: World, referral: Body) -> dict[str, tuple[datetime, int]]:
    """Its clocks: when each is due, and its step."""
    rows = await world.stack.rows(
        "referrals", "select kind, due_at, step from deadline where subject = $1", referral["id"]
    )
    return {row["kind"]: (row["due_at"], row["step"]) for row in rows}
