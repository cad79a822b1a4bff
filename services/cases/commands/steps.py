"""Steps of a plan: proposed as done by a referral's result, confirmed by a person."""

from uuid import UUID

from sqlalchemy import Connection, bindparam, select, update

from services.cases.models import PLAN, STEP
from shared import clock
from shared.db import execute

NAMED = STEP.alias("named")
PROPOSE = (
    update(STEP)
    .where(
        # The referral may name the step as it stood in an earlier version of the plan.
        STEP.c.identity
        == select(NAMED.c.identity).where(NAMED.c.id == bindparam("p_step")).scalar_subquery(),
        STEP.c.status == "open",
        STEP.c.proposed_done_at.is_(None),
        STEP.c.plan_id == PLAN.c.id,
        PLAN.c.status == "active",
    )
    .values(
        proposed_done_at=bindparam("p_at"),
        referral_id=bindparam("p_referral"),
        version=STEP.c.version + 1,
    )
)


def propose_done(connection: Connection, step_id: UUID, referral_id: UUID) -> None:
    """A referral helped: whoever works on the step is asked to confirm that it is done."""
    row = {"p_step": step_id, "p_referral": referral_id, "p_at": clock.now()}
    execute(connection, PROPOSE, row)
