"""Who asks for which list: every paged operation is here, or is named as not asked."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from tests.contract.documents import Operation

Ids = dict[str, Any]
"""Who asks and what for, as the filling left it."""
STAFF = ("case_manager", "supervisor")
"""They have cases of their own."""
NOBODY = UUID(int=1)
READERS = ("intake_worker", "case_manager", "supervisor", "program_manager")
SENDERS = ("case_manager", "supervisor", "program_manager", "network_coordinator")
OF_RECEIVERS = ("list_receivers", "list_receiver_contacts", "list_capacity")
ADMINISTRATION = (
    "list_staff",
    "list_teams",
    "list_supervision_lines",
    "list_agreements",
    "list_help_pages",
)


@dataclass(frozen=True)
class Question:
    """One request: as a person of the largest organization, unless it says otherwise."""

    role: str
    params: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] | None = None
    organization: str = "organization"

    def subject(self, ids: Ids) -> UUID:
        of_small = self.organization == "small"
        known: UUID = ids["in_small" if of_small else self.role] if self.role in STAFF else NOBODY
        return known

    def __str__(self) -> str:
        said = [*self.params, *(self.body or ())]
        if self.organization == "small":
            said.append("smallest organization")
        return f"{self.role} ({', '.join(said)})" if said else self.role


def receiver(**params: str) -> Question:
    return Question("receiver", params, organization="receiving")


def clients(ids: Ids) -> list[Question]:
    asked = {"name": "family12"}, {"birth_date": ids["born"]}, {"phone": ids["phone"]}
    return [Question(role, body=body) for role in READERS for body in asked]


def cases(ids: Ids) -> list[Question]:
    return [
        *(Question(role) for role in READERS),
        Question("case_manager", organization="small"),
        Question("case_manager", {"owner_id": str(ids["case_manager"])}),
        Question("program_manager", {"status": "on_hold"}),
        Question("program_manager", {"client_id": str(ids["client_id"])}),
    ]


def referrals(ids: Ids) -> list[Question]:
    return [
        *(Question(role) for role in SENDERS),
        Question("case_manager", organization="small"),
        Question("case_manager", {"case_id": str(ids["case_id"])}),
        Question("case_manager", {"need_id": str(ids["need_id"])}),
        Question("case_manager", {"attention": "true"}),
        *(Question(role, {"overdue": "true"}) for role in SENDERS),
        Question("network_coordinator", {"waits_for": "receiver"}),
        Question("program_manager", {"status": "disputed"}),
    ]


def inbox(_: Ids) -> list[Question]:
    return [
        receiver(),
        receiver(status="sent"),
        receiver(overdue="true"),
        receiver(order="longest_waiting"),
    ]


ASKED: dict[str, Callable[[Ids], list[Question]]] = {
    "search_clients": clients,
    "list_cases": cases,
    "list_referrals": referrals,
    "get_inbox": inbox,
    "get_waitlist": lambda ids: [receiver(service_id=str(ids["service_id"]))],
    "list_appointments": lambda _: [Question("case_manager"), receiver()],
    "list_tasks": lambda _: [*map(Question, ("case_manager", "supervisor", "intake_worker"))],
    **dict.fromkeys(OF_RECEIVERS, lambda _: [Question("case_manager")]),
    **dict.fromkeys(ADMINISTRATION, lambda _: [Question("admin")]),
    # Addresses are sealed: SQL cannot fill them.
    **dict.fromkeys(("list_webhooks", "list_webhook_deliveries"), lambda _: []),
}


def questions(operation: Operation, ids: Ids) -> list[Question]:
    if operation.id in ASKED:
        return ASKED[operation.id](ids)
    if operation.service == "resources":
        return []
    return [Question("case_manager"), Question("program_manager")]
