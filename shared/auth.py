"""Who is calling, and what they may do."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any
from uuid import NAMESPACE_URL, UUID, uuid5

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer, SecurityScopes

from shared.db import Context, Database
from shared.errors import Forbidden, Unauthenticated
from shared.roles import SERVICE_SCOPES, Reach, Role, reach_of, scopes_of
from shared.settings import ServiceSettings
from shared.tokens import Claims, TokenRefused

bearer = HTTPBearer(auto_error=False, description="A token of the organization's OIDC provider")
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]


class Kind(StrEnum):
    USER = "user"
    SERVICE = "service"


@dataclass(frozen=True)
class Principal:
    """The caller. `organization` is None for a service."""

    kind: Kind
    subject: UUID
    organization: UUID | None = None
    roles: frozenset[Role] = frozenset()
    service_scopes: frozenset[str] = frozenset()
    name: str = ""
    token: str = ""

    @cached_property
    def scopes(self) -> frozenset[str]:
        return self.service_scopes if self.kind is Kind.SERVICE else scopes_of(self.roles)

    @cached_property
    def reach(self) -> Reach:
        return reach_of(self.roles)

    @property
    def tenant(self) -> UUID:
        """The organization, for code that only users reach."""
        assert self.organization is not None
        return self.organization

    def context(self, request_id: str = "") -> Context:
        return Context(
            organization=self.organization,
            subject=self.subject,
            reads_events="events:read" in self.scopes,
            request_id=request_id,
        )


def principal_from(claims: Claims, settings: ServiceSettings, token: str = "") -> Principal:
    """The principal a verified token speaks for; raises `TokenRefused`."""
    subject = _as_uuid(claims["sub"], settings.issuer)
    tenant = _at(claims, settings.organization_claim)
    if "client_id" in claims and tenant is None:
        granted = frozenset(str(claims.get("scope", "")).split())
        service_scopes = granted & SERVICE_SCOPES
        return Principal(Kind.SERVICE, subject, service_scopes=service_scopes, token=token)
    named = _at(claims, settings.roles_claim)
    roles = frozenset(Role(r) for r in named if r in set(Role)) if isinstance(named, list) else None
    try:
        organization = UUID(str(tenant))
    except ValueError:
        raise TokenRefused("organization") from None
    if not roles:
        raise TokenRefused("roles")
    name = str(claims.get("name", ""))[:200]
    return Principal(Kind.USER, subject, organization, roles, name=name, token=token)


def _as_uuid(subject: str, issuer: str) -> UUID:
    """Providers choose their subjects' form: what is no UUID becomes one, always the same."""
    try:
        return UUID(subject)
    except ValueError:
        return uuid5(NAMESPACE_URL, f"{issuer}#{subject}")


def _at(claims: Claims, path: str) -> Any:
    """The claim at a dotted path (Keycloak keeps roles at `realm_access.roles`)."""
    value: Any = claims
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


async def authenticate(request: Request, credentials: Credentials) -> Principal:
    # FastAPI runs this again for each set of scopes; the token is verified and counted once.
    known: Principal | None = getattr(request.state, "principal", None)
    if known is not None:
        return known
    if credentials is None:
        raise Unauthenticated("A bearer token is required.", headers={"WWW-Authenticate": "Bearer"})
    state = request.app.state
    try:
        claims = await state.verifier.verify(credentials.credentials)
        principal = principal_from(claims, state.settings, credentials.credentials)
    except TokenRefused:
        raise Unauthenticated(
            "The bearer token is not valid.",
            headers={"WWW-Authenticate": 'Bearer error="invalid_token"'},
        ) from None
    request.state.principal = principal
    state.limiter.count(str(principal.subject))
    return principal


async def require(
    scopes: SecurityScopes, principal: Annotated[Principal, Depends(authenticate)]
) -> Principal:
    if not principal.scopes & set(scopes.scopes):
        raise Forbidden(f"This needs the scope {' or '.join(scopes.scopes)}.")
    return principal


def requires(*any_of: str) -> Any:
    """`caller: Annotated[Principal, requires("cases:write")]`: one of these scopes, or 403."""
    return Security(require, scopes=list(any_of))


async def database(
    request: Request, principal: Annotated[Principal, Depends(authenticate)]
) -> Database:
    return Database(request.app.state.engine, principal.context(request.state.request_id))


def address_of(request: Request) -> str:
    """Where the request came from, as the nearest trusted proxy saw it."""
    return request.client.host if request.client else "unknown"


async def public_database(request: Request) -> Database:
    """Needs no token; one that is sent must be good, and counts its caller's requests."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        await authenticate(request, HTTPAuthorizationCredentials(scheme=scheme, credentials=token))
    else:
        request.app.state.limiter.count(address_of(request))
    return Database(request.app.state.engine, Context(request_id=request.state.request_id))


Db = Annotated[Database, Depends(database)]
"""The database in the caller's context."""

PublicDb = Annotated[Database, Depends(public_database)]
"""The database in nobody's context: public data, and capability links."""
