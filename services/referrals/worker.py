"""The steps of the referrals worker."""

from collections.abc import Mapping
from datetime import datetime

from services.referrals.asks import Asks
from services.referrals.commands.ticking import tick
from services.referrals.lifecycle.clocks import Clock
from services.referrals.settings import Settings
from services.referrals.subscriptions import CASES
from shared import idempotency
from shared.deadlines import DeadlineKeeper
from shared.events.reader import EventReader
from shared.worker import Step, Surroundings


def create_steps(surroundings: Surroundings) -> Mapping[str, Step]:
    settings = surroundings.settings
    assert isinstance(settings, Settings)
    db = surroundings.db
    cases = EventReader(
        "cases",
        settings.cases_url,
        CASES,
        db=db,
        http=surroundings.http,
        tokens=surroundings.tokens,
        metrics=surroundings.metrics,
        wait=settings.event_wait,
    )

    async def prune(_: datetime) -> bool:
        return await db.run(idempotency.prune) > 0

    clocks = DeadlineKeeper(db, dict.fromkeys(Clock, tick), surroundings.metrics)
    asks = Asks(surroundings, settings)
    return {"cases": cases.step, "deadlines": clocks.step, "asks": asks.step, "prune": prune}
