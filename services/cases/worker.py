"""The worker of cases: referrals' events, the clocks, and forgotten idempotency keys."""

from collections.abc import Mapping
from datetime import datetime

from services.cases.commands import cases, consents, escalations, people, tasks
from services.cases.models import CONSENT
from services.cases.subscriptions import on_referral_standing
from shared import idempotency
from shared.deadlines import Handler
from shared.events.contracts import ReferralStanding
from shared.worker import Step, Surroundings

HANDLERS: Mapping[str, Handler] = {
    cases.INQUIRY: escalations.escalate(escalations.of_owner),
    cases.REVIEW: escalations.escalate(escalations.of_owner),
    cases.CLOSURE: escalations.escalate(escalations.of_supervisor),
    consents.EXPIRY: consents.expire,
    consents.DRAFT: escalations.escalate(escalations.of_author(CONSENT, "created_by", "draft")),
    people.LINE_CLOCK: people.turn_line,
    tasks.OVERDUE: escalations.task_overdue,
}


def create_steps(surroundings: Surroundings) -> Mapping[str, Step]:
    async def prune(_: datetime) -> bool:
        return await surroundings.db.run(idempotency.prune) > 0

    return {
        "referrals": surroundings.reader(
            "referrals",
            surroundings.settings.referrals_url,
            {ReferralStanding: on_referral_standing},
        ),
        "deadlines": surroundings.keeper(HANDLERS),
        "prune": prune,
    }
