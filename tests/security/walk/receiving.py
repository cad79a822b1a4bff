"""A provider with accounts: its pool and waiting list, appointments, hand-overs, feed and own inquiry."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx

from shared import clock
from tests.security.walk.people import Cast, Json, Person
from tests.security.walk.referring import Sent, sent

LATER = timedelta(days=7, hours=22)
"""Two hours after the moment of the walk: what was agreed has begun."""


async def receiving(cast: Cast) -> None:
    desk, worker = cast.desk, cast.case_manager
    referral = await sent(cast)
    await referral.act(desk, "claim", note=cast.marks.sealed("note of claim"))
    await referral.act(desk, "release")
    await _waited(referral)
    await _handed_over(referral)
    await _appointments(referral)
    await _own_inquiry(referral)
    path = httpx.URL((await worker.call("post", "/v1/calendar-feed"))["url"]).path
    await cast.nobody.call("get", path)
    await desk.call("post", "/v1/calendar-feed")
    await desk.call("post", "/v1/calendar-feed/revoke")
    cast.made["feed"] = path


async def _waited(referral: Sent) -> None:
    desk = referral.cast.desk
    note = referral.cast.marks.sealed("note of the waiting list")
    wait = {"until": str(clock.now().date()), "position": 2, "note": note}
    await referral.act(desk, "accept", waitlist=wait)
    await referral.act(desk, "waitlist-position", position=1)
    await desk.get("/v1/inbox/waitlist", limit=1)
    await referral.act(desk, "resume")


async def _handed_over(referral: Sent) -> None:
    worker, present = referral.cast.case_manager, ["worker", "receiver", "client"]
    at = clock.now().isoformat()
    await referral.act(worker, "hand-off", kind="warm_call", achieved=True, present=present, at=at)
    await worker.get(f"/v1/referrals/{referral.id}/hand-offs")


async def _appointments(referral: Sent) -> None:
    desk, worker, marks = referral.cast.desk, referral.cast.case_manager, referral.cast.marks
    declined = await _proposed(referral, desk)
    note = marks.sealed("note of declining an appointment")
    await worker.post(f"/v1/appointments/{declined}/decline", {"note": note})
    cancelled = await _proposed(referral, worker)
    note = marks.sealed("note of cancelling an appointment")
    await worker.post(f"/v1/appointments/{cancelled}/cancel", {"note": note})
    path = f"/v1/appointments/{await _proposed(referral, desk)}/reschedule"
    agreed = f"/v1/appointments/{(await worker.post(path, _soon(referral)))['id']}"
    await desk.post(f"{agreed}/confirm")
    await worker.get("/v1/appointments", limit=1)
    await desk.get(f"/v1/referrals/{referral.id}/appointments")
    said = {"attendance": "no_show", "reason": "logistics"}
    note = marks.sealed("note of attendance")
    with clock.simulated(lambda: datetime.now(UTC) - LATER):
        await desk.post(f"{agreed}/record-attendance", {**said, "note": note})


async def _proposed(referral: Sent, by: Person) -> str:
    made = await by.post(f"/v1/referrals/{referral.id}/appointments", _soon(referral))
    appointment: str = made["id"]
    return appointment


def _soon(referral: Sent) -> Json:
    """An hour from now, so that it lies ahead."""
    starts_at = clock.now() + timedelta(hours=1)
    return {
        "starts_at": starts_at.isoformat(),
        "ends_at": (starts_at + timedelta(hours=1)).isoformat(),
        "timezone": "America/New_York",
        "kind": "in_person",
        "place": referral.cast.marks.sealed("place of an appointment"),
    }


async def _own_inquiry(referral: Sent) -> None:
    desk = referral.cast.desk
    name = referral.cast.marks.plain("name of provider's intake worker")
    intake = Person(referral.cast.stack, "intake_worker", desk.organization, uuid4(), name)
    await intake.get("/v1/staff/me")
    await referral.act(desk, "open-inquiry")
