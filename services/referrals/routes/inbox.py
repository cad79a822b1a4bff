"""The receiver's inbox, and the packet."""

from uuid import UUID

from fastapi import APIRouter, Request

from services.referrals.clients import own_cases
from services.referrals.errors import PacketClosed
from services.referrals.queries import inbox, packets
from services.referrals.routes.callers import Inboxed, Receiving
from services.referrals.schemas.referrals import Inbox, SentPacket
from shared.app import problems
from shared.auth import Db
from shared.db import Record
from shared.pagination import Pages
from shared.schemas.referrals import ReferralStatus

router = APIRouter(tags=["receiving"])


@router.get(
    "/v1/inbox", response_model=Inbox, operation_id="get_inbox", summary="Show what was sent to us"
)
async def get_inbox(
    caller: Inboxed, db: Db, paging: Pages, status: ReferralStatus | None = None
) -> Record:
    """Referrals to this organization, newest first, and how many stand in each status."""
    return await db.run(inbox.inbox, caller, paging, status)


@router.get(
    "/v1/referrals/{referral_id}/packet",
    response_model=SentPacket,
    operation_id="open_packet",
    summary="Open the packet",
    responses=problems(404, 409),
)
async def open_packet(request: Request, referral_id: UUID, caller: Receiving, db: Db) -> Record:
    """The fields frozen at sending. cases is asked each time whether the disclosure still stands."""
    found = await db.run(packets.find, caller, referral_id)
    cases = await own_cases(request)
    standing = await cases.disclosure_standing(found["disclosure_id"], found["organization"])
    if not standing.stands:
        raise PacketClosed("The consent no longer stands.", reason=standing.reason)
    return await db.run(packets.open_packet, caller, referral_id)
