"""The development issuer is verified as any provider is: by its JWKS and its documents."""

import base64
import threading
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from jose import jwk, jws, jwt

from deploy.issuer import (
    AUDIENCE,
    CLIENT_SCOPES,
    ISSUER,
    RECEIVING_ORGANIZATION,
    ROLES,
    SENDING_ORGANIZATION,
    Issuer,
    create_app,
)
from deploy.state import State


@pytest.fixture
def issuer(tmp_path: Path) -> Issuer:
    return Issuer(State(tmp_path / "state"))


@pytest.fixture
def http(issuer: Issuer) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(create_app(issuer))
    return httpx.AsyncClient(transport=transport, base_url="http://issuer.test")


def _verified(token: str, jwks: dict[str, Any]) -> dict[str, Any]:
    key = next(k for k in jwks["keys"] if k["kid"] == jws.get_unverified_header(token)["kid"])
    claims: dict[str, Any] = jwt.decode(
        token, jwk.construct(key, "ES256"), ["ES256"], audience=AUDIENCE, issuer=ISSUER
    )
    return claims


def _ask(client_id: str, secret: str, **more: str) -> dict[str, str]:
    return {
        "grant_type": "client_credentials",
        "client_id": client_id,
        "client_secret": secret,
        **more,
    }


async def test_a_users_token_verifies_with_the_published_keys(
    issuer: Issuer, http: httpx.AsyncClient
) -> None:
    documents = (await http.get("/.well-known/openid-configuration")).json()
    jwks = (await http.get(documents["jwks_uri"])).json()
    token = issuer.user_token("case_manager")
    claims = _verified(token, jwks)
    assert documents["issuer"] == claims["iss"] == ISSUER
    assert jws.get_unverified_header(token)["typ"] == "at+jwt"
    assert claims["roles"] == ["case_manager"]
    assert claims["org"] == str(SENDING_ORGANIZATION)
    assert claims["exp"] - claims["iat"] == 12 * 3600
    assert not {"d", "p", "q"} & jwks["keys"][0].keys(), "a private part was published"


def test_a_person_is_the_same_each_time_and_another_elsewhere(issuer: Issuer) -> None:
    def subject(role: str, organization: UUID | None = None) -> str:
        token = issuer.user_token(role, organization)
        return str(_verified(token, issuer.jwks())["sub"])

    assert subject("case_manager") == subject("case_manager", SENDING_ORGANIZATION)
    assert subject("case_manager") != subject("case_manager", uuid4())
    assert subject("case_manager") != subject("supervisor")


def test_receivers_belong_to_another_organization(issuer: Issuer) -> None:
    claims = _verified(issuer.user_token("receiver"), issuer.jwks())
    assert claims["org"] == str(RECEIVING_ORGANIZATION) != str(SENDING_ORGANIZATION)


def test_what_is_asked_for_is_in_the_token(issuer: Issuer) -> None:
    organization, person = uuid4(), uuid4()
    token = issuer.user_token("supervisor", organization, person, "Ana Ruiz")
    claims = _verified(token, issuer.jwks())
    assert (claims["org"], claims["sub"], claims["name"]) == (
        str(organization),
        str(person),
        "Ana Ruiz",
    )


@pytest.mark.parametrize("client_id", CLIENT_SCOPES)
async def test_a_client_gets_its_scopes_and_no_organization(
    client_id: str, issuer: Issuer, http: httpx.AsyncClient
) -> None:
    answer = await http.post("/token", data=_ask(client_id, issuer.client_secret(client_id)))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    claims = _verified(answer.json()["access_token"], issuer.jwks())
    assert tuple(claims["scope"].split()) == CLIENT_SCOPES[client_id]
    assert claims["client_id"] == client_id
    assert not {"org", "roles"} & claims.keys()


async def test_http_basic_is_accepted(issuer: Issuer, http: httpx.AsyncClient) -> None:
    secret = issuer.client_secret("cases-worker")
    answer = await http.post(
        "/token", data={"grant_type": "client_credentials"}, auth=("cases-worker", secret)
    )
    assert answer.json()["scope"] == "events:read"


async def test_fewer_scopes_may_be_asked_for_but_not_others(
    issuer: Issuer, http: httpx.AsyncClient
) -> None:
    secret = issuer.client_secret("referrals-worker")
    fewer = await http.post("/token", data=_ask("referrals-worker", secret, scope="events:read"))
    other = await http.post("/token", data=_ask("referrals-worker", secret, scope="admin"))
    assert fewer.json()["scope"] == "events:read"
    assert (other.status_code, other.json()) == (400, {"error": "invalid_scope"})


@pytest.mark.parametrize(
    ("client_id", "secret"),
    [("cases-worker", "wrong"), ("cases-worker", ""), ("nobody", "x"), ("", ""), ("é", "é")],
)
async def test_a_wrong_secret_is_refused(
    client_id: str, secret: str, http: httpx.AsyncClient
) -> None:
    answer = await http.post("/token", data=_ask(client_id, secret))
    assert (answer.status_code, answer.json()) == (401, {"error": "invalid_client"})
    assert answer.headers["www-authenticate"].startswith("Basic")


@pytest.mark.parametrize(
    "header",
    ["Basic", "Basic !!!", "Bearer abc", "Basic " + base64.b64encode(b"\xff\xfe").decode()],
)
async def test_a_malformed_authorization_is_refused(header: str, http: httpx.AsyncClient) -> None:
    answer = await http.post(
        "/token",
        data={"grant_type": "client_credentials"},
        headers={"Authorization": header},
    )
    assert (answer.status_code, answer.json()) == (401, {"error": "invalid_client"})


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"grant_type=password", "unsupported_grant_type"),
        (b"", "unsupported_grant_type"),
        (b"grant_type=client_credentials&client_id=a&client_id=b", "invalid_request"),
        (b"\xff", "invalid_request"),
        (b"&".join(b"f%d=1" % n for n in range(50)), "invalid_request"),
    ],
)
async def test_a_malformed_request_is_refused(
    body: bytes, error: str, http: httpx.AsyncClient
) -> None:
    answer = await http.post("/token", content=body)
    assert (answer.status_code, answer.json()) == (400, {"error": error})


def test_keys_outlive_the_process_and_are_private(tmp_path: Path) -> None:
    first, second = (Issuer(State(tmp_path / "state")) for _ in range(2))
    assert _verified(first.user_token("auditor"), second.jwks())
    assert second.client_secret("cases-api") == first.client_secret("cases-api")
    modes = {p.stat().st_mode & 0o777 for p in (tmp_path / "state" / "secrets").iterdir()}
    assert modes == {0o600}
    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700


def test_two_that_ask_first_at_once_get_one_secret(tmp_path: Path) -> None:
    state = State(tmp_path / "state")
    both_have_made_one = threading.Barrier(2)
    got: list[str] = []

    def make(value: str) -> str:
        both_have_made_one.wait(10)
        return value

    def ask(value: str) -> None:
        got.append(state.secret("contended", lambda: make(value)))

    threads = [threading.Thread(target=ask, args=(value,)) for value in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(got)) == 1


def test_every_role_has_a_token(issuer: Issuer) -> None:
    assert {_verified(issuer.user_token(r), issuer.jwks())["roles"][0] for r in ROLES} == {*ROLES}
