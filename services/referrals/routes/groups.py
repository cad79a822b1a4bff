"""Several receivers for one need, and the way on from a dead end."""

from uuid import UUID

from fastapi import APIRouter

from services.referrals import preflights
from services.referrals.commands import grouping, re_referring
from services.referrals.commands.moving import Details
from services.referrals.dispatch import Dispatch, Dispatcher
from services.referrals.lifecycle.transitions import Act
from services.referrals.queries import groups
from services.referrals.routes.callers import Reader, Writer
from services.referrals.schemas.acts import NewSending, Withdrawal
from services.referrals.schemas.preflight import AboutClient
from services.referrals.schemas.sending import Followed, Group, NewGroup, ReReferral
from shared.app import problems
from shared.auth import Db
from shared.db import Record
from shared.idempotency import Once, OnlyOnce
from shared.strict_json import StrictRoute

router = APIRouter(tags=["groups"], route_class=StrictRoute)


@router.post(
    "/v1/referral-groups",
    status_code=201,
    response_model=Group,
    operation_id="create_referral_group",
    summary="Offer a need to several at once",
    responses=problems(404, 409),
)
async def create_referral_group(
    new: NewGroup, caller: Writer, dispatch: Dispatcher, once: OnlyOnce
) -> Record:
    """A draft for each target, all or none; with `send`, each is sent, and what cannot be says why."""
    need = await dispatch.cases.referable(new.need_id)
    services = [target.service_id for target in new.targets]
    listings = await dispatch.resources.listings(services)
    begun = await dispatch.db.run(once, grouping.create, caller, new, need, listings)
    return await _done(dispatch, once, begun, Details())


@router.get(
    "/v1/referral-groups/{group_id}",
    response_model=Group,
    operation_id="get_referral_group",
    summary="Show a group",
    responses=problems(404),
)
async def get_referral_group(group_id: UUID, caller: Reader, db: Db) -> Record:
    """Its members as the sender's side sees them, and who was first."""
    return await db.run(groups.get_group, caller, group_id)


@router.post(
    "/v1/referral-groups/{group_id}/send",
    response_model=Group,
    operation_id="send_referral_group",
    summary="Send its drafts",
    responses=problems(404, 409),
)
async def send_referral_group(
    group_id: UUID, body: NewSending, caller: Writer, dispatch: Dispatcher, once: OnlyOnce
) -> Record:
    """Each in a transaction of its own: one that cannot be sent stays a draft, and `results` say why."""
    begun = await dispatch.db.run(once, grouping.to_send, caller, group_id)
    return await _done(dispatch, once, begun, Details(**body.model_dump()))


@router.post(
    "/v1/referral-groups/{group_id}/withdraw",
    response_model=Group,
    operation_id="withdraw_referral_group",
    summary="Take all of it back",
    responses=problems(404, 409),
)
async def withdraw_referral_group(
    group_id: UUID, body: Withdrawal, caller: Writer, dispatch: Dispatcher, once: OnlyOnce
) -> Record:
    """Drafts are discarded, what nobody answered is withdrawn, whoever is at work is asked to let go."""
    begun = await dispatch.db.run(once, grouping.to_withdraw, caller, group_id)
    return await _done(dispatch, once, begun, Details(**body.model_dump()))


@router.post(
    "/v1/referrals/{referral_id}/re-refer",
    status_code=201,
    response_model=Followed,
    operation_id="re_refer",
    summary="Refer on from a dead end",
    responses=problems(404, 409),
)
async def re_refer(
    referral_id: UUID, asked: ReReferral, caller: Writer, dispatch: Dispatcher, once: OnlyOnce
) -> Record:
    """A new referral that follows one that came to nothing: same need, same words, another listing.

    Refused where the client was turned away for good, or until the date that the receiver named.
    """
    row = await dispatch.db.run(re_referring.look, caller, referral_id)
    service_id = asked.service_id or await _next(dispatch, row)
    need = await dispatch.cases.referable(row["need_id"])
    listing = await dispatch.resources.listing(service_id) if service_id else None
    made = await dispatch.db.run(
        once, re_referring.re_refer, caller, referral_id, asked, need, listing
    )
    if not asked.send:
        return made
    details = Details(duplicate_reason=asked.duplicate_reason)
    sending = dispatch.deliver(once.part("send"), made["id"], details)
    sent = await dispatch.attempt(sending, "send_referral", made["id"])
    return {**made, **sent}


async def _next(dispatch: Dispatch, row: Record) -> UUID | None:
    """What was proposed, unless it was tried since; else what the directory finds now."""
    proposed: UUID | None = row["proposed_service_id"]
    if proposed is not None and proposed not in row["exclude"]:
        return proposed
    found = await preflights.search(dispatch, row, AboutClient(), limit=1)
    return found.items[0].id if found.items else None


async def _done(dispatch: Dispatch, once: Once, begun: Record, details: Details) -> Record:
    """Do what is to be done with each member; the group as it stands then."""

    async def one(todo: list[str]) -> Record:
        member, action = UUID(todo[0]), Act(todo[1])
        taking = dispatch.take(once.part(f"{action}:{member}"), member, action, details)
        taken = await dispatch.attempt(taking, f"{action}_referral", member)
        return {"referral_id": member, "problem": None, **taken}

    group_id = UUID(begun["id"])
    results = [await one(todo) for todo in begun["todo"]]
    group = await dispatch.db.run(groups.after_change, dispatch.caller, group_id)
    status = {member["id"]: member["status"] for member in group["members"]}
    for result in results:
        result["status"] = status[result["referral_id"]]
    return {**group, "results": results}
