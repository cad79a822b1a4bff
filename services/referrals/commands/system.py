"""What the system does to referrals because of what happened to a case, a need or a consent."""

from uuid import UUID

from sqlalchemy import Connection, bindparam, select

from services.referrals.commands import receiver_links
from services.referrals.commands.moving import SYSTEM, Details, close_packet, move
from services.referrals.commands.reminding import remind
from services.referrals.lifecycle.reasons import Reason
from services.referrals.lifecycle.transitions import Act, Party
from services.referrals.models import referral
from shared import audit
from shared.db import Record, fetch
from shared.schemas.referrals import LIVE, ReferralStatus

UNSENT = referral.c.status.in_([ReferralStatus.DRAFT, ReferralStatus.PENDING_APPROVAL])
OF_NEED = (
    select(referral).where(referral.c.need_id == bindparam("p_need"), UNSENT).with_for_update()
)
OF_CASE = (
    select(referral).where(referral.c.case_id == bindparam("p_case"), UNSENT).with_for_update()
)
LIVING = referral.c.status.in_([*LIVE])
OF_CLIENT = (
    select(referral)
    .where(referral.c.client_id == bindparam("p_client"), UNSENT | LIVING)
    .with_for_update()
)
LIVE_OF_CASE = (
    select(referral).where(referral.c.case_id == bindparam("p_case"), LIVING).with_for_update()
)
ONE = select(referral).where(referral.c.id == bindparam("p_id")).with_for_update()


def discard_for_need(connection: Connection, need_id: UUID) -> None:
    """Nothing is asked for a need that is no longer open."""
    _discard(connection, fetch(connection, OF_NEED, p_need=need_id), Reason.CLIENT_NO_LONGER_NEEDS)


def end_for_client(connection: Connection, client_id: UUID) -> None:
    """The client died: drafts go, and nobody works on what is live, with a packet or without."""
    for row in fetch(connection, OF_CLIENT, p_client=client_id):
        act = Act.WITHDRAW_NOW if row["status"] in LIVE else Act.DISCARD
        move(connection, row, act, SYSTEM, Details(reason=Reason.DECEASED))
        audit.record(connection, f"referral.{act}", [row["id"]], basis="system")


def end_case(connection: Connection, case_id: UUID) -> None:
    """Drafts go; of what a receiver still works on, somebody must say what becomes of it."""
    _discard(connection, fetch(connection, OF_CASE, p_case=case_id), Reason.CLIENT_NO_LONGER_NEEDS)
    for row in fetch(connection, LIVE_OF_CASE, p_case=case_id):
        remind(connection, row, Party.SUPERVISOR, "case_over")
        audit.record(connection, "referral.remind", [row["id"]], basis="system")


def _discard(connection: Connection, rows: list[Record], reason: Reason) -> None:
    for row in rows:
        move(connection, row, Act.DISCARD, SYSTEM, Details(reason=reason))
        audit.record(connection, "referral.discard", [row["id"]], basis="system")


def close_disclosure(connection: Connection, referral_id: UUID, reason: str) -> None:
    """The consent is gone: the packet closes in every status, and a live referral ends.

    Where its time has merely run out, the work goes on without the packet, and the worker is told.
    """
    for row in fetch(connection, ONE, p_id=referral_id):
        # After the row is locked: a sending under way has frozen its packet by then, or finds this.
        was_open = close_packet(connection, referral_id, reason)
        ends = Reason.DECEASED if reason == Reason.DECEASED else Reason.CONSENT_REVOKED
        if row["status"] in LIVE and reason == "expired":
            if was_open:
                remind(connection, row, Party.WORKER, "consent_expired")
        elif row["status"] in LIVE:
            move(connection, row, Act.WITHDRAW_NOW, SYSTEM, Details(reason=ends))
        elif row["status"] in (ReferralStatus.DRAFT, ReferralStatus.PENDING_APPROVAL):
            move(connection, row, Act.DISCARD, SYSTEM, Details(reason=ends))
        elif was_open:
            receiver_links.end(connection, row, told=True)
        audit.record(connection, "packet.close", [referral_id], basis="system")
