"""Who may do what with a case they see: the role x relation table, as pure rules."""

from dataclasses import dataclass
from typing import Any

from services.cases.lifecycle.case import Doer
from shared.auth import Principal
from shared.roles import Role

EXPERIENCED = {Role.CASE_MANAGER, Role.SENIOR_CASE_MANAGER, Role.SUPERVISOR}


@dataclass(frozen=True)
class Relation:
    """How the caller stands to a case."""

    owner: bool
    named: bool
    """The owner, or on the care team."""
    team: bool
    supervised: bool
    """The caller supervises the owner, as of today."""


FIELDS = ("is_owner", "is_named", "is_team", "is_supervised")


def relation_fields(row: dict[str, Any]) -> dict[str, bool]:
    """The relation as the row has it, to go with another row of the same case."""
    return {name: row[name] for name in FIELDS}


def relation_of(row: dict[str, Any]) -> Relation:
    """The relation that `queries.visibility.case_for` computed with the row."""
    return Relation(row["is_owner"], row["is_named"], row["is_team"], row["is_supervised"])


def may_write(caller: Principal, relation: Relation) -> bool:
    if Role.INTAKE_WORKER in caller.roles or "cases:write" in caller.scopes:
        return relation.named or (Role.SUPERVISOR in caller.roles and relation.supervised)
    return False


def may_approve(caller: Principal, relation: Relation) -> bool:
    near = relation.named or relation.team or relation.supervised
    return "cases:approve" in caller.scopes and near


def may_cosign(caller: Principal, relation: Relation) -> bool:
    senior = Role.SENIOR_CASE_MANAGER in caller.roles and relation.supervised
    return senior or may_approve(caller, relation)


def needs_supervision(caller: Principal) -> bool:
    """An entry-level worker: what they sign, somebody else signs too."""
    return Role.CASE_MANAGER_ENTRY in caller.roles and not caller.roles & EXPERIENCED


def may(caller: Principal, relation: Relation, doer: Doer) -> bool:
    supervisor = may_approve(caller, relation)
    writes = may_write(caller, relation)
    match doer:
        case Doer.INTAKE:
            return writes and "cases:intake" in caller.scopes
        case Doer.SCREENER:
            return supervisor or (writes and Role.INTAKE_WORKER in caller.roles)
        case Doer.OWNER:
            return supervisor or (writes and relation.owner)
        case Doer.SUPERVISOR:
            return supervisor
