"""The steps of the referrals worker."""

from collections.abc import Mapping
from datetime import datetime

from services.referrals.asks import Asks
from services.referrals.commands.ticking import tick
from services.referrals.lifecycle.clocks import Clock
from services.referrals.settings import Settings
from services.referrals.subscriptions import CASES
from shared import idempotency
from shared.worker import Step, Surroundings


def create_steps(surroundings: Surroundings) -> Mapping[str, Step]:
    settings = surroundings.settings
    assert isinstance(settings, Settings)

    async def prune(_: datetime) -> bool:
        return await surroundings.db.run(idempotency.prune) > 0

    return {
        "cases": surroundings.reader("cases", settings.cases_url, CASES),
        "deadlines": surroundings.keeper(dict.fromkeys(Clock, tick)),
        "asks": Asks(surroundings, settings).step,
        "prune": prune,
    }
