"""The development issuer: an OIDC provider small enough to read, for one machine only.

Services verify its tokens through its JWKS exactly as they would any provider's.
"""

import base64
import binascii
import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs, unquote_plus
from uuid import UUID, uuid5

import uvicorn
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from jose import jwt

from deploy.state import State
from shared import clock
from shared.roles import Role

ISSUER = "http://careloop.localhost/issuer"  # a name, not an address: it outlives a change of port
AUDIENCE = "careloop"
LIFETIME = timedelta(hours=12)
NAMESPACE = uuid5(UUID(int=0), ISSUER)
SENDING_ORGANIZATION = uuid5(NAMESPACE, "organization:sending")
RECEIVING_ORGANIZATION = uuid5(NAMESPACE, "organization:receiving")

ROLES = tuple(map(str, Role))
CLIENT_SCOPES: dict[str, tuple[str, ...]] = {
    "cases-api": (),
    "cases-worker": ("events:read",),
    "resources-worker": ("events:read",),
    "referrals-api": ("disclosures:decide", "contacts:decide", "inquiries:create"),
    "referrals-worker": ("events:read", "disclosures:decide", "contacts:decide"),
}


class Issuer:
    """Signs tokens with the key kept in the checkout's state."""

    def __init__(self, state: State) -> None:
        self.state = state

    def user_token(
        self,
        role: str,
        organization: UUID | None = None,
        subject: UUID | None = None,
        name: str | None = None,
    ) -> str:
        """A person's token; by default one and the same person per role and organization."""
        if organization is None:
            organization = RECEIVING_ORGANIZATION if role == "receiver" else SENDING_ORGANIZATION
        return self._sign(
            {
                "sub": str(subject or uuid5(NAMESPACE, f"person:{role}:{organization}")),
                "org": str(organization),
                "roles": [role],
                "name": name or f"Development {role.replace('_', ' ')}",
            }
        )

    def headers(
        self,
        role: str | None,
        organization: UUID | None = None,
        subject: UUID | None = None,
        name: str | None = None,
    ) -> dict[str, str]:
        """Who asks, as a request carries it; without a role, nobody."""
        if role is None:
            return {}
        return {"Authorization": f"Bearer {self.user_token(role, organization, subject, name)}"}

    def service_token(self, client_id: str, scopes: tuple[str, ...]) -> str:
        return self._sign(
            {
                "sub": str(uuid5(NAMESPACE, f"client:{client_id}")),
                "client_id": client_id,
                "scope": " ".join(scopes),
            }
        )

    def client_secret(self, client_id: str) -> str:
        return self.state.secret(f"client-{client_id}")

    def jwks(self) -> dict[str, Any]:
        return {"keys": [{**self._public_key, "kid": self._kid, "use": "sig", "alg": "ES256"}]}

    def _sign(self, claims: Mapping[str, Any]) -> str:
        now = int(clock.now().timestamp())
        times = {"iat": now, "exp": now + int(LIFETIME.total_seconds())}
        token: str = jwt.encode(
            {"iss": ISSUER, "aud": AUDIENCE, **times, **claims},
            self._private_key,
            algorithm="ES256",
            headers={"kid": self._kid, "typ": "at+jwt"},
        )
        return token

    @cached_property
    def _private_key(self) -> str:
        return self.state.secret("issuer-key", _new_key)

    @cached_property
    def _public_key(self) -> dict[str, str]:
        key = serialization.load_pem_private_key(self._private_key.encode(), password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise TypeError("the issuer's key is not an elliptic-curve key")
        numbers = key.public_key().public_numbers()
        x, y = (_base64url(number.to_bytes(32, "big")) for number in (numbers.x, numbers.y))
        return {"crv": "P-256", "kty": "EC", "x": x, "y": y}

    @cached_property
    def _kid(self) -> str:
        """The key's thumbprint (RFC 7638), so that a new key has a new name."""
        canonical = json.dumps(self._public_key, sort_keys=True, separators=(",", ":"))
        return _base64url(hashlib.sha256(canonical.encode()).digest())


def _new_key() -> str:
    return (
        ec.generate_private_key(ec.SECP256R1())
        .private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        .decode()
    )


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass
class TokenError(Exception):
    """A refused token request (RFC 6749, section 5.2)."""

    error: str
    status: int = 400


def create_app(issuer: Issuer) -> FastAPI:
    app = FastAPI(title="Careloop development issuer", openapi_url=None)

    @app.exception_handler(TokenError)
    async def refuse(_: Request, error: TokenError) -> JSONResponse:
        headers = {"WWW-Authenticate": 'Basic realm="careloop"'} if error.status == 401 else {}
        return JSONResponse({"error": error.error}, error.status, headers)

    @app.get("/.well-known/openid-configuration")
    async def configuration(request: Request) -> dict[str, Any]:
        base = str(request.base_url)
        return {
            "issuer": ISSUER,
            "jwks_uri": f"{base}jwks.json",
            "token_endpoint": f"{base}token",
            "grant_types_supported": ["client_credentials"],
            "response_types_supported": [],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        }

    @app.get("/jwks.json")
    async def jwks() -> dict[str, Any]:
        return issuer.jwks()

    @app.post("/token")
    async def token(request: Request) -> JSONResponse:
        form = _form(await request.body())
        if form.get("grant_type") != "client_credentials":
            raise TokenError("unsupported_grant_type")
        client_id = _authenticate(issuer, form, request.headers.get("authorization"))
        scopes = _grant(CLIENT_SCOPES[client_id], form.get("scope", ""))
        return JSONResponse(
            {
                "access_token": issuer.service_token(client_id, scopes),
                "token_type": "Bearer",
                "expires_in": int(LIFETIME.total_seconds()),
                "scope": " ".join(scopes),
            },
            headers={"Cache-Control": "no-store"},
        )

    return app


def _form(body: bytes) -> dict[str, str]:
    try:
        fields = parse_qs(body.decode("ascii"), max_num_fields=20)
    except ValueError:
        raise TokenError("invalid_request") from None
    if any(len(values) > 1 for values in fields.values()):
        raise TokenError("invalid_request")
    return {name: values[0] for name, values in fields.items()}


def _authenticate(issuer: Issuer, form: dict[str, str], authorization: str | None) -> str:
    client_id, secret = form.get("client_id", ""), form.get("client_secret", "")
    if authorization:
        client_id, secret = _basic(authorization)
    if client_id not in CLIENT_SCOPES or not hmac.compare_digest(
        secret.encode(), issuer.client_secret(client_id).encode()
    ):
        raise TokenError("invalid_client", 401)
    return client_id


def _basic(authorization: str) -> tuple[str, str]:
    scheme, _, encoded = authorization.partition(" ")
    try:
        client_id, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        raise TokenError("invalid_client", 401) from None
    if scheme.lower() != "basic":
        raise TokenError("invalid_client", 401)
    return unquote_plus(client_id), unquote_plus(secret)


def _grant(allowed: tuple[str, ...], asked: str) -> tuple[str, ...]:
    wanted = asked.split()
    if not set(wanted) <= set(allowed):
        raise TokenError("invalid_scope")
    return tuple(scope for scope in allowed if not wanted or scope in wanted)


if __name__ == "__main__":
    uvicorn.run(
        create_app(Issuer(State())),
        host="127.0.0.1",
        port=int(os.environ["CARELOOP_PORT"]),
        log_level="warning",
    )
