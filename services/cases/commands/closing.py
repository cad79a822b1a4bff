"""Disclosures that no longer stand: closed here, and told to the neighbours in the same transaction."""

from uuid import UUID

from sqlalchemy import Connection, bindparam, update

from services.cases.models import DISCLOSURE
from shared import clock
from shared.db import Record, fetch
from shared.events.contracts import DisclosureClosed
from shared.events.log import publish

_CLOSE = (
    update(DISCLOSURE)
    .where(DISCLOSURE.c.closed_at.is_(None))
    .values(
        closed_at=bindparam("p_at"),
        closed_reason=bindparam("p_reason"),
        version=DISCLOSURE.c.version + 1,
    )
    .returning(DISCLOSURE.c.id, DISCLOSURE.c.referral_id, DISCLOSURE.c.organization)
)
OF_CONSENT = _CLOSE.where(DISCLOSURE.c.consent_id == bindparam("p_consent"))
OF_CLIENT = _CLOSE.where(DISCLOSURE.c.client_id == bindparam("p_client"))


def close_for_consent(connection: Connection, consent_id: UUID, reason: str) -> None:
    """The consent ended; its row is locked by the caller."""
    at = clock.now()
    closed = fetch(connection, OF_CONSENT, p_consent=consent_id, p_at=at, p_reason=reason)
    _tell(connection, closed, reason)


def close_for_client(connection: Connection, client_id: UUID, reason: str) -> None:
    """Nothing more is told about the client to anybody."""
    at = clock.now()
    closed = fetch(connection, OF_CLIENT, p_client=client_id, p_at=at, p_reason=reason)
    _tell(connection, closed, reason)


def _tell(connection: Connection, closed: list[Record], reason: str) -> None:
    for row in closed:
        event = DisclosureClosed(
            disclosure_id=row["id"], referral_id=row["referral_id"], reason=reason
        )
        publish(connection, row["organization"], event)
