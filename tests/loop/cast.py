"""Whom a history is about: a sender, its clients and their needs, and four providers. Made over HTTP."""

import random
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from shared import clock
from tests.loop.lines import Body, Lines, Person
from tests.loop.records import Records
from tests.referrals.world import Need

STAFF = ("admin", "case_manager", "case_manager_entry", "supervisor", "network_coordinator")
OWNERS = ("case_manager", "case_manager_entry")
CATEGORIES = ("food", "housing", "transport", "mental_health", "benefits")
CLASSES: list[list[str]] = [["identity"], ["identity", "contact"], ["identity", "household"]]
EMAIL = {"kind": "email", "value": "ana@example.org"}
PHONE = {"kind": "phone", "value": "+1 305 555 0101"}
WAYS: list[list[Body]] = [
    [EMAIL],
    [EMAIL, {**PHONE, "texts": True}],
    [{**PHONE, "texts": True}],
    [PHONE],
    [],
]
POLICIES: list[Body] = [
    *[{}] * 5,
    {"contact_refused": True},
    {"hours": {"opens": "10:00", "closes": "11:00", "weekdays": [1, 3]}},
]
KEEP = """
insert into capacity (id, organization, receiver_id, service_id, places, taken, as_of, version)
values (gen_random_uuid(), $1, $2, $3, $4, 0, $5, 1)
"""


@dataclass(frozen=True)
class Provider:
    """Who answers for one listing: with accounts (`desks`), or by the links that are mailed to them."""

    receiver_id: str
    service_id: str
    desks: tuple[Person, ...] = ()
    email: str | None = None


@dataclass
class Cast:
    """Everybody in one history, as they stand when it begins."""

    sender: UUID
    people: dict[str, Person]
    providers: list[Provider] = field(default_factory=list)
    needs: list[Need] = field(default_factory=list)
    steps: dict[str, str] = field(default_factory=dict)
    """The step of a plan that a need is the reason of."""
    plans: list[str] = field(default_factory=list)

    @property
    def worker(self) -> Person:
        return self.people["case_manager"]

    @property
    def admin(self) -> Person:
        return self.people["admin"]


async def hire(lines: Lines) -> Cast:
    """A sender's staff, and who supervises whom."""
    sender = uuid4()
    cast = Cast(sender, {role: Person(uuid4(), role, sender) for role in STAFF})
    for role in set(STAFF) - {"network_coordinator"}:
        answer = await lines.request(cast.people[role], "GET", "cases/v1/staff/me")
        assert answer.status_code == 200, answer.text
    for role in OWNERS:
        line = {
            "supervisor_id": str(cast.people["supervisor"].id),
            "staff_id": str(cast.people[role].id),
        }
        await lines.must(cast.admin, "POST", "cases/v1/supervision-lines", line)
    return cast


async def connect(
    cast: Cast, lines: Lines, records: Records, services: list[str], chance: random.Random
) -> None:
    """Two with accounts, of which one counts its places; two by link, of which one has only a phone."""
    crowded, roomy, mailed, phoned = services
    for service, calendar in ((crowded, _hours(chance)), (roomy, None)):
        cast.providers.append(await _tenant(lines, service, calendar))
    email = f"desk-{uuid4().hex[:10]}@pantry.example"
    hours = _hours(chance) if chance.random() < 0.5 else None
    reached: list[Body] = [{"email": email, "hours": hours}, {"phone": "+1 305 555 0199"}]
    for service, how in zip((mailed, phoned), reached, strict=True):
        new = {"kind": "link", "name": "A pantry", "service_ids": [service], **how}
        made = await lines.must(cast.worker, "POST", "referrals/v1/receivers", new)
        cast.providers.append(Provider(made["id"], service, (), how.get("email")))
    await _keep(records, cast.providers[0].desks[0].organization, cast.providers[0], 1)
    if chance.random() < 0.5:
        await _keep(records, cast.sender, cast.providers[2], 2)


