"""Finds the next matching listing for a referral that came to nothing, and shows it to the sender."""

from datetime import timedelta

from services.referrals.commands import proposing
from services.referrals.posting import NotNow, Post
from shared import clock
from shared.db import Record
from shared.errors import NeighbourUnavailable
from shared.schemas.listings import FoundListings

AGAIN, GIVE_UP = timedelta(minutes=15), timedelta(days=1)
"""A directory that is silent is asked again for a day: after that somebody has looked themselves."""


async def propose(post: Post, message: Record) -> None:
    """A message to ourselves: the directory is asked, without saying for whom."""
    db = post.db(message)
    row = await db.run(proposing.look, message["referral_id"])
    if row is None:
        return
    found = await _found(post, message, row)
    if found.items:
        await db.run(proposing.propose, row["id"], found.items[0].id)


async def _found(post: Post, message: Record, row: Record) -> FoundListings:
    directory = await post.resources()
    try:
        return await directory.search(row["category"], row["exclude"], limit=1)
    except NeighbourUnavailable:
        if clock.now() - message["requested_at"] < GIVE_UP:
            raise NotNow(clock.now() + AGAIN) from None
        return FoundListings(items=[], total=0)
