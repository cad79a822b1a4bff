"""Consent: its states, and the one pure function that says whether it covers a disclosure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID


class ConsentStatus(StrEnum):
    DRAFT = "draft"
    ACTIVE = "active"
    REFUSED = "refused"
    EXPIRED = "expired"
    REVOKED = "revoked"


class ConsentAction(StrEnum):
    ACTIVATE = "activate"
    REFUSE = "refuse"
    REVOKE = "revoke"
    EXPIRE = "expire"


class RecipientKind(StrEnum):
    RECEIVER = "receiver"
    ORGANIZATION = "organization"
    ANY_AGREED = "any_agreed"


S, A = ConsentStatus, ConsentAction
TRANSITIONS: dict[tuple[ConsentStatus, ConsentAction], ConsentStatus] = {
    (S.DRAFT, A.ACTIVATE): S.ACTIVE,
    (S.DRAFT, A.REFUSE): S.REFUSED,
    (S.ACTIVE, A.REVOKE): S.REVOKED,
    (S.ACTIVE, A.EXPIRE): S.EXPIRED,
}


@dataclass(frozen=True)
class Recipient:
    """To whom something would be told."""

    receiver_id: UUID
    organization_id: UUID | None
    agreed: bool
    """An agreement with them is in force."""


def in_force(consent: dict[str, Any], today: date) -> bool:
    """Judged at read time too: a clock that is late opens nothing."""
    period: bool = consent["starts_on"] <= today <= consent["expires_on"]
    return consent["status"] == S.ACTIVE and period


def names(consent: dict[str, Any], recipient: Recipient) -> bool:
    match RecipientKind(consent["recipient_kind"]):
        case RecipientKind.RECEIVER:
            return bool(consent["recipient_id"] == recipient.receiver_id)
        case RecipientKind.ORGANIZATION:
            known = recipient.organization_id is not None
            return known and bool(consent["recipient_id"] == recipient.organization_id)
        case RecipientKind.ANY_AGREED:
            return recipient.agreed


def missing_classes(
    consents: Iterable[dict[str, Any]], recipient: Recipient, classes: set[str], today: date
) -> tuple[dict[str, Any] | None, set[str]]:
    """The consent that covers all of `classes`, or the fewest that none covers. Never narrowed."""
    best: tuple[dict[str, Any] | None, set[str]] = (None, classes)
    for consent in consents:
        if not in_force(consent, today) or not names(consent, recipient):
            continue
        left = classes - set(consent["classes"])
        if not left:
            return consent, left
        if len(left) < len(best[1]):
            best = (None, left)
    return best
