"""Several referrals for one need at once: the first acceptance takes the group's one slot.

The siblings are withdrawn each in a transaction of its own, by a clock that is due at once: nobody waits
for two referrals' rows, so that two receivers who accept together cannot block one another.
"""

from sqlalchemy import Connection, bindparam, select, update

from services.referrals.commands import clocks
from services.referrals.errors import Superseded
from services.referrals.lifecycle.clocks import Clock
from services.referrals.lifecycle.loop import HELPED
from services.referrals.lifecycle.transitions import NEVER_SENT, Act
from services.referrals.models import referral, referral_group
from shared import clock
from shared.db import Record, execute, fetch, within
from shared.schemas.referrals import ReferralStatus

WIN = (
    update(referral_group)
    .where(referral_group.c.id == bindparam("p_group"), referral_group.c.winner_id.is_(None))
    .values(winner_id=bindparam("p_winner"))
)
FREE = (
    update(referral_group)
    .where(
        referral_group.c.id == bindparam("p_group"),
        referral_group.c.winner_id == bindparam("p_winner"),
    )
    .values(winner_id=None)
)
WAITING = [ReferralStatus.SENT, *NEVER_SENT - {ReferralStatus.DISCARDED}]
SIBLINGS = select(referral).where(
    referral.c.group_id == bindparam("p_group"),
    referral.c.id != bindparam("p_winner"),
    referral.c.status.in_(WAITING),
)
WITHOUT_HELP = {
    ReferralStatus.NOT_SERVED,
    ReferralStatus.WITHDRAWN,
    ReferralStatus.ENTERED_IN_ERROR,
}


def take_slot(connection: Connection, row: Record) -> None:
    """Make the locked referral its group's winner. Raises Superseded where another is."""
    if row["group_id"] is None:
        return
    slot = {"p_group": row["group_id"], "p_winner": row["id"]}
    with within(connection, row["organization"]):
        if not execute(connection, WIN, slot):
            raise Superseded("Somebody else has accepted before.")
        for sibling in fetch(connection, SIBLINGS, **slot):
            clocks.start(connection, sibling, Clock.SUPERSEDED, clock.now())


def follow(connection: Connection, _: Record, moved: Record, __: Act) -> None:
    """Free the slot when its winner ended without help: a late acceptance may take it."""
    if moved["group_id"] is None or not _came_to_nothing(moved):
        return
    with within(connection, moved["organization"]):
        execute(connection, FREE, {"p_group": moved["group_id"], "p_winner": moved["id"]})


def _came_to_nothing(moved: Record) -> bool:
    closed = moved["status"] == ReferralStatus.CLOSED and moved["loop"] not in HELPED
    return closed or moved["status"] in WITHOUT_HELP
