"""Roles, the scopes each carries, and how far each sees inside its own organization.

The one table behind every permission (domain.md, "Roles, and who sees which case").
"""

from enum import StrEnum


class Role(StrEnum):
    INTAKE_WORKER = "intake_worker"
    CASE_MANAGER_ENTRY = "case_manager_entry"
    CASE_MANAGER = "case_manager"
    SENIOR_CASE_MANAGER = "senior_case_manager"
    SUPERVISOR = "supervisor"
    PROGRAM_MANAGER = "program_manager"
    NETWORK_COORDINATOR = "network_coordinator"
    RECEIVER = "receiver"
    DIRECTORY_EDITOR = "directory_editor"
    INTEGRATOR = "integrator"
    AUDITOR = "auditor"
    ADMIN = "admin"


CASE_WORK = {"clients:read", "clients:write", "cases:read", "cases:write", "referrals:read"}
CASE_WORK |= {"referrals:write", "directory:confidential"}

SCOPES: dict[Role, frozenset[str]] = {
    Role.INTAKE_WORKER: frozenset({"clients:read", "clients:write", "cases:read", "cases:intake"}),
    Role.CASE_MANAGER_ENTRY: frozenset(CASE_WORK | {"cases:intake"}),
    Role.CASE_MANAGER: frozenset(CASE_WORK | {"cases:intake", "referrals:send"}),
    Role.SENIOR_CASE_MANAGER: frozenset(CASE_WORK | {"cases:intake", "referrals:send"}),
    Role.SUPERVISOR: frozenset(
        CASE_WORK
        | {"cases:intake", "cases:approve", "referrals:send", "referrals:approve", "reports:read"}
    ),
    Role.PROGRAM_MANAGER: frozenset(
        {"clients:read", "cases:read", "referrals:read", "reports:read"}
    ),
    Role.NETWORK_COORDINATOR: frozenset({"referrals:coordinate", "reports:read"}),
    Role.RECEIVER: frozenset({"referrals:receive"}),
    Role.DIRECTORY_EDITOR: frozenset({"directory:write", "directory:confidential"}),
    Role.INTEGRATOR: frozenset({"directory:write", "webhooks:write"}),
    Role.AUDITOR: frozenset({"audit:read"}),
    Role.ADMIN: frozenset({"organization:write", "receivers:write", "webhooks:write"}),
}

SERVICE_SCOPES = frozenset(
    {"events:read", "disclosures:decide", "contacts:decide", "inquiries:create"}
)
"""Scopes that only a service's own token may carry."""


class Reach(StrEnum):
    """Which cases of its own organization a role reads (restricted records: only those named)."""

    NOTHING = "nothing"
    MINE = "mine"
    """Mine, or I am on its care team."""
    TEAM = "team"
    """Also my team's."""
    SUPERVISED = "supervised"
    """Also those of the people I supervise."""
    ORGANIZATION = "organization"


REACH: dict[Role, Reach] = {
    Role.INTAKE_WORKER: Reach.MINE,
    Role.CASE_MANAGER_ENTRY: Reach.TEAM,
    Role.CASE_MANAGER: Reach.TEAM,
    Role.SENIOR_CASE_MANAGER: Reach.SUPERVISED,
    Role.SUPERVISOR: Reach.SUPERVISED,
    Role.PROGRAM_MANAGER: Reach.ORGANIZATION,
}


def scopes_of(roles: frozenset[Role]) -> frozenset[str]:
    return frozenset().union(*(SCOPES[role] for role in roles))


def reach_of(roles: frozenset[Role]) -> Reach:
    """The furthest of the roles' reaches."""
    order = list(Reach)
    return max(
        (REACH.get(role, Reach.NOTHING) for role in roles), key=order.index, default=order[0]
    )
