"""Consents, and the account of what was disclosed under them."""

from datetime import date, datetime
from enum import StrEnum
from typing import Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from services.cases.lifecycle.consent import ConsentStatus, RecipientKind
from shared import clock
from shared.schemas.disclosures import DataClass
from shared.schemas.strict import Action, Answer, Code, Day, Language, Line, Request


class Method(StrEnum):
    SIGNED = "signed"
    VERBAL = "verbal"


class Given(Request):
    """How the client agreed. A verbal consent needs a witness."""

    method: Method
    witness: Line | None = None
    language: Language = "en"

    @model_validator(mode="after")
    def witnessed(self) -> Self:
        if self.method is Method.VERBAL and self.witness is None:
            raise ValueError("a verbal consent needs a witness")
        return self


class NewConsent(Request):
    """A draft, or active at once with `given`. Never a condition of service."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "classes": ["identity", "contact"],
                    "recipient_kind": "receiver",
                    "recipient_id": "0f8b1c8e-8f0e-4a58-9d63-5f5b5d0b6d11",
                    "recipient_name": "Harbour Shelter",
                    "purpose": "Referral for housing",
                    "expires_on": "2027-12-31",
                    "given": {"method": "signed"},
                }
            ]
        }
    )

    classes: list[DataClass] = Field(min_length=1, max_length=16)
    recipient_kind: RecipientKind
    recipient_id: UUID | None = None
    recipient_name: Line | None = None
    purpose: Line
    starts_on: Day | None = None
    expires_on: Day
    given: Given | None = None

    @model_validator(mode="after")
    def names_its_recipient(self) -> Self:
        if (self.recipient_kind is RecipientKind.ANY_AGREED) is (self.recipient_id is not None):
            raise ValueError("recipient_id is needed, but not for any_agreed")
        return self

    @model_validator(mode="after")
    def is_not_over(self) -> Self:
        if self.expires_on < (self.starts_on or clock.now().date()):
            raise ValueError("expires_on is before the consent begins")
        return self


class Refusal(Request):
    """Refused without penalty."""


class Revocation(Request):
    reason: Code = Field(default="client_asked", examples=["client_asked"])


class Consent(Answer):
    """`in_force` is judged now: a consent past its date is not, whatever its status says."""

    id: UUID
    client_id: UUID
    case_id: UUID
    status: ConsentStatus
    in_force: bool
    classes: list[DataClass]
    recipient_kind: RecipientKind
    recipient_id: UUID | None
    recipient_name: str | None
    purpose: str
    starts_on: date
    expires_on: date
    method: Method | None
    witness: str | None
    language: str | None
    decided_at: datetime | None
    revoked_at: datetime | None
    created_at: datetime
    version: int
    actions: list[Action]


class DisclosureRecord(Answer):
    """One line of the account of disclosures: what was told to whom, when, under which consent."""

    id: UUID
    referral_id: UUID
    consent_id: UUID
    recipient_id: UUID
    recipient_name: str
    classes: list[DataClass]
    decided_at: datetime
    decided_by: UUID
    closed_at: datetime | None
    closed_reason: str | None
    created_at: datetime


class ContactRequest(Request):
    """Asked by referrals before anything reaches the client: an outcome, appointment or calendar."""

    organization_id: UUID
    purpose: Code = Field(examples=["outcome"])
