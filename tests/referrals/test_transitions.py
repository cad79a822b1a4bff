"""Every status x action x caller, over HTTP, against two tables that are kept and reviewed by hand.

`transitions.csv`: what an action makes of a status (`-`: refused). `callers.csv`: who may take it. A
receiver does not see what was never sent: that is 404, before anything else but the scope.
"""

import csv
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import pytest

from shared import clock
from shared.schemas.referrals import ReferralStatus
from tests.referrals.world import Body, Person, World

HERE = Path(__file__).parent
UNSENT = {"draft", "pending_approval", "discarded"}
BODIES: dict[str, Body] = {
    "return": {"note": "Please say more."},
    "send": {"duplicate_reason": "A test has many."},
    "approve": {"duplicate_reason": "A test has many."},
    "decline": {"reason": "no_capacity"},
    "ask_question": {"text": "Is there a step at the door?"},
    "answer_question": {"text": "There is a ramp."},
    "hold": {"reason": "no_capacity", "until": f"{clock.now():%Y-%m-%d}", "position": 3},
    "report_served": {"provided": "Groceries", "served_on": f"{clock.now():%Y-%m-%d}"},
    "report_not_served": {"reason": "no_show"},
    "withdraw": {"reason": "moved"},
    "request_withdrawal": {"reason": "moved"},
    "withdraw_now": {"reason": "other", "note": "Her former partner works there."},
    "ask": {"channel": "phone"},
    "client_answer": {"answer": "yes"},
    "stop_asking": {"cannot_ask": "refused"},
    "resolve": {"note": "Another Ana.", "not_referred_again": "She was helped by family."},
    "void": {"note": "Another client's."},
}


def table(name: str) -> dict[str, dict[str, str]]:
    with (HERE / name).open() as file:
        return {row.pop("action"): row for row in csv.DictReader(file)}


# What is asked for once, what answers it, and the column that says which of the two is due.
PAIRS = (
    ("request_withdrawal", "confirm_withdrawal", "withdrawal_requested_at"),
    ("ask_question", "answer_question", "question_at"),
)
ASKED_FOR = {answers: column for _, answers, column in PAIRS}
QUESTION = """
insert into question (id, organization, receiver_organization, referral_id, asked_at, asked, paused)
select gen_random_uuid(), organization, receiver_organization, id, question_at, '', '[]'
from referral where id = $1
"""


TRANSITIONS, CALLERS = table("transitions.csv"), table("callers.csv")


@dataclass
class Bench:
    """Referrals put into any status without living through it, by the owner of the tables."""

    database: asyncpg.Connection
    base: UUID
    callers: dict[str, Person]

    async def referral_in(self, status: str, asked_for: str | None = None) -> UUID:
        """A copy of a sent referral: inserting is not guarded, only moving is."""
        new = uuid4()
        row = dict(await self.database.fetchrow("select * from referral where id = $1", self.base))
        row |= {"id": new, "chain_id": new, "status": status, "message": None}
        if asked_for is not None:
            row[asked_for] = row["sent_at"]
        columns = ", ".join(f'"{name}"' for name in row)
        places = ", ".join(f"${n}" for n in range(1, len(row) + 1))
        statement = f"insert into referral ({columns}) values ({places})"
        await self.database.execute(statement, *row.values())
        if asked_for == "question_at":
            await self.database.execute(QUESTION, new)
        return new

    async def take_away(self, referral: UUID) -> None:
        await self.database.execute("delete from referral where id = $1", referral)

    async def status(self, referral: UUID) -> str:
        found: str = await self.database.fetchval(
            "select status from referral where id = $1", referral
        )
        return found


@pytest.fixture(scope="module")
async def bench(world: World) -> AsyncIterator[Bench]:
    need = await world.need()
    people = world.people
    case = await world.worker.http("cases").get(f"/v1/cases/{need.case_id}")
    care_team = await world.worker.http("cases").put(
        f"/v1/cases/{need.case_id}/care-team",
        json={"staff_ids": [str(people["case_manager_entry"].id)]},
        headers={"If-Match": case.headers["etag"]},
    )
    assert care_team.status_code == 200, care_team.text
    sent = await world.sent(need)
    await world.stack.settle("cases", "referrals")
    callers = {
        **{role: people[role] for role in CALLERS["send"] if role in people},
        "receiver": world.desk,
        "colleague": Person(uuid4(), "case_manager", world.sender, world.stack),
        "stranger": Person(uuid4(), "case_manager", uuid4(), world.stack),
    }
    url = world.stack.urls["referrals"].migrator.replace("+asyncpg", "")
    database = await asyncpg.connect(url)
    bench = Bench(database, UUID(sent["id"]), callers)
    # The original would be another live referral for the same need.
    await database.execute("update referral set status = 'withdrawn' where id = $1", bench.base)
    yield bench
    await database.close()


def expected(status: str, action: str, caller: str) -> tuple[int, str]:
    who, after = CALLERS[action][caller], TRANSITIONS[action][status]
    if who != "may":
        return int(who), status
    if caller == "receiver" and status in UNSENT:
        return 404, status
    return (409, status) if after == "-" else (200, after)


def test_the_tables_name_every_status_and_action() -> None:
    assert TRANSITIONS.keys() == CALLERS.keys()
    for row in TRANSITIONS.values():
        assert set(row) == set(ReferralStatus)


@pytest.mark.parametrize("status", [*ReferralStatus])
async def test_every_action_by_every_caller(bench: Bench, status: str) -> None:
    untouched = await bench.referral_in(status)
    for action in TRANSITIONS:
        for caller, person in bench.callers.items():
            code, after = expected(status, action, caller)
            referral = untouched
            if code == 200:
                referral = await bench.referral_in(status, ASKED_FOR.get(action))
            where = f"{status}, {action} by {caller}"
            answer = await _act(person, referral, action)
            assert answer[0] == code, (where, answer)
            assert await bench.status(referral) == after, where
            if code == 200:
                assert answer[1]["status"] == after, where
                await bench.take_away(referral)
            if code == 409:
                assert action not in answer[1]["allowed"], where
    await bench.take_away(untouched)


@pytest.mark.parametrize("status", [*ReferralStatus])
@pytest.mark.parametrize("asked_for", [None, *ASKED_FOR.values()])
async def test_the_actions_offered_are_those_that_are_taken(
    bench: Bench, status: str, asked_for: str | None
) -> None:
    referral = await bench.referral_in(status, asked_for)
    for caller, person in bench.callers.items():
        answer = await person.http("referrals").get(f"/v1/referrals/{referral}")
        if answer.status_code != 200:
            assert caller in ("colleague", "stranger") or status in UNSENT
            continue
        offered = {action["name"] for action in answer.json()["actions"]}
        taken = {a for a in TRANSITIONS if expected(status, a, caller)[0] == 200}
        hidden = {asks if asked_for == then else answers for asks, answers, then in PAIRS}
        assert offered == taken - hidden, (status, caller)
    await bench.take_away(referral)


async def _act(person: Person, referral: UUID, action: str) -> tuple[int, Body]:
    path = f"/v1/referrals/{referral}/{action.replace('_', '-')}"
    answer = await person.http("referrals").post(path, json=BODIES.get(action, {}))
    return answer.status_code, answer.json()
