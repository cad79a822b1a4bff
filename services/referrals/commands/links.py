"""The client's answer link: a token kept only as a hash, for one referral, that outlives it by 90 days."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, insert, update

from services.referrals.lifecycle.transitions import Act
from services.referrals.models import answer_link
from shared import clock
from shared.db import Record, execute, within

LIFE, AFTER_THE_END = timedelta(days=365), timedelta(days=90)
UNREVOKED = (answer_link.c.referral_id == bindparam("p_id")) & answer_link.c.revoked_at.is_(None)
INSERT = insert(answer_link)
CHANGE = update(answer_link).where(UNREVOKED)
REVOKE = update(answer_link).where(answer_link.c.hash == bindparam("p_hash"))


def follow(connection: Connection, before: Record, referral: Record, act: Act) -> None:
    """Keep the links in step with a referral that has just ended, or begun again."""
    if act is Act.VOID:
        change = {"revoked_at": clock.now()}
    elif before["ended_at"] != referral["ended_at"]:
        change = {"expires_at": expiry(referral)}
    else:
        return
    with within(connection, referral["organization"]):
        execute(connection, CHANGE, {"p_id": referral["id"], **change})


def expiry(referral: Record) -> datetime:
    ended = referral["ended_at"]
    return clock.now() + LIFE if ended is None else ended + AFTER_THE_END


def new_link(connection: Connection, referral: Record, language: str | None = None) -> str:
    """The token of a new link to the referral's answer page, which opens in `language`."""
    token = secrets.token_urlsafe(32)
    link = {
        "hash": hash_of(token),
        "organization": referral["organization"],
        "referral_id": referral["id"],
        "created_at": clock.now(),
        "expires_at": expiry(referral),
        "language": language,
        "used_count": 0,
    }
    connection.execute(INSERT, link)
    return token


def revoke(connection: Connection, token: str) -> None:
    execute(connection, REVOKE, {"p_hash": hash_of(token), "revoked_at": clock.now()})


def hash_of(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
