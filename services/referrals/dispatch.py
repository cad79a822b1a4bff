"""Drafting and sending, alone and by the dozen: what waits for a neighbour, between the transactions."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import Depends, Request

from services.referrals.clients import Caller, Cases, CasesClient, Resources, ResourcesClient
from services.referrals.commands import bulk, drafting, grouping, sending
from services.referrals.commands.acting import act
from services.referrals.commands.moving import Details
from services.referrals.lifecycle.transitions import Act
from services.referrals.schemas.referrals import NewReferral
from shared import audit
from shared.auth import Db, Principal
from shared.db import Database, Record
from shared.errors import Denial, Problem
from shared.idempotency import Once
from shared.schemas.disclosures import Disclosure

T = TypeVar("T")
Lane = Callable[[T], Hashable]
AT_ONCE = 4
"""How many of many are under way together: a few connections of the pool, and of the neighbours'."""
SENDS = (Act.SEND, Act.APPROVE)


@dataclass(frozen=True, slots=True)
class Dispatch:
    """One caller's way to the database and to the neighbours."""

    db: Database
    caller: Principal
    cases: CasesClient
    resources: ResourcesClient
    patience: float
    """Seconds that a question to all neighbours together may take."""

    async def draft(self, once: Once, new: NewReferral) -> Record:
        """Judged by what cases and the directory say now."""
        need = await self.cases.referable(new.need_id)
        listing = await self.resources.listing(new.service_id)
        return await self.db.run(once, drafting.draft, self.caller, new, need, listing)

    async def take(self, once: Once, referral_id: UUID, action: Act, details: Details) -> Record:
        """Any act of the sender's; a sending with its disclosure."""
        if action not in SENDS:
            return await self.db.run(once, act, self.caller, referral_id, action, details)
        plan = await self.db.run(sending.plan, self.caller, referral_id, action, details)
        disclosure = await self._disclosed(plan)
        return await self.db.run(
            once, sending.send, self.caller, referral_id, action, details, disclosure
        )

    async def deliver(self, once: Once, referral_id: UUID, details: Details) -> Record:
        """Send it, or submit it where a supervisor approves."""
        return await self.take(once, referral_id, grouping.sends_by(self.caller), details)

    async def _disclosed(self, plan: sending.Plan | None) -> Disclosure | None:
        if plan is None:
            return None
        sending.check_listing(await self.resources.listing(plan.service_id))
        return await self.cases.disclose(plan.disclosure)

    async def rehearse(self, work: Callable[..., Record], *args: Any) -> Record:
        """What `work` would answer; nothing of it is kept."""
        try:
            await self.db.run(bulk.rehearse, work, *args)
        except bulk.Rehearsed as rehearsed:
            return rehearsed.result
        raise AssertionError("a rehearsal ends in what it would have answered")

    async def attempt(self, work: Awaitable[Record], what: str, *ids: UUID) -> Record:
        """What came of one of many: its answer, or `problem`, the one it would have answered alone."""
        try:
            return await work
        except Problem as problem:
            if isinstance(problem, Denial):
                await self.db.run(audit.record, what, list(ids), "denied", problem.type)
            return {"problem": problem.body()}


async def each(
    items: Sequence[T], work: Callable[[T], Awaitable[Record]], seconds: float, lane: Lane[T]
) -> list[Record | None]:
    """`work` on each, a few at once; None for those that were not begun when time ran out.

    Those of one lane go in their order. What is begun is finished: nobody need guess what became of it.
    """
    time = asyncio.get_running_loop().time
    until, places = time() + seconds, asyncio.Semaphore(AT_ONCE)
    lanes: dict[Hashable, list[int]] = {}
    for place, item in enumerate(items):
        lanes.setdefault(lane(item), []).append(place)
    results: list[Record | None] = [None] * len(items)

    async def along(line: list[int]) -> None:
        for place in line:
            async with places:
                if time() < until:
                    results[place] = await work(items[place])

    await asyncio.gather(*map(along, lanes.values()))
    return results


def counted(results: list[Record]) -> dict[str, int]:
    """How many rows ended in each status."""
    found: dict[str, int] = {}
    for result in results:
        found[result["status"]] = found.get(result["status"], 0) + 1
    return found


async def dispatch(
    request: Request, caller: Caller, db: Db, cases: Cases, resources: Resources
) -> Dispatch:
    patience = request.app.state.settings.neighbour_deadline
    return Dispatch(db, caller, cases, resources, patience)


Dispatcher = Annotated[Dispatch, Depends(dispatch)]
