"""The receiver's inbox and waiting list, what is taken on from the pool, and the packet."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request

from services.referrals.clients import own_cases
from services.referrals.commands import claiming, inquiries, waiting
from services.referrals.errors import PacketClosed
from services.referrals.queries import inbox, packets
from services.referrals.routes.callers import Inboxed, Receiving
from services.referrals.schemas.acts import Noted
from services.referrals.schemas.inbox import Claimant, Inbox, Order, WaitlistPosition
from services.referrals.schemas.referrals import Referral, SentPacket, Urgency
from shared.app import problems
from shared.auth import Db
from shared.db import Record
from shared.idempotency import OnlyOnce
from shared.pagination import Page, Pages
from shared.schemas.needs import NeedCategory
from shared.schemas.referrals import ReferralStatus
from shared.strict_json import StrictRoute

router = APIRouter(tags=["receiving"], route_class=StrictRoute)


@router.get(
    "/v1/inbox", response_model=Inbox, operation_id="get_inbox", summary="Show what was sent to us"
)
async def get_inbox(
    caller: Inboxed,
    db: Db,
    paging: Pages,
    status: Annotated[
        list[ReferralStatus] | None, Query(max_length=15, description="One or several")
    ] = None,
    category: NeedCategory | None = None,
    urgency: Urgency | None = None,
    service_id: UUID | None = None,
    claimed: Annotated[
        Claimant | None, Query(description="Live, and taken on by me, by nobody or by anybody")
    ] = None,
    overdue: Annotated[
        bool, Query(description="Only live ones with a date that has passed")
    ] = False,
    question: Annotated[bool, Query(description="Only those with an open question")] = False,
    order: Annotated[
        Order, Query(description="`longest_waiting`: only what is not over, the oldest first")
    ] = "newest",
) -> Record:
    """Referrals to this organization, the newest sent first, and how many of them are not over."""
    asked = inbox.Asked(
        status=status,
        category=category,
        urgency=urgency,
        service=service_id,
        claimed=claimed,
        overdue=overdue,
        question=question,
        longest_waiting=order == "longest_waiting",
    )
    return await db.run(inbox.inbox, caller, paging, asked)


@router.get(
    "/v1/inbox/waitlist",
    response_model=Page[Referral],
    operation_id="get_waitlist",
    summary="Show our waiting list",
)
async def get_waitlist(
    caller: Inboxed, db: Db, paging: Pages, service_id: UUID | None = None
) -> Record:
    """Referrals on hold, by their position, then by when they were accepted."""
    return await db.run(inbox.waitlist, caller, paging, service_id)


@router.post(
    "/v1/referrals/{referral_id}/waitlist-position",
    response_model=Referral,
    operation_id="set_waitlist_position",
    summary="Move it on the waiting list",
    responses=problems(404, 409),
)
async def set_waitlist_position(
    referral_id: UUID, body: WaitlistPosition, caller: Receiving, db: Db, once: OnlyOnce
) -> Record:
    """Only while it is on hold. Its review date stays; others on the list are not renumbered."""
    return await db.run(once, waiting.set_position, caller, referral_id, body.position)


@router.post(
    "/v1/referrals/{referral_id}/claim",
    response_model=Referral,
    operation_id="claim_referral",
    summary="Take it on",
    responses=problems(404, 409),
)
async def claim_referral(
    referral_id: UUID, body: Noted, caller: Receiving, db: Db, once: OnlyOnce
) -> Record:
    """From the receiver's pool: the first wins (409 `claimed`). Colleagues may act all the same."""
    return await db.run(once, claiming.claim, caller, referral_id, body.note)


@router.post(
    "/v1/referrals/{referral_id}/release",
    response_model=Referral,
    operation_id="release_referral",
    summary="Give it back to the pool",
    responses=problems(404, 409),
)
async def release_referral(
    referral_id: UUID, body: Noted, caller: Receiving, db: Db, once: OnlyOnce
) -> Record:
    """By any of the receiver's staff."""
    return await db.run(once, claiming.release, caller, referral_id, body.note)


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
    await _check_disclosure(request, found)
    return await db.run(packets.open_packet, caller, referral_id)


@router.post(
    "/v1/referrals/{referral_id}/open-inquiry",
    response_model=Referral,
    operation_id="open_inquiry",
    summary="Open an inquiry of our own",
    responses=problems(404, 409),
)
async def open_inquiry(
    request: Request, referral_id: UUID, body: Noted, caller: Receiving, db: Db
) -> Record:
    """The same client, in the receiver's own records, by what the packet says of them: `inquiry_id`.

    The packet is opened for it, so the disclosure must still stand; 409 `packet-incomplete` when it
    does not hold the client's identity. A second time answers the same inquiry.
    """
    found = await db.run(inquiries.find, caller, referral_id)
    if found is None:
        return await db.run(inquiries.opened_before, caller, referral_id)
    await _check_disclosure(request, found)
    new = await db.run(inquiries.new_inquiry, caller, referral_id)
    cases = await own_cases(request)
    begun = await cases.create_inquiry(new)
    return await db.run(inquiries.keep, caller, referral_id, begun.case_id, body.note)


async def _check_disclosure(request: Request, found: Record) -> None:
    cases = await own_cases(request)
    standing = await cases.disclosure_standing(found["disclosure_id"], found["organization"])
    if not standing.stands:
        raise PacketClosed("The consent no longer stands.", reason=standing.reason)
