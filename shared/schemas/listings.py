"""What referrals asks the directory about a listing before sending a person there."""

from datetime import datetime
from uuid import UUID

from shared.schemas.strict import Answer


class ListingStanding(Answer):
    """Whether a service takes referrals now, and who answers for it.

    `accepts_referrals` is false with a reason code: `not_active`, `not_accepting`, `deleted`.
    `open_now` and `next_opening` (UTC) come from its schedules; null where it has none.
    """

    service_id: UUID
    name: str
    status: str
    accepts_referrals: bool
    reasons: list[str]
    organization_id: UUID | None
    organization_name: str | None
    email: str | None
    phone: str | None
    open_now: bool | None
    next_opening: datetime | None
    verified_at: datetime | None
