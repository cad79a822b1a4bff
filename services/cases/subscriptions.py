"""What cases does when a neighbour's event says that something happened."""

from uuid import UUID

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from services.cases import rows
from services.cases.commands.history import note_down
from services.cases.commands.needs import judge
from services.cases.commands.referral_tasks import follow
from services.cases.commands.steps import propose_done, take_back
from services.cases.models import NEED, REFERRAL_STANDING
from shared.db import fetch_one
from shared.events.contracts import ReferralStanding
from shared.schemas.referrals import LoopResult, ReferralStatus

_seen = insert(REFERRAL_STANDING)
KEEP_NEWEST = _seen.on_conflict_do_update(
    index_elements=["referral_id"],
    set_={
        "version": _seen.excluded.version,
        "status": _seen.excluded.status,
        "loop": _seen.excluded.loop,
        "step_id": _seen.excluded.step_id,
    },
    where=REFERRAL_STANDING.c.version < _seen.excluded.version,
).returning(REFERRAL_STANDING.c.referral_id)
HELPED = frozenset({LoopResult.CONFIRMED, LoopResult.CLIENT_ONLY})


def on_referral_standing(
    connection: Connection, _: UUID | None, standing: ReferralStanding
) -> None:
    """Keep the newest standing; move its need, leave its tasks, and propose its step as done."""
    # The need is locked first: two standings of one need are judged one after the other.
    need = rows.lock(connection, NEED, standing.need_id)
    kept = fetch_one(
        connection,
        KEEP_NEWEST,
        referral_id=standing.referral_id,
        need_id=standing.need_id,
        step_id=standing.step_id,
        case_id=need["case_id"],
        service_id=standing.service_id,
        version=standing.version,
        status=standing.status,
        loop=standing.loop,
    )
    if kept is None:
        return
    note_down(
        connection,
        f"referral.{standing.status}",
        standing.referral_id,
        client_id=need["client_id"],
        case_id=need["case_id"],
        actor=None,
        codes=(standing.loop,),
    )
    judge(connection, standing.need_id)
    follow(connection, need, standing)
    if standing.status is ReferralStatus.ENTERED_IN_ERROR:
        take_back(connection, standing.referral_id)
    elif standing.step_id is not None and standing.loop in HELPED:
        propose_done(connection, need["case_id"], standing.step_id, standing.referral_id)
