"""Every event that crosses a service boundary, and the envelope it travels in.

An event carries ids, codes, versions and times; never personal data. `*.standing` events tell the whole
standing of their subject with its `version`: a consumer keeps the newest, so that a repeat is harmless.
"""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from shared.schemas.referrals import LoopResult, ReferralStatus
from shared.schemas.strict import Answer


class Event(Answer):
    """Base of the contracts. `type` is stable; `subject_id` is what the event is about."""

    type: ClassVar[str]

    @property
    def subject_id(self) -> UUID:
        raise NotImplementedError


class CaseStanding(Event):
    """Who may see a case: everything referrals needs to judge it."""

    type = "cases.case.standing"

    case_id: UUID
    client_id: UUID
    version: int
    status: str
    owner_id: UUID | None
    team_id: UUID | None
    named: list[UUID]
    """The care team, and whoever is named on a restricted record."""
    restricted: bool

    @property
    def subject_id(self) -> UUID:
        return self.case_id


class StaffStanding(Event):
    """A member of staff's teams and the people who supervise them, as of now."""

    type = "cases.staff.standing"

    staff_id: UUID
    version: int
    active: bool
    teams: list[UUID]
    supervisors: list[UUID]

    @property
    def subject_id(self) -> UUID:
        return self.staff_id


class NeedStanding(Event):
    type = "cases.need.standing"

    need_id: UUID
    case_id: UUID
    version: int
    status: str

    @property
    def subject_id(self) -> UUID:
        return self.need_id


class ClientDied(Event):
    """Nothing more is asked for the client, or of them."""

    type = "cases.client.died"

    client_id: UUID

    @property
    def subject_id(self) -> UUID:
        return self.client_id


class DisclosureClosed(Event):
    """A disclosure no longer stands: the packet closes to its receiver at once."""

    type = "cases.disclosure.closed"

    disclosure_id: UUID
    referral_id: UUID
    reason: str

    @property
    def subject_id(self) -> UUID:
        return self.disclosure_id


class ServiceUpserted(Event):
    type = "resources.service.upserted"

    service_id: UUID

    @property
    def subject_id(self) -> UUID:
        return self.service_id


class ServiceDeleted(Event):
    type = "resources.service.deleted"

    service_id: UUID

    @property
    def subject_id(self) -> UUID:
        return self.service_id


class ReferralStanding(Event):
    """Where a referral stands: what cases needs to move a need and propose a step."""

    type = "referrals.referral.standing"

    referral_id: UUID
    version: int
    case_id: UUID
    client_id: UUID
    need_id: UUID
    step_id: UUID | None
    service_id: UUID
    status: ReferralStatus
    loop: LoopResult

    @property
    def subject_id(self) -> UUID:
        return self.referral_id


class ReceivedStanding(Event):
    """The same for the receiver's own systems: what it may know, without client, case or need."""

    type = "referrals.received.standing"

    referral_id: UUID
    version: int
    receiver_id: UUID
    service_id: UUID
    status: ReferralStatus

    @property
    def subject_id(self) -> UUID:
        return self.referral_id


class CapacityStanding(Event):
    """How many places a receiver has for a service, and how many are taken; counts only."""

    type = "referrals.capacity.standing"

    capacity_id: UUID
    receiver_id: UUID
    service_id: UUID
    version: int
    places: int
    taken: int
    as_of: datetime

    @property
    def subject_id(self) -> UUID:
        return self.capacity_id


class ListingFlagged(Event):
    """Referrals found that a listing may be wrong: its service ended, it is silent, or disconnected."""

    type = "referrals.listing.flagged"

    service_id: UUID
    reason: str
    """`service_ended`, `silent` (several referrals expired in a row) or `disconnected` (mail bounced)."""
    referral_id: UUID
    at: datetime

    @property
    def subject_id(self) -> UUID:
        return self.service_id


class Envelope(Answer):
    """CloudEvents 1.0, structured JSON. `organization` and `cursor` are our extension attributes."""

    specversion: str = "1.0"
    id: UUID
    source: str
    type: str
    subject: UUID
    time: datetime
    datacontenttype: str = "application/json"
    organization: UUID | None = None
    cursor: str
    """Where the log goes on after this event. Ours, like `organization`."""
    data: dict[str, Any]


class EventPage(Answer):
    """Some events in order. Ask again with `cursor` as `after`."""

    items: list[Envelope]
    cursor: str
