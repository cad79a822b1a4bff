"""Finds the next matching listing for a referral that came to nothing, and shows it to the sender."""

from services.referrals.commands import proposing
from services.referrals.posting import Post
from shared.db import Record


async def propose(post: Post, message: Record) -> None:
    """A message to ourselves: the directory is asked, without saying for whom."""
    db = post.db(message)
    row = await db.run(proposing.look, message["referral_id"])
    if row is None:
        return
    directory = await post.resources()
    found = await directory.search(row["category"], row["exclude"], limit=1)
    if found.items:
        await db.run(proposing.propose, row["id"], found.items[0].id)
