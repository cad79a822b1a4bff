"""What referrals asks of cases: may this be disclosed to that receiver, does it still stand, and how
may the client be asked."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from shared.schemas.needs import NeedCategory
from shared.schemas.strict import Answer, Day, Language, Line, Request, Text


class DataClass(StrEnum):
    """Classes of data: what a consent opens and a packet carries (domain.md)."""

    IDENTITY = "identity"
    CONTACT = "contact"
    HOUSEHOLD = "household"
    IDENTIFIERS = "identifiers"
    SAFETY = "safety"
    HEALTH = "health"
    DISABILITY = "disability"
    MENTAL_HEALTH = "mental_health"
    SUBSTANCE_USE = "substance_use"
    VICTIM_SERVICES = "victim_services"
    IMMIGRATION = "immigration"
    JUSTICE = "justice"
    FINANCE = "finance"
    BENEFITS = "benefits"
    EDUCATION = "education"
    WORK = "work"


class ReferableNeed(Answer):
    """A need as the sender's referral needs it, and who may see its case. Never the client's words."""

    need_id: UUID
    case_id: UUID
    client_id: UUID
    category: NeedCategory
    need_status: str
    case_status: str
    case_version: int
    owner_id: UUID | None
    team_id: UUID | None
    named: list[UUID]
    restricted: bool


class DisclosureRequest(Request):
    """Judge, record and hand over, in one transaction. Idempotent by referral while consent stands."""

    referral_id: UUID
    organization_id: UUID
    """The sending organization, which holds the case."""
    need_id: UUID
    recipient_id: UUID
    """The receiver, as a consent names it."""
    recipient_name: Line
    recipient_organization_id: UUID | None
    """The receiver's tenant organization, when it is one."""
    classes: list[DataClass] = Field(min_length=1, max_length=16)


class Packet(Answer):
    """The fields frozen at sending, by class of data; only classes the consent names."""

    classes: dict[DataClass, dict[str, Any]]


class Disclosure(Answer):
    id: UUID
    referral_id: UUID
    consent_id: UUID
    classes: list[DataClass]
    decided_at: datetime
    expires_on: date | None
    packet: Packet


class DisclosurePreview(Answer):
    """What `DisclosureRequest` would get now; nothing is recorded.

    `reason` when it is not permitted: `case_ended`, `need_not_open`, `deceased`, `agreement_expired`,
    or `consent_missing`, where `missing` names the classes. `age` in years, if identity may be told.
    """

    permitted: bool
    missing: list[DataClass]
    reason: str | None = None
    consent_id: UUID | None = None
    expires_on: date | None = None
    packet: Packet | None = None
    age: int | None = None
    language: Language


class DisclosureStanding(Answer):
    """`reason` when it does not stand: `revoked`, `expired`, `closed`."""

    id: UUID
    stands: bool
    reason: str | None = None


class ContactDecision(Answer):
    """How the client may be asked whether they got help; decided by the safe-contact policy.

    `channel` is `email`, `text`, `phone` (a person calls) or `none` with a `reason`
    (`deceased`, `contact_prohibited`, `refused`, `no_safe_channel`). Outside the hours that the client
    agreed to, `not_before` says when they may be reached. `leave_message`: a call may leave one.
    """

    channel: str
    address: str | None = None
    language: Language = "en"
    reason: str | None = None
    not_before: datetime | None = None
    leave_message: bool = False


class NewInquiry(Request):
    """A person who asks for help, or whom another organization sent: an inquiry of `organization_id`.

    Made by referrals in its own name. The same `source_id` again answers the same inquiry.
    """

    organization_id: UUID
    source: Literal["self_referral", "referral"]
    source_id: UUID
    given_name: Line
    family_name: Line
    birth_date: Day | None = None
    language: Language = "en"
    email: Line | None = None
    phone: Line | None = None
    category: NeedCategory
    words: Text | None = None


class Inquiry(Answer):
    """The case that was begun, and its client, both in the receiving organization's own records."""

    case_id: UUID
    client_id: UUID
