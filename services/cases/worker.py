"""The worker of cases: referrals' events, the clocks, and forgotten idempotency keys."""

from collections.abc import Mapping
from datetime import datetime

from services.cases.commands import (
    agreements,
    assessments,
    cases,
    consents,
    escalations,
    notes,
    people,
    plans,
    steps,
    tasks,
)
from services.cases.commands.escalations import escalate, of_author, of_case_supervisor
from services.cases.models import ASSESSMENT, CONSENT, NOTE, PLAN
from services.cases.subscriptions import on_referral_standing
from shared import idempotency
from shared.deadlines import Handler
from shared.events.contracts import ReferralStanding
from shared.worker import Step, Surroundings

HANDLERS: Mapping[str, Handler] = {
    cases.INQUIRY: escalate(escalations.of_owner),
    cases.REVIEW: escalate(escalations.of_owner),
    cases.CLOSURE: escalate(escalations.of_supervisor),
    consents.EXPIRY: consents.expire,
    consents.DRAFT: escalate(of_author(CONSENT, "created_by", "draft")),
    assessments.DRAFT: escalate(of_author(ASSESSMENT, "created_by", "in_progress")),
    plans.DRAFT: escalate(of_author(PLAN, "created_by", "draft")),
    plans.APPROVAL: escalate(of_case_supervisor(PLAN, "submitted")),
    plans.AGREEMENT: escalate(of_author(PLAN, "created_by", "approved")),
    steps.DUE: escalate(escalations.of_step),
    notes.DRAFT: escalate(of_author(NOTE, "author_id", "draft")),
    notes.COSIGN: escalate(of_case_supervisor(NOTE, "cosign_requested")),
    notes.LOCK: notes.lock,
    people.LINE_CLOCK: people.turn_line,
    agreements.ENDING: agreements.warn,
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
