"""The steps of the referrals worker."""

from collections.abc import Mapping
from datetime import datetime

from services.referrals import asks, calling, invitations, proposals
from services.referrals.commands import appointment_clock, proposing
from services.referrals.commands.ticking import tick
from services.referrals.lifecycle.clocks import Clock
from services.referrals.outward import new_outward_client
from services.referrals.posting import Handler, Post
from services.referrals.settings import Settings
from services.referrals.subscriptions import CASES
from shared import idempotency
from shared.worker import Step, Surroundings

APPOINTMENTS = {appointment_clock.KIND: appointment_clock.tick}
HANDLERS: dict[str, Handler] = {
    asks.KIND: asks.ask,
    proposing.KIND: proposals.propose,
    **invitations.HANDLERS,
}
"""How each kind of message is sent."""


def create_steps(surroundings: Surroundings) -> Mapping[str, Step]:
    settings = surroundings.settings
    assert isinstance(settings, Settings)

    outward = new_outward_client(settings.webhook_networks)

    async def prune(_: datetime) -> bool:
        keys = await surroundings.db.run(idempotency.prune)
        return keys + await surroundings.db.run(calling.prune) > 0

    return {
        "cases": surroundings.reader("cases", settings.cases_url, CASES),
        "deadlines": surroundings.keeper({**dict.fromkeys(Clock, tick), **APPOINTMENTS}),
        "messages": Post(surroundings, settings, HANDLERS).step,
        "webhooks": calling.Calls(surroundings.db, outward).step,
        "prune": prune,
    }
