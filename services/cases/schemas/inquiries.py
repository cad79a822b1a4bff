"""Inquiries that came from outside, as whoever takes them reads them."""

from datetime import datetime
from uuid import UUID

from shared.schemas.strict import Answer


class PossibleDuplicate(Answer):
    """`matched`: what they have in common. `readable` when the caller may open the record."""

    client_id: UUID
    matched: list[str]
    readable: bool


class InquiryRecord(Answer):
    """`source_id`: the request or referral that it came with, known to referrals."""

    case_id: UUID
    client_id: UUID
    source: str
    source_id: UUID
    possible_duplicates: list[PossibleDuplicate]
    created_at: datetime