async def take_in(cast: Cast, lines: Lines, chance: random.Random) -> None:
    """A client with a case, a need, and consents, of which some end soon."""
    owner = cast.people[OWNERS[len(cast.needs) % 2]]
    new = {
        "given_name": "Ana",
        "family_name": f"Reyes {uuid4().hex[:8]}",
        "confirm_new": True,
        "channels": chance.choice(WAYS),
        "contact": chance.choice(POLICIES),
        "language": chance.choice(["en", "es"]),
    }
    client = await lines.must(owner, "POST", "cases/v1/clients", new)
    case = await lines.must(owner, "POST", "cases/v1/cases", {"client_id": client["id"]})
    await lines.must(owner, "POST", f"cases/v1/cases/{case['id']}/open")
    path = f"cases/v1/cases/{case['id']}/needs"
    need = await lines.must(owner, "POST", path, {"category": chance.choice(CATEGORIES)})
    cast.needs.append(Need(need["id"], case["id"], client["id"]))
    for provider in cast.providers:
        path = f"cases/v1/cases/{case['id']}/consents"
        await lines.must(owner, "POST", path, new_consent(provider, chance))
    if chance.random() < 0.4:
        await _plan(cast, lines, owner, cast.needs[-1])


def new_consent(provider: Provider, chance: random.Random) -> Body:
    return {
        "classes": ["identity", "contact", "household"],
        "recipient_kind": "receiver",
        "recipient_id": provider.receiver_id,
        "recipient_name": "A pantry",
        "purpose": "Referral",
        "expires_on": str(clock.now().date() + timedelta(days=chance.choice([3, 30, 400, 400]))),
        "given": {"method": "signed"},
    }


async def _tenant(lines: Lines, service: str, calendar: Body | None) -> Provider:
    organization = uuid4()
    admin = Person(uuid4(), "admin", organization)
    new = {"kind": "tenant", "name": "A pantry", "service_ids": [service]}
    made = await lines.must(admin, "POST", "referrals/v1/receivers", new)
    if calendar is not None:
        await lines.must(admin, "PUT", "referrals/v1/calendar", calendar)
    desks = tuple(Person(uuid4(), "receiver", organization) for _ in range(2))
    return Provider(made["id"], service, desks)


def _hours(chance: random.Random) -> Body:
    """With some holidays in the weeks to come."""
    today = clock.now().date()
    holidays = {str(today + timedelta(days=chance.randrange(40))) for _ in range(4)}
    return {
        "timezone": chance.choice(["America/New_York", "America/Denver", "Europe/Berlin"]),
        "opens": chance.choice(["08:00", "10:30"]),
        "closes": chance.choice(["16:00", "00:00"]),
        "weekdays": chance.choice([[0, 1, 2, 3, 4], [1, 3], [0, 1, 2, 3, 4, 5, 6]]),
        "holidays": sorted(holidays),
    }


async def _keep(records: Records, organization: UUID, provider: Provider, places: int) -> None:
    of: tuple[Any, ...] = (organization, UUID(provider.receiver_id), UUID(provider.service_id))
    await records.rows("referrals", KEEP, *of, places, clock.now())


async def _plan(cast: Cast, lines: Lines, owner: Person, need: Need) -> None:
    """What is to be done about the need, in a plan that is in force, or soon."""
    plan = await lines.must(owner, "POST", f"cases/v1/cases/{need.case_id}/plans")
    path = f"cases/v1/plans/{plan['id']}"
    goal = await lines.must(owner, "POST", f"{path}/goals", {"title": "Enough to eat"})
    new = {"title": "Go to the pantry", "owner": "client", "need_id": need.id}
    step = await lines.must(owner, "POST", f"cases/v1/goals/{goal['id']}/steps", new)
    await lines.must(owner, "POST", f"{path}/submit")
    cast.plans.append(plan["id"])
    cast.steps[need.id] = str(step["id"])
