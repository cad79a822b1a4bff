"""Who calls: scopes as dependencies, and staff put on record when their token is first seen."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request

from services.cases.commands import people
from shared.auth import Db, Kind, Principal, authenticate, requires
from shared.errors import Forbidden
from shared.strict_json import StrictRoute

REMEMBERED = 100_000


async def sighted(
    request: Request, caller: Annotated[Principal, Depends(authenticate)], db: Db
) -> None:
    """Once per process, person and set of roles."""
    seen: set[Any] = request.app.state.sighted
    mark = (caller.organization, caller.subject, caller.roles, caller.name)
    if caller.kind is not Kind.USER or mark in seen:
        return
    await db.run(people.sight, caller)
    if len(seen) >= REMEMBERED:
        seen.clear()
    seen.add(mark)


def new_router(tag: str) -> APIRouter:
    return APIRouter(
        prefix="/v1", tags=[tag], route_class=StrictRoute, dependencies=[Depends(sighted)]
    )


async def colleague(caller: Annotated[Principal, Depends(authenticate)]) -> Principal:
    """A person of an organization, whatever their role."""
    if caller.kind is not Kind.USER:
        raise Forbidden("Only people who work here may read this.")
    return caller


Anyone = Annotated[Principal, Depends(colleague)]
Admin = Annotated[Principal, requires("organization:write")]
ClientReader = Annotated[Principal, requires("clients:read")]
ClientWriter = Annotated[Principal, requires("clients:write")]
CaseReader = Annotated[Principal, requires("cases:read")]
CaseWriter = Annotated[Principal, requires("cases:write")]
CaseTaker = Annotated[Principal, requires("cases:write", "cases:intake")]
Intake = Annotated[Principal, requires("cases:intake")]
Approver = Annotated[Principal, requires("cases:approve")]
TaskReader = Annotated[
    Principal, requires("cases:read", "organization:write", "referrals:coordinate")
]
