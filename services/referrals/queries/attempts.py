"""Where a client was referred before: what came of it, and what keeps them from going there again."""

from datetime import date
from uuid import UUID

from sqlalchemy import Connection, bindparam, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from services.referrals.lifecycle.retrying import Bar, bar
from services.referrals.lifecycle.transitions import AT_WORK
from services.referrals.models import referral
from shared.db import Record, fetch
from shared.schemas.referrals import LIVE
from shared.schemas.referrals import ReferralStatus as S

ANSWERED = [*AT_WORK, S.DECLINED, S.NOT_SERVED, S.AWAITING_CONFIRMATION, S.DISPUTED, S.CLOSED]
ANSWERS = (
    select(
        referral.c.service_id,
        referral.c.reason,
        referral.c.retry_on,
        func.coalesce(referral.c.ended_at, referral.c.sent_at, referral.c.created_at).label("at"),
    )
    .where(referral.c.client_id == bindparam("p_client"), referral.c.status.in_(ANSWERED))
    .ext(distinct_on(referral.c.service_id))
    .order_by(referral.c.service_id, referral.c.created_at.desc(), referral.c.id.desc())
)
LIVE_ONES = select(referral.c.id, referral.c.service_id, referral.c.category).where(
    referral.c.client_id == bindparam("p_client"),
    referral.c.chain_id != bindparam("p_chain"),
    referral.c.status.in_([*LIVE]),
)
OF_CHAIN = (
    select(referral.c.service_id)
    .where(
        referral.c.chain_id == bindparam("p_chain"),
        referral.c.status.not_in([S.DISCARDED, S.ENTERED_IN_ERROR]),
    )
    .distinct()
)


def bars(connection: Connection, client_id: UUID, today: date) -> dict[UUID, Bar]:
    """The services that this client may not be sent to again as things stand: their last word there."""
    found = (
        (row["service_id"], bar(row["reason"], row["at"].date(), row["retry_on"], today))
        for row in fetch(connection, ANSWERS, p_client=client_id)
    )
    return {service: why for service, why in found if why is not None}


def live_elsewhere(connection: Connection, client_id: UUID, chain_id: UUID) -> list[Record]:
    """The client's live referrals outside this chain."""
    return fetch(connection, LIVE_ONES, p_client=client_id, p_chain=chain_id)


def tried(connection: Connection, row: Record, today: date) -> set[UUID]:
    """What is not proposed after this referral: its whole chain, and what is barred to the client."""
    chain = {found["service_id"] for found in fetch(connection, OF_CHAIN, p_chain=row["chain_id"])}
    return chain | bars(connection, row["client_id"], today).keys()
