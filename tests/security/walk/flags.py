"""Listings that referrals found something wrong with, and who looks into it."""

from datetime import timedelta
from uuid import UUID, uuid4

from shared import clock
from shared.events.contracts import ListingFlagged
from shared.events.log import publish
from tests.security.walk.people import Cast


async def flags(cast: Cast) -> None:
    service = cast.made["listing"]
    # The listings were imported after the day on which it is walked: a flag must be newer.
    at = clock.now() + timedelta(days=30)
    told = ListingFlagged(service_id=UUID(service), reason="silent", referral_id=uuid4(), at=at)
    sender = UUID(str(cast.directory_editor.organization))
    log = cast.stack.surroundings["referrals"].db.as_(organization=sender)
    await log.run(publish, sender, told)
    await cast.stack.settle("resources")
    listed = await cast.directory_editor.get("/v1/flags", reason="silent")
    assert service in {item["service_id"] for item in listed["items"]}
    cleared = {"reason": "silent", "note": "They answer by telephone"}
    await cast.directory_editor.post(f"/v1/services/{service}/flags/clear", cleared)
