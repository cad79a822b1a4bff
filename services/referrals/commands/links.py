"""The client's answer link: a token kept only as a hash, for one referral, that outlives it by 90 days."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, insert, update

from services.referrals.lifecycle.transitions import Act
from services.referrals.models import answer_link
from shared import clock
from shared.db import Record, execute

LIFE, AFTER_THE_END = timedelta(days=365), timedelta(days=90)
UNREVOKED = (answer_link.c.referral_id == bindparam("p_id")) & answer_link.c.revoked_at.is_(None)
INSERT = insert(answer_link)
CHANGE = update(answer_link).where(UNREVOKED)


def follow_end(connection: Connection, referral: Record, act: Act) -> None:
    """Keep the links in step with a referral that has just moved."""
    if act is Act.VOID:
        execute(connection, CHANGE, {"p_id": referral["id"], "revoked_at": clock.now()})
    else:
        execute(connection, CHANGE, {"p_id": referral["id"], "expires_at": expiry(referral)})


def expiry(referral: Record) -> datetime:
    ended = referral["ended_at"]
    return clock.now() + LIFE if ended is None else ended + AFTER_THE_END


def new_link(connection: Connection, referral: Record) -> str:
    """The token of a new link to the referral's answer page."""
    token = secrets.token_urlsafe(32)
    link = {
        "hash": hash_of(token),
        "organization": referral["organization"],
        "referral_id": referral["id"],
        "created_at": clock.now(),
        "expires_at": expiry(referral),
        "used_count": 0,
    }
    connection.execute(INSERT, link)
    return token


def hash_of(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
