"""Accepting, also after expiry: late is better than never, while it is still wanted and consented to."""

from uuid import UUID

from sqlalchemy import Connection, bindparam, select

from services.referrals.commands.acting import judged, on_record
from services.referrals.commands.moving import Actor, Details, move
from services.referrals.commands.relations import CASE_OVER, NEED_WANTS, STANDING
from services.referrals.commands.sending import LOCK_CLIENT
from services.referrals.errors import NotYet, TooLate
from services.referrals.lifecycle.transitions import Act
from services.referrals.models import referral
from services.referrals.queries import referrals
from shared.auth import Principal
from shared.db import Record, fetch_one, within
from shared.schemas.disclosures import DisclosureStanding
from shared.schemas.referrals import LIVE, ReferralStatus

OTHER = select(referral.c.id).where(
    referral.c.need_id == bindparam("p_need"),
    referral.c.id != bindparam("p_id"),
    referral.c.status.in_([*LIVE]),
)


def expired(connection: Connection, caller: Principal, referral_id: UUID) -> Record | None:
    """The referral, when accepting it is late: cases must say first that its consent stands."""
    row = referrals.lock(connection, caller, referral_id)
    return row if row["status"] == ReferralStatus.EXPIRED else None


def check_consent(standing: DisclosureStanding) -> None:
    if not standing.stands:
        raise TooLate("The consent no longer stands.", code=f"consent_{standing.reason}")


def accept(
    connection: Connection, caller: Principal, referral_id: UUID, details: Details, consented: bool
) -> Record:
    """`consented`: cases has just said that the disclosure stands."""
    row, actor = judged(connection, caller, referral_id, Act.ACCEPT)
    take_on(connection, row, actor, details, consented=consented)
    return on_record(connection, caller, referral_id, Act.ACCEPT)


def take_on(
    connection: Connection, row: Record, by: Actor, details: Details, *, consented: bool
) -> None:
    """The receiver's yes to a locked referral, whoever brings it."""
    if row["status"] == ReferralStatus.EXPIRED:
        if not consented:
            raise NotYet("It has just expired: try again.", code="changed_meanwhile")
        _still_wanted(connection, row)
    move(connection, row, Act.ACCEPT, by, details)


def _still_wanted(connection: Connection, row: Record) -> None:
    # Only the sender's side knows; the receiver learns no more than the code.
    with within(connection, row["organization"]):
        # Two that are accepted late, or one and another that is sent, are judged one after the other.
        connection.execute(LOCK_CLIENT, {"p_client": str(row["client_id"])})
        need = fetch_one(connection, STANDING, p_need=row["need_id"])
        other = fetch_one(connection, OTHER, p_need=row["need_id"], p_id=row["id"])
    if need is None or need["status"] not in NEED_WANTS:
        raise TooLate("The need is no longer open.", code="need_not_open")
    if need["of_case"] in CASE_OVER:
        raise TooLate("The case is over.", code="case_not_open")
    if other is not None:
        raise TooLate("The client was referred elsewhere since.", code="referred_elsewhere")
