"""A walk over the whole system in which every operation of the three documents succeeds once.

It is the seed of what is tested here: whatever was walked is tried again by strangers, with broken
input, and looked for where it must not be.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from services.resources.cli import STARTER
from services.resources.imports.run import import_package
from shared import clock
from tests.security.logs import captured_logs
from tests.security.marks import Marks
from tests.security.recorder import Recorder
from tests.security.walk.arrangements import arrangements
from tests.security.walk.asking import asking
from tests.security.walk.casework import cases_and_needs, clients, notes_and_tasks, organization
from tests.security.walk.directory import directory
from tests.security.walk.flags import flags
from tests.security.walk.inquiries import inquiries
from tests.security.walk.people import Cast, gather
from tests.security.walk.planning import assessments, consents, plans
from tests.security.walk.receiving import receiving
from tests.security.walk.referring import referrals, sent
from tests.security.walk.reports import reports
from tests.security.walk.responding import responding
from tests.security.walk.sending import sending
from tests.security.walk.webhooks import webhooks
from tests.stack import MAINS, Stack

A_WEEK_AGO = timedelta(days=8)
"""When it is walked: a client is asked seven days after they were helped."""


@dataclass
class Walked:
    """What a walk leaves: everybody who took part, and every request with its answer."""

    stack: Stack
    cast: Cast
    recorder: Recorder
    marks: Marks
    logs: str


async def walk(stack: Stack, rejected: Path) -> Walked:
    recorder, marks = Recorder(), Marks()
    db = stack.surroundings["resources"].db
    with clock.simulated(lambda: datetime.now(UTC) - A_WEEK_AGO):
        await import_package(db, STARTER, reports=rejected, name="starter", full=True)
        await stack.settle("resources")
    recorder.attach(stack, MAINS)
    with captured_logs() as logs:
        with clock.simulated(lambda: datetime.now(UTC) - A_WEEK_AGO):
            cast = await gather(stack, marks)
            await _acts(cast)
        await stack.settle()  # all that has become due since: reminders, and the client is asked
        await sent(cast)  # by now the stored answers of the walk are pruned: these are not
    recorder.listening = False
    return Walked(stack, cast, recorder, marks, logs.getvalue())


async def _acts(cast: Cast) -> None:
    for act in (
        directory,
        flags,
        organization,
        clients,
        cases_and_needs,
        consents,
        assessments,
        plans,
        notes_and_tasks,
        inquiries,
        referrals,
        sending,
        asking,
        responding,
        receiving,
        arrangements,
        webhooks,
        reports,
    ):
        await act(cast)
        await cast.stack.settle()
