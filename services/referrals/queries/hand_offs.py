"""How a referral was handed over, for both sides."""

from uuid import UUID

from sqlalchemy import Connection, bindparam, select, tuple_

from services.referrals.models import hand_off
from services.referrals.queries.referrals import ONE
from services.referrals.queries.visibility import visible_to
from shared import audit
from shared.auth import Principal
from shared.db import Record, fetch, fetch_one
from shared.errors import NotFound
from shared.pagination import LAST_ID, LAST_TIME, Keyset, Paging

NEWEST = Keyset(("recorded_at", "id"), (LAST_TIME, LAST_ID))
RECORDED = (hand_off.c.recorded_at, hand_off.c.id)
LIST = (
    select(hand_off)
    .where(
        hand_off.c.referral_id == bindparam("p_id"),
        tuple_(*RECORDED) < tuple_(bindparam("after_recorded_at"), bindparam("after_id")),
    )
    .order_by(*(column.desc() for column in RECORDED))
    .limit(bindparam("page_limit"))
)


def of_referral(
    connection: Connection, caller: Principal, referral_id: UUID, paging: Paging
) -> Record:
    seen = fetch_one(connection, ONE, p_id=referral_id, **visible_to(caller))
    if seen is None or not (seen["as_sender"] or seen["as_receiver"]):
        raise NotFound("There is no such referral.")
    audit.record(connection, "referral.hand_offs", [referral_id])
    rows = fetch(connection, LIST, p_id=referral_id, **paging.parameters(NEWEST))
    return paging.page(NEWEST, rows)
