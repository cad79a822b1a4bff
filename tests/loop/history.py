"""One random history: everybody does whatever they may, and what they may not, in any order."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx

from tests.loop.cast import Cast, Provider
from tests.loop.ground import Ground
from tests.loop.lines import Body, Person
from tests.loop.postbox import Postbox
from tests.loop.records import Rows
from tests.referrals.world import Need

REFUSALS = {400, 403, 404, 409, 412, 422, 429}
BROKEN_OFF = 0
"""The status of a request whose answer never came."""
WORKERS = ("case_manager", "case_manager_entry", "supervisor")
CRASH, TWICE, GIVES_UP = 0.04, 0.06, 0.25
Doing = Callable[[], Awaitable[Any]]
OWNER = "select owner_id from care_case where id = $1"
REFERRALS = """
select r.*, c.owner_id, n.status as need_status, c.status as case_status from referral r
left join case_relation c using (case_id) left join need_relation n using (need_id)
where r.organization = $1 order by r.created_at, r.id
"""


@dataclass
class Answer:
    """`status` is `BROKEN_OFF` where the caller never learned what became of the request."""

    status: int
    body: Body = field(default_factory=dict)
    text: str = ""

    @property
    def taken(self) -> bool:
        return 200 <= self.status < 400


@dataclass
class History:
    """What one cast does. `alone`: nobody else acts at the moment, and no worker works."""

    seed: int
    cast: Cast
    ground: Ground
    post: Postbox
    chance: random.Random
    danger: bool = True
    alone: bool = True
    tried: Counter[tuple[str, bool]] = field(default_factory=Counter)
    links: dict[UUID, str] = field(default_factory=dict)
    """The client's links that a worker handed to them: the paths."""

    # whom and what

    async def referrals(self) -> Rows:
        return await self.rows("referrals", REFERRALS, self.cast.sender)

    async def rows(self, service: str, statement: str, *parameters: Any) -> Rows:
        return await self.ground.records.rows(service, statement, *parameters)

    def pick(self, among: Any) -> Any:
        return self.chance.choice(among)

    def likely(self, probability: float) -> bool:
        return self.chance.random() < probability

    def somebody(self) -> Person:
        return self.cast.people[self.pick(WORKERS)]

    def owner_of(self, referral: dict[str, Any]) -> Person:
        """Who has the case, mostly."""
        owners = [p for p in self.cast.people.values() if p.id == referral["owner_id"]]
        return owners[0] if owners and self.likely(0.9) else self.somebody()

    async def owner_of_need(self, need: Need) -> Person:
        (row,) = await self.rows("cases", OWNER, UUID(need.case_id))
        return self.owner_of(row)

    def provider_of(self, referral: dict[str, Any]) -> Provider | None:
        of = str(referral["receiver_id"])
        return next((p for p in self.cast.providers if p.receiver_id == of), None)

    def keep_link(self, referral: UUID, url: str | None) -> None:
        if url is not None:
            self.links[referral] = httpx.URL(url).path

    def link_to(self, referral: UUID) -> str | None:
        """The client's, of those they have."""
        return self.links.get(referral) or self.post.path("answer", referral)

    # how it is asked

    async def together(self, *doings: Doing) -> None:
        """In the same moment."""
        before, self.alone = self.alone, False
        await asyncio.gather(*(doing() for doing in doings))
        self.alone = before

    async def undisturbed(self, doing: Doing) -> None:
        """Nobody dies of this: it is no part of what is tried."""
        before, self.danger = self.danger, False
        await doing()
        self.danger = before

    async def ask(
        self, person: Person | None, method: str, url: str, name: str, **sent: Any
    ) -> Answer:
        """Once, or twice at a time; where the service dies of it, mostly again."""
        key = str(UUID(int=self.chance.getrandbits(128), version=4))
        if self.danger and self.likely(CRASH):
            fate = self.ground.fates[self.pick(["referrals", "referrals", "cases"])]
            fate.doom(self.chance.randrange(16))
        twice = method == "POST" and person is not None and self.likely(TWICE)
        asked = [self._once(person, method, url, key, sent) for _ in range(1 + twice)]
        answers = await asyncio.gather(*asked)
        if twice:
            self._same(name, answers)
        answer = answers[-1]
        if answer.status == BROKEN_OFF and not self.likely(GIVES_UP):
            answer = await self._once(person, method, url, key, sent)
        for fate in self.ground.fates.values():
            fate.revive()
        return self._noted(name, answer)

    async def say(self, person: Person | None, url: str, body: Body, name: str) -> Answer:
        return await self.ask(person, "POST", url, name, json=body)

    async def by_worker(self, url: str, body: Body, name: str) -> Answer:
        return await self.say(self.somebody(), url, body, name)

    async def _once(
        self, person: Person | None, method: str, url: str, key: str, sent: dict[str, Any]
    ) -> Answer:
        lines = self.ground.lines
        try:
            answer = await lines.request(person, method, url, key if person else None, **sent)
        except httpx.ReadError:
            for fate in self.ground.fates.values():
                fate.revive()
            return Answer(BROKEN_OFF)
        json = answer.headers.get("content-type", "").startswith("application/json")
        return Answer(answer.status_code, answer.json() if json else {}, answer.text)

    def _same(self, name: str, answers: list[Answer]) -> None:
        first, second = answers
        if first.taken and second.taken:
            assert first.body.get("id") == second.body.get("id"), (name, first, second)

    def _noted(self, name: str, answer: Answer) -> Answer:
        """Taken, or refused for a reason, or cut off by a crash; never a fault."""
        cut_off = answer.status == BROKEN_OFF or (answer.status == 503 and self.danger)
        assert answer.taken or cut_off or answer.status in REFUSALS, (name, answer)
        self.tried[name, answer.taken] += 1
        return answer
