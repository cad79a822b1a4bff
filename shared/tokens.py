"""Verification of bearer tokens against an OIDC provider's JWKS: the only importer of jose.

python-jose by itself accepts an HMAC made with a public key, unknown critical headers, string times
and any `kid`. Here a key is chosen by `kid`, has one algorithm, and everything else is refused.
"""

import asyncio
import binascii
import json
import re
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Awaitable, Callable
from typing import Any

from jose import jwk, jws
from jose.exceptions import JOSEError

from shared import clock
from shared.errors import NeighbourUnavailable

KEY_TYPES = {"RS256": "RSA", "ES256": "EC"}
TYPES = {"at+jwt", "jwt"}
FORBIDDEN_HEADERS = {"crit", "b64", "zip", "jwk", "jku", "x5u", "x5c"}
BASE64URL = re.compile(rb"^[A-Za-z0-9_-]*$")
MAX_LENGTH = 8192
LEEWAY = 5
Claims = dict[str, Any]
Fetch = Callable[[], Awaitable[dict[str, Any]]]


class TokenRefused(Exception):  # noqa: N818 - named for what happened
    """The token proves nothing. The message is a code for logs, never for the caller."""


class KeysUnavailable(NeighbourUnavailable):
    """No token can be judged, good or bad: nobody is logged out for that."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise TokenRefused("duplicate-member")
    return members


def _decoded(part: bytes) -> bytes:
    if not BASE64URL.match(part):
        raise TokenRefused("encoding")
    try:
        raw = urlsafe_b64decode(part + b"=" * (-len(part) % 4))
    except (binascii.Error, ValueError):
        raise TokenRefused("encoding") from None
    if urlsafe_b64encode(raw).rstrip(b"=") != part:
        raise TokenRefused("encoding")
    return raw


def _usable(key: dict[str, Any]) -> tuple[str, Any] | None:
    """The algorithm and key of a JWKS member, or None for one that we do not take."""
    algorithm = key.get("alg") or {"RSA": "RS256", "EC": "ES256"}.get(key.get("kty", ""))
    if algorithm not in KEY_TYPES or KEY_TYPES[algorithm] != key.get("kty"):
        return None
    if key.get("use", "sig") != "sig" or not key.get("kid"):
        return None
    if key["kty"] == "RSA" and len(_decoded(key["n"].encode())) < 256:
        return None
    if key["kty"] == "EC" and key.get("crv") != "P-256":
        return None
    public = {name: key[name] for name in ("kty", "n", "e", "crv", "x", "y") if name in key}
    return algorithm, jwk.construct(public, algorithm)


class Jwks:
    """A provider's keys, fetched when old or when a new `kid` appears, at most every 10 seconds."""

    TTL, COOLDOWN, MAX_STALE = 300.0, 10.0, 3600.0

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._keys: dict[str, tuple[str, Any]] = {}
        self._loaded = self._tried = float("-inf")
        self._lock = asyncio.Lock()

    async def get(self, kid: str) -> tuple[str, Any]:
        if kid not in self._keys or time.monotonic() - self._loaded > self.TTL:
            await self._refresh()
        if time.monotonic() - self._loaded > self.MAX_STALE:
            raise KeysUnavailable("The identity provider did not answer.")
        try:
            return self._keys[kid]
        except KeyError:
            raise TokenRefused("unknown-kid") from None

    async def _refresh(self) -> None:
        async with self._lock:
            if time.monotonic() - self._tried < self.COOLDOWN:
                return
            try:
                async with asyncio.timeout(3):
                    document = await self._fetch()
                usable = {k["kid"]: key for k in document["keys"] if (key := _usable(k))}
            except Exception:  # whatever the provider did, the old keys stay in force
                # Without any keys it is asked again sooner, but not by each who waited for this.
                soon = 0.0 if self._keys else self.COOLDOWN - 1
                self._tried = time.monotonic() - soon
                return
            self._tried = time.monotonic()
            if usable:
                self._keys, self._loaded = usable, time.monotonic()


class Verifier:
    """Checks a token's form, signature, times, issuer and audience."""

    def __init__(self, jwks: Jwks, issuer: str, audience: str, max_age: int) -> None:
        self._jwks, self._issuer, self._audience, self._max_age = jwks, issuer, audience, max_age

    async def verify(self, token: str) -> Claims:
        """The claims of a good token; raises `TokenRefused`."""
        try:
            return await self._verify(token)
        except (JOSEError, ValueError, TypeError, KeyError, UnicodeError, RecursionError) as error:
            raise TokenRefused(type(error).__name__) from None

    async def _verify(self, token: str) -> Claims:
        parts = token.encode("ascii").split(b".")
        if len(token) > MAX_LENGTH or len(parts) != 3:
            raise TokenRefused("size")
        algorithm, key = await self._key(parts[0])
        _decoded(parts[1]), _decoded(parts[2])
        # A key object, and one algorithm: nothing for jose to guess.
        payload = jws.verify(token, key, algorithms=[algorithm])
        claims = json.loads(payload, object_pairs_hook=_unique)
        if not isinstance(claims, dict):
            raise TokenRefused("claims")
        self._check_times(claims)
        self._check_parties(claims)
        return claims

    async def _key(self, part: bytes) -> tuple[str, Any]:
        header = json.loads(_decoded(part), object_pairs_hook=_unique)
        if not isinstance(header, dict) or FORBIDDEN_HEADERS & header.keys():
            raise TokenRefused("header")
        if str(header.get("typ", "jwt")).lower() not in TYPES:
            raise TokenRefused("typ")
        if not isinstance(header.get("kid"), str):
            raise TokenRefused("kid")
        algorithm, key = await self._jwks.get(header["kid"])
        if header.get("alg") != algorithm:
            raise TokenRefused("alg")
        return algorithm, key

    def _check_times(self, claims: Claims) -> None:
        if any(type(claims.get(name, 0)) is not int for name in ("exp", "iat", "nbf")):
            raise TokenRefused("time")
        now = clock.now().timestamp()
        expires, issued = claims["exp"], claims["iat"]
        if expires <= now - LEEWAY or expires - issued > self._max_age:
            raise TokenRefused("expired")
        if max(issued, claims.get("nbf", 0)) > now + LEEWAY:
            raise TokenRefused("not-yet")

    def _check_parties(self, claims: Claims) -> None:
        if claims.get("iss") != self._issuer:
            raise TokenRefused("iss")
        if not isinstance(claims.get("sub"), str) or not 0 < len(claims["sub"]) <= 255:
            raise TokenRefused("sub")
        audience = claims.get("aud")
        audiences = [audience] if isinstance(audience, str) else audience
        if not isinstance(audiences, list) or self._audience not in audiences:
            raise TokenRefused("aud")
