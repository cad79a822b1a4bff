"""Accepting, also after expiry: late is better than never, while it is still wanted and consented to."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy import Connection, any_, bindparam, select

from services.referrals.commands.acting import judged, on_record
from services.referrals.commands.first_contact import met
from services.referrals.commands.guards import check
from services.referrals.commands.moving import Actor, Details, move
from services.referrals.commands.relations import CASE_OVER, NEED_WANTS, STANDING
from services.referrals.commands.sending import LOCK_CLIENT
from services.referrals.errors import NotYet, TooLate
from services.referrals.lifecycle.transitions import Act
from services.referrals.models import hand_off, referral
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


# A hand-over before the answer, at which the receiver met the client.
MET = (
    select(hand_off.c.id)
    .where(
        hand_off.c.referral_id == bindparam("p_id"),
        hand_off.c.achieved,
        any_(hand_off.c.present) == "client",
        any_(hand_off.c.present) == "receiver",
    )
    .limit(1)
)


def expired(connection: Connection, caller: Principal, referral_id: UUID) -> Record | None:
    """The referral, when accepting it is late: cases must say first that its consent stands."""
    row = referrals.lock(connection, caller, referral_id)
    return row if is_late(row) else None


def is_late(row: Record) -> bool:
    """Whether it has expired. Raises TooLate where it was moved in and nothing was disclosed since."""
    late: bool = row["status"] == ReferralStatus.EXPIRED
    if late and row["disclosure_id"] is None:
        raise TooLate("Nothing was disclosed before it expired.", code="consent_missing")
    return late


def check_consent(standing: DisclosureStanding) -> None:
    if not standing.stands:
        raise TooLate("The consent no longer stands.", code=f"consent_{standing.reason}")


def accept(
    connection: Connection,
    caller: Principal,
    referral_id: UUID,
    details: Details,
    consented: bool,
    waits: Details | None = None,
) -> Record:
    """`consented`: cases has just said that the disclosure stands."""
    row, actor = judged(connection, caller, referral_id, Act.ACCEPT)
    take_on(connection, row, actor, details, consented=consented, waits=waits)
    return on_record(connection, caller, referral_id, Act.ACCEPT)


def take_on(
    connection: Connection,
    row: Record,
    by: Actor,
    details: Details,
    *,
    consented: bool,
    waits: Details | None = None,
) -> None:
    """The receiver's yes to a locked referral, whoever brings it. Who `waits` takes no place yet."""
    if row["status"] == ReferralStatus.EXPIRED:
        if not consented:
            raise NotYet("It has just expired: try again.", code="changed_meanwhile")
        _still_wanted(connection, row)
    if waits is not None:
        check(connection, row, Act.HOLD, waits)
        details = replace(details, waitlisted=True)
    accepted = move(connection, row, Act.ACCEPT, by, details)
    if fetch_one(connection, MET, p_id=row["id"]):
        accepted = met(connection, accepted, by)
    if waits is not None:
        move(connection, accepted, Act.HOLD, by, waits)


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
