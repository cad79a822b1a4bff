"""Appointments for tests: proposed, confirmed, and kept."""

from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

from shared import clock
from tests.referrals.world import Body, Person, Simulation, World


class Creeping(Simulation):
    """Time that passes a little with every look at it, so that what happens later is later."""

    def running(self) -> AbstractContextManager[None]:
        return clock.simulated(self._read)

    def _read(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now


def at(days: float = 1, **fields: Any) -> Body:
    """The body of an appointment of an hour, so many days from now."""
    starts_at = clock.now() + timedelta(days=days)
    return {
        "starts_at": starts_at.isoformat(),
        "ends_at": (starts_at + timedelta(hours=1)).isoformat(),
        "timezone": "America/New_York",
        "kind": "in_person",
        **fields,
    }


async def proposed(by: Person, referral: Body, days: float = 1, **fields: Any) -> Body:
    path = f"/v1/referrals/{referral['id']}/appointments"
    return await by.post(path, at(days, **fields), 201)


async def confirmed(world: World, referral: Body, days: float = 1) -> Body:
    return await step(world.worker, await proposed(world.desk, referral, days), "confirm")


async def step(
    by: Person, appointment: Body, name: str, body: Body | None = None, status: int = 200
) -> Body:
    path = f"/v1/appointments/{appointment['id']}/{name.replace('_', '-')}"
    return await by.post(path, body, status)


async def seen(by: Person, appointment: Body) -> Body:
    """As it stands now, from its referral's list."""
    path = f"/v1/referrals/{appointment['referral_id']}/appointments"
    items = (await by.get(path, limit=200))["items"]
    found: Body = next(item for item in items if item["id"] == appointment["id"])
    return found


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
