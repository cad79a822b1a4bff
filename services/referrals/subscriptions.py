"""What referrals does when cases tells that something changed. Each effect is harmless when repeated."""

from uuid import UUID

from sqlalchemy import Connection

from services.referrals.commands import relations, system
from services.referrals.commands.relations import CASE_OVER, NEED_WANTS
from shared.events.contracts import (
    CaseStanding,
    ClientDied,
    DisclosureClosed,
    Event,
    NeedStanding,
    StaffStanding,
)
from shared.events.reader import Effect


def on_case(connection: Connection, organization: UUID | None, case: CaseStanding) -> None:
    assert organization is not None
    if relations.keep_case(connection, organization, case) and case.status in CASE_OVER:
        system.end_case(connection, case.case_id)


def on_death(connection: Connection, _: UUID | None, died: ClientDied) -> None:
    system.end_for_client(connection, died.client_id)


def on_staff(connection: Connection, organization: UUID | None, staff: StaffStanding) -> None:
    assert organization is not None
    relations.keep_staff(connection, organization, staff)


def on_need(connection: Connection, organization: UUID | None, need: NeedStanding) -> None:
    assert organization is not None
    if relations.keep_need(connection, organization, need) and need.status not in NEED_WANTS:
        system.discard_for_need(connection, need.need_id)


def on_disclosure(connection: Connection, _: UUID | None, closed: DisclosureClosed) -> None:
    system.close_disclosure(connection, closed.referral_id, closed.reason)


CASES: dict[type[Event], Effect] = {
    CaseStanding: on_case,
    ClientDied: on_death,
    StaffStanding: on_staff,
    NeedStanding: on_need,
    DisclosureClosed: on_disclosure,
}
"""The effects of the cases log."""
