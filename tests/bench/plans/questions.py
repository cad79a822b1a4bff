"""Who asks for which list: every paged operation is here, or is named as not asked."""

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
ADMINISTRATION = ("list_staff", "list_teams", "list_supervision_lines", "list_agreements")


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


def questions(operation: Operation, ids: Ids) -> list[Question]:
    match operation.id:
        case "search_clients":
            asked = {"name": "family12"}, {"birth_date": ids["born"]}, {"phone": ids["phone"]}
            return [Question(role, body=body) for role in READERS for body in asked]
        case "list_cases":
            return [
                *(Question(role) for role in READERS),
                Question("case_manager", organization="small"),
                Question("case_manager", {"owner_id": str(ids["case_manager"])}),
                Question("program_manager", {"status": "on_hold"}),
                Question("program_manager", {"client_id": str(ids["client_id"])}),
            ]
        case "list_referrals":
            return [
                *(Question(role) for role in SENDERS),
                Question("case_manager", organization="small"),
                Question("case_manager", {"case_id": str(ids["case_id"])}),
                Question("case_manager", {"need_id": str(ids["need_id"])}),
                Question("case_manager", {"attention": "true"}),
                Question("program_manager", {"status": "disputed"}),
            ]
        case "get_inbox":
            inbox = [Question("receiver", organization="receiving")]
            return [*inbox, Question("receiver", {"status": "sent"}, organization="receiving")]
        case "list_receivers":
            return [Question("case_manager")]
        case "list_tasks":
            return [Question("case_manager"), Question("supervisor"), Question("intake_worker")]
        case name if name in ADMINISTRATION:
            return [Question("admin")]
        case _ if operation.service == "resources":
            return []
        case _:
            return [Question("case_manager"), Question("program_manager")]
