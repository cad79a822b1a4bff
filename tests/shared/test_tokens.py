"""Tokens that prove nothing are refused, each for its own reason."""

import asyncio
import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jose import jwt

from deploy.issuer import AUDIENCE, ISSUER
from shared import clock
from shared.auth import Kind, principal_from
from shared.tokens import Jwks, KeysUnavailable
from tests.shared.conftest import Sample

Claims = dict[str, Any]


def claims(**changes: Any) -> Claims:
    now = int(clock.now().timestamp())
    good = {
        "iss": ISSUER, "aud": AUDIENCE, "sub": "3b9ac9ff-0000-4000-8000-000000000001",
        "org": "3b9ac9ff-0000-4000-8000-000000000002", "roles": ["case_manager"],
        "iat": now, "exp": now + 600,
    }  # fmt: skip
    return {name: value for name, value in {**good, **changes}.items() if value is not ...}


def b64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


@pytest.fixture
def sign(sample_service: Sample) -> Callable[..., str]:
    issuer = sample_service.issuer

    def signed(content: Claims, **headers: Any) -> str:
        names = {"kid": issuer._kid, "typ": "at+jwt", **headers}
        token: str = jwt.encode(content, issuer._private_key, algorithm="ES256", headers=names)
        return token

    return signed


async def status(sample_service: Sample, token: str) -> int:
    async with sample_service.with_token(token) as client:
        answer = await client.get("/v1/things")
    if answer.status_code == 401:
        assert answer.json()["type"] == "/problems/unauthenticated"
        assert answer.headers["www-authenticate"].startswith("Bearer")
    return answer.status_code


async def test_a_good_token_is_taken(sample_service: Sample, sign: Callable[..., str]) -> None:
    assert await status(sample_service, sign(claims())) == 200


NOW = int(clock.now().timestamp())
BAD_CLAIMS: dict[str, Claims] = {
    "expired": {"exp": NOW - 60, "iat": NOW - 120},
    "no expiry": {"exp": ...},
    "text expiry": {"exp": str(NOW + 600)},
    "fractional expiry": {"exp": NOW + 600.5},
    "boolean expiry": {"exp": True},
    "issued tomorrow": {"iat": NOW + 86400, "exp": NOW + 86500},
    "no issue time": {"iat": ...},
    "not yet": {"nbf": NOW + 3600},
    "lives a year": {"exp": NOW + 365 * 86400},
    "another issuer": {"iss": "http://evil.example"},
    "no issuer": {"iss": ...},
    "another audience": {"aud": "other"},
    "no audience": {"aud": ...},
    "audience of numbers": {"aud": [1]},
    "no subject": {"sub": ...},
    "empty subject": {"sub": ""},
    "no organization": {"org": ...},
    "organization is no id": {"org": "' or 1=1"},
    "no roles": {"roles": ...},
    "unknown roles": {"roles": ["root"]},
    "roles are text": {"roles": "admin"},
}


@pytest.mark.parametrize("changes", BAD_CLAIMS.values(), ids=BAD_CLAIMS)
async def test_bad_claims_are_refused(
    sample_service: Sample, sign: Callable[..., str], changes: Claims
) -> None:
    assert await status(sample_service, sign(claims(**changes))) == 401


BAD_HEADERS: dict[str, Claims] = {
    "unknown kid": {"kid": "other"},
    "no kid": {"kid": None},
    "critical": {"crit": ["b64"], "b64": False},
    "carries its own key": {"jwk": {"kty": "EC"}},
    "names a key server": {"jku": "http://evil.example/jwks"},
    "another type": {"typ": "logout+jwt"},
}


@pytest.mark.parametrize("headers", BAD_HEADERS.values(), ids=BAD_HEADERS)
async def test_bad_headers_are_refused(
    sample_service: Sample, sign: Callable[..., str], headers: Claims
) -> None:
    assert await status(sample_service, sign(claims(), **headers)) == 401


async def test_other_keys_and_algorithms_are_refused(
    sample_service: Sample, sign: Callable[..., str]
) -> None:
    kid = sample_service.issuer._kid
    own = ec.generate_private_key(ec.SECP256R1())
    pem = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    key = own.private_bytes(*pem, serialization.NoEncryption()).decode()
    headers = {"kid": kid}
    forged = jwt.encode(claims(), key, algorithm="ES256", headers=headers)
    rsa_key = rsa.generate_private_key(65537, 2048)
    rsa_pem = rsa_key.private_bytes(*pem, serialization.NoEncryption()).decode()
    confused = jwt.encode(claims(), rsa_pem, algorithm="RS256", headers=headers)
    public = json.dumps(sample_service.issuer.jwks()["keys"][0])
    hmac = jwt.encode(claims(), public, algorithm="HS256", headers=headers)
    header = b64(json.dumps({"alg": "none", "kid": kid}).encode())
    unsigned = f"{header}.{b64(json.dumps(claims()).encode())}."
    for token in (forged, confused, hmac, unsigned):
        assert await status(sample_service, token) == 401


async def test_a_token_that_was_touched_is_refused(
    sample_service: Sample, sign: Callable[..., str]
) -> None:
    header, payload, signature = sign(claims()).split(".")
    other = b64(json.dumps(claims(roles=["admin"])).encode())
    doubled = b64(json.dumps(claims())[:-1].encode() + b', "sub": "other"}')
    touched = [
        f"{header}.{other}.{signature}",
        f"{header}.{doubled}.{signature}",
        f"{header}.{payload}.{signature}=",
        f"{header}.{payload}.",
        f"{header}.{payload}",
        f"{header}.{payload}.{signature}.{signature}",
        "a" * 9000,
        "..",
        "{}.{}.{}",
    ]
    for token in touched:
        assert await status(sample_service, token) == 401


async def test_a_service_token_carries_no_user_scopes(sample_service: Sample) -> None:
    token = sample_service.issuer.service_token("cases-worker", ("events:read", "cases:read"))
    async with sample_service.with_token(token) as client:
        assert (await client.get("/v1/events/sample")).status_code == 200
        assert (await client.get("/v1/things")).status_code == 403


async def test_a_silent_provider_is_asked_once_for_all_who_wait() -> None:
    asked = 0

    async def fetch() -> Claims:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0.05)
        raise OSError

    jwks = Jwks(fetch)
    answers = await asyncio.gather(*(jwks.get("kid") for _ in range(20)), return_exceptions=True)
    assert {type(answer) for answer in answers} == {KeysUnavailable}
    assert asked == 1


def test_a_person_whose_organization_stands_deeper_is_no_service(sample_service: Sample) -> None:
    """RFC 9068 gives every access token a `client_id`: what tells a service is that it has no tenant."""
    settings = sample_service.app.state.settings.model_copy(
        update={"organization_claim": "at.work"}
    )
    nested = claims(org=..., at={"work": claims()["org"]}, client_id="web", scope="events:read")
    person = principal_from(nested, settings)
    assert (person.kind, str(person.organization)) == (Kind.USER, claims()["org"])
    assert "events:read" not in person.scopes
