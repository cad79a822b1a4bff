"""A person's calendar feed: a secret address of their own, kept only as a hash, one at a time."""

import secrets

from sqlalchemy import Connection, bindparam, insert, update

from services.referrals.commands.links import hash_of
from services.referrals.models import calendar_feed
from services.referrals.queries.feeds import Sides
from shared import audit, clock
from shared.auth import Principal
from shared.db import Record, execute

INSERT = insert(calendar_feed)
REVOKE = (
    update(calendar_feed)
    .where(
        calendar_feed.c.organization == bindparam("p_organization"),
        calendar_feed.c.subject == bindparam("p_subject"),
        calendar_feed.c.revoked_at.is_(None),
    )
    .values(revoked_at=bindparam("p_now"))
)


def new_feed(connection: Connection, caller: Principal, public_url: str) -> Record:
    """The address of a new feed of the caller's; the one before is dead."""
    _revoke(connection, caller)
    token = secrets.token_urlsafe(32)
    feed = {
        "hash": hash_of(token),
        "organization": caller.tenant,
        "subject": caller.subject,
        "side": _sides(caller),
        "created_at": clock.now(),
    }
    connection.execute(INSERT, feed)
    audit.record(connection, "feed.create", [caller.subject])
    return {"url": f"{public_url}/feeds/{token}.ics"}


def revoke(connection: Connection, caller: Principal) -> Record:
    revoked = _revoke(connection, caller)
    audit.record(connection, "feed.revoke", [caller.subject])
    return {"revoked": revoked}


def _revoke(connection: Connection, caller: Principal) -> bool:
    whose = {"p_organization": caller.tenant, "p_subject": caller.subject}
    return execute(connection, REVOKE, {**whose, "p_now": clock.now()}) > 0


def _sides(caller: Principal) -> Sides:
    if "referrals:receive" not in caller.scopes:
        return Sides.SENDER
    return Sides.BOTH if "referrals:write" in caller.scopes else Sides.RECEIVER
