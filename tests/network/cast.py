"""Who takes part: one sender, six providers, and clients with their needs and consents."""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from tests.network.stage import Stage
from tests.referrals.world import SENDER_ROLES, Body, Person, checked, new_listing

PEOPLE = (Path(__file__).parent / "people.txt").read_text().splitlines()
"""No name of theirs is a word that a mail would hold by chance."""


@dataclass(frozen=True)
class Provider:
    """Who receives: staff with accounts, or a mailbox. `services` by the words after its name."""

    key: str
    name: str
    receiver_id: str
    services: dict[str, str]
    desk: Person | None = None
    email: str | None = None

    @property
    def organization(self) -> str | None:
        """Its own, where it has accounts."""
        return str(self.desk.organization) if self.desk else None


@dataclass
class Client:
    """The person served, with a case and what they need."""

    number: int
    id: str
    case_id: str
    given_name: str
    family_name: str
    email: str | None
    phone: str | None
    needs: list[str]
    categories: list[str]
    consents: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"

    def told_of(self) -> list[str]:
        """What must stand in no message, in no page but the packet."""
        return [self.given_name, self.family_name, self.id, self.case_id, *self.needs]


HOURS = {"timezone": "UTC", "opens": "09:00", "closes": "17:00", "weekdays": [0, 1, 2, 3, 4]}
WITH_ACCOUNTS = {"harbour": ("Harbour House", ("", "rooms")), "lantern": ("Lantern Hall", ("",))}
BY_LINK = {
    "corner": ("Corner Porch", ("", "rooms")),
    "chapel": ("Chapel Street Neighbours", ("",)),
    "bridge": ("Bridge Circle", ("",)),
    "quiet": ("Quiet Yard", ("",)),
}
SILENT = "quiet"
CLOSED = {"harbour": [2, 10]}
"""Holidays, in days from the first."""


@dataclass
class Cast:
    """Everybody, once they are there."""

    stage: Stage
    sender: UUID
    staff: dict[str, Person]
    providers: dict[str, Provider]

    @property
    def worker(self) -> Person:
        return self.staff["case_manager"]

    @property
    def supervisor(self) -> Person:
        return self.staff["supervisor"]

    def listing(self, at: str) -> tuple[Provider, str]:
        """`harbour` or `harbour rooms`: the provider, and the service of theirs."""
        key, _, service = at.partition(" ")
        provider = self.providers[key]
        return provider, provider.services[service]

    async def client(
        self, number: int, owner: Person, needs: tuple[str, ...], told: Body, at: list[str]
    ) -> Client:
        """The `number`th client, whose case is open, and who consents to these providers."""
        given, family = PEOPLE[number].split()
        new = {"given_name": given, "family_name": family, "confirm_new": True, **told}
        channels = {channel["kind"]: channel["value"] for channel in told.get("channels", [])}
        someone = await owner.in_cases("/v1/clients", new)
        case = await owner.in_cases("/v1/cases", {"client_id": someone["id"]})
        await owner.in_cases(f"/v1/cases/{case['id']}/open", status=200)
        made = [
            await owner.in_cases(f"/v1/cases/{case['id']}/needs", {"category": category})
            for category in needs
        ]
        ids = [need["id"] for need in made]
        reached = channels.get("email"), channels.get("phone")
        client = Client(
            number, someone["id"], case["id"], given, family, *reached, ids, list(needs)
        )
        for key in sorted({each.partition(" ")[0] for each in at}):
            client.consents.append(await self._consent(client, owner, self.providers[key]))
        return client

    async def _consent(self, client: Client, owner: Person, provider: Provider) -> str:
        agreed = {
            "classes": ["identity", "contact"],
            "recipient_kind": "receiver",
            "recipient_id": provider.receiver_id,
            "recipient_name": provider.name,
            "purpose": "Referral",
            "expires_on": str((self.stage.timeline.now + timedelta(days=700)).date()),
            "given": {"method": "signed"},
        }
        made = await owner.in_cases(f"/v1/cases/{client.case_id}/consents", agreed)
        return str(made["id"])


async def gather(stage: Stage) -> Cast:
    """The sender's staff, then the providers, each with listings of its own."""
    sender = uuid4()
    staff = {role: Person(uuid4(), role, sender, stage) for role in SENDER_ROLES}
    for person in staff.values():
        if person.role != "network_coordinator":
            checked(await person.http("cases").get("/v1/staff/me"), 200)
    for role in ("case_manager", "case_manager_entry"):
        line = {"supervisor_id": str(staff["supervisor"].id), "staff_id": str(staff[role].id)}
        await staff["admin"].in_cases("/v1/supervision-lines", line)
    cast = Cast(stage, sender, staff, {})
    for key, (name, services) in WITH_ACCOUNTS.items():
        cast.providers[key] = await _with_accounts(stage, key, name, services)
    for key, (name, services) in BY_LINK.items():
        cast.providers[key] = await _by_link(cast, key, name, services)
    await stage.settle()
    return cast


async def _listings(
    stage: Stage, name: str, services: tuple[str, ...]
) -> tuple[dict[str, str], list[str]]:
    made = {s: await new_listing(stage, f"{name} {s}".strip().title()) for s in services}
    return {s: service for s, (service, _) in made.items()}, [listed for _, listed in made.values()]


async def _with_accounts(stage: Stage, key: str, name: str, services: tuple[str, ...]) -> Provider:
    organization = uuid4()
    admin = Person(uuid4(), "admin", organization, stage)
    desk = Person(uuid4(), "receiver", organization, stage)
    listed, listed_by = await _listings(stage, name, services)
    new: dict[str, Any] = {"kind": "tenant", "name": name, "organization_ids": listed_by}
    receiver = await admin.post("/v1/receivers", new, 201)
    days = [str((stage.timeline.now + timedelta(days=n)).date()) for n in CLOSED.get(key, [])]
    http = admin.http("referrals")
    shown = await http.get("/v1/calendar")
    match = {"If-Match": shown.headers["etag"]}
    hours = {**HOURS, "holidays": days}
    checked(await http.put("/v1/calendar", json=hours, headers=match), 200)
    return Provider(key, name, receiver["id"], listed, desk)


async def _by_link(cast: Cast, key: str, name: str, services: tuple[str, ...]) -> Provider:
    email = f"{key}@providers.example"
    listed, _ = await _listings(cast.stage, name, services)
    new = {"kind": "link", "name": name, "email": email, "service_ids": [*listed.values()]}
    receiver = await cast.worker.post("/v1/receivers", new, 201)
    return Provider(key, name, receiver["id"], listed, email=email)
