"""What the receiver does, what the sender does after sending, and what the client is asked."""

from uuid import UUID

from fastapi import APIRouter, Request

from services.referrals.clients import own_cases
from services.referrals.commands import accepting, answering, asking
from services.referrals.commands.acting import act
from services.referrals.commands.moving import Details
from services.referrals.lifecycle.transitions import Act
from services.referrals.routes.callers import Approver, Receiving, Writer
from services.referrals.schemas import acts
from services.referrals.schemas.referrals import Asked, Referral
from shared.app import problems
from shared.auth import Db
from shared.db import Record
from shared.idempotency import OnlyOnce
from shared.strict_json import StrictRoute

router = APIRouter(prefix="/v1/referrals/{referral_id}", tags=["acts"], route_class=StrictRoute)


@router.post(
    "/accept",
    response_model=Referral,
    operation_id="accept_referral",
    summary="Accept it",
    responses=problems(404, 409),
)
async def accept_referral(
    request: Request,
    referral_id: UUID,
    body: acts.Acceptance,
    caller: Receiving,
    db: Db,
    once: OnlyOnce,
) -> Record:
    """Yes, we can. Also after it expired, while the need is open and the consent stands.

    With `waitlist` it goes straight onto the waiting list: its place is taken when it is resumed.
    """
    late = await db.run(accepting.expired, caller, referral_id)
    if late is not None:
        cases = await own_cases(request)
        standing = await cases.disclosure_standing(late["disclosure_id"], late["organization"])
        accepting.check_consent(standing)
    details, waits = (
        Details(note=body.note),
        body.waitlist and Details(**body.waitlist.model_dump()),
    )
    consented = late is not None
    return await db.run(once, accepting.accept, caller, referral_id, details, consented, waits)


@router.post(
    "/decline",
    response_model=Referral,
    operation_id="decline_referral",
    summary="Decline it",
    responses=problems(404, 409),
)
async def decline_referral(
    referral_id: UUID, body: acts.Decline, caller: Receiving, db: Db, once: OnlyOnce
) -> Record:
    """No, with a coded reason."""
    details = Details(**body.model_dump())
    return await db.run(once, act, caller, referral_id, Act.DECLINE, details)


@router.post(
    "/record-contact",
    response_model=Referral,
    operation_id="record_referral_contact",
    summary="Record the first contact",
    responses=problems(404, 409),
)
async def record_referral_contact(
    referral_id: UUID, body: acts.Noted, caller: Receiving, db: Db, once: OnlyOnce
) -> Record:
    """The client was reached: the first-contact clock stops."""
    details = Details(**body.model_dump())
    return await db.run(once, act, caller, referral_id, Act.RECORD_CONTACT, details)


@router.post(
    "/start",
    response_model=Referral,
    operation_id="start_referral",
    summary="Start helping",
    responses=problems(404, 409),
)
async def start_referral(
    referral_id: UUID, body: acts.Noted, caller: Receiving, db: Db, once: OnlyOnce
) -> Record:
    """Work with the client began."""
    details = Details(**body.model_dump())
    return await db.run(once, act, caller, referral_id, Act.START, details)


@router.post(
    "/hold",
    response_model=Referral,
    operation_id="hold_referral",
    summary="Put it on hold",
    responses=problems(404, 409),
)
async def hold_referral(
    referral_id: UUID, body: acts.Hold, caller: Receiving, db: Db, once: OnlyOnce
) -> Record:
    """A waiting list: with a review date, and a position where there is one."""
    details = Details(**body.model_dump())
    return await db.run(once, act, caller, referral_id, Act.HOLD, details)


@router.post(
    "/resume",
    response_model=Referral,
    operation_id="resume_referral",
    summary="Resume it",
    responses=problems(404, 409),
)
async def resume_referral(
    referral_id: UUID, body: acts.Noted, caller: Receiving, db: Db, once: OnlyOnce
) -> Record:
    """The wait is over."""
    details = Details(**body.model_dump())
    return await db.run(once, act, caller, referral_id, Act.RESUME, details)


@router.post(
    "/report-served",
    response_model=Referral,
    operation_id="report_referral_served",
    summary="Report that help was given",
    responses=problems(404, 409),
)
async def report_referral_served(
    referral_id: UUID, body: acts.Served, caller: Receiving, db: Db, once: OnlyOnce
) -> Record:
    """What was provided, and when. The client is asked next; if they have spoken already, it concludes."""
    details = Details(**body.model_dump())
    return await db.run(once, act, caller, referral_id, Act.REPORT_SERVED, details)


@router.post(
    "/report-not-served",
    response_model=Referral,
    operation_id="report_referral_not_served",
    summary="Report that no help was given",
    responses=problems(404, 409),
)
async def report_referral_not_served(
    referral_id: UUID, body: acts.NotServed, caller: Receiving, db: Db, once: OnlyOnce
) -> Record:
    """With a coded reason. `could_not_contact` and `no_show` are put to the client too."""
    details = Details(**body.model_dump())
    return await db.run(once, act, caller, referral_id, Act.REPORT_NOT_SERVED, details)


@router.post(
    "/confirm-withdrawal",
    response_model=Referral,
    operation_id="confirm_referral_withdrawal",
    summary="Confirm a requested withdrawal",
    responses=problems(404, 409),
)
async def confirm_referral_withdrawal(
    referral_id: UUID, body: acts.Noted, caller: Receiving, db: Db, once: OnlyOnce
) -> Record:
    """The receiver agrees to let go. Otherwise it answers with an outcome."""
    details = Details(**body.model_dump())
    return await db.run(once, act, caller, referral_id, Act.CONFIRM_WITHDRAWAL, details)


@router.post(
    "/withdraw",
    response_model=Referral,
    operation_id="withdraw_referral",
    summary="Withdraw it before it is answered",
    responses=problems(404, 409),
)
async def withdraw_referral(
    referral_id: UUID, body: acts.Withdrawal, caller: Writer, db: Db, once: OnlyOnce
) -> Record:
    """Take back what the receiver has not answered yet."""
    details = Details(**body.model_dump())
    return await db.run(once, act, caller, referral_id, Act.WITHDRAW, details)


@router.post(
    "/request-withdrawal",
    response_model=Referral,
    operation_id="request_referral_withdrawal",
    summary="Ask the receiver to let go",
    responses=problems(404, 409),
)
async def request_referral_withdrawal(
    referral_id: UUID, body: acts.Withdrawal, caller: Writer, db: Db, once: OnlyOnce
) -> Record:
    """After three business days without an answer it is withdrawn."""
    details = Details(**body.model_dump())
    return await db.run(once, act, caller, referral_id, Act.REQUEST_WITHDRAWAL, details)


@router.post(
    "/withdraw-now",
    response_model=Referral,
    operation_id="withdraw_referral_now",
    summary="Withdraw it at once",
    responses=problems(404, 409),
)
async def withdraw_referral_now(
    referral_id: UUID, body: acts.Withdrawal, caller: Approver, db: Db, once: OnlyOnce
) -> Record:
    """For safety: the packet closes to the receiver now."""
    details = Details(**body.model_dump())
    return await db.run(once, act, caller, referral_id, Act.WITHDRAW_NOW, details)


@router.post(
    "/ask",
    response_model=Asked,
    operation_id="ask_client",
    summary="Ask the client",
    responses=problems(404, 409),
)
async def ask_client(
    request: Request, referral_id: UUID, body: acts.Ask, caller: Writer, db: Db, once: OnlyOnce
) -> Record:
    """`link`: hand the answer link over, it is shown this once. `phone`: a call was made."""
    url = request.app.state.settings.public_url
    return await db.run(once, asking.ask, caller, referral_id, body.channel, url)


@router.post(
    "/client-answer",
    response_model=Referral,
    operation_id="write_client_answer",
    summary="Write down the client's answer",
    responses=problems(404, 409),
)
async def write_client_answer(
    referral_id: UUID, body: acts.WrittenAnswer, caller: Writer, db: Db, once: OnlyOnce
) -> Record:
    """The client's or their proxy's word, at any time after sending; marked as written by a worker."""
    return await db.run(once, answering.write_down, caller, referral_id, body)


@router.post(
    "/stop-asking",
    response_model=Referral,
    operation_id="stop_asking_client",
    summary="Stop asking the client",
    responses=problems(404, 409),
)
async def stop_asking_client(
    referral_id: UUID, body: acts.StopAsking, caller: Writer, db: Db, once: OnlyOnce
) -> Record:
    """After three spaced tries, or because the client cannot be asked."""
    details = Details(**body.model_dump())
    return await db.run(once, act, caller, referral_id, Act.STOP_ASKING, details)


@router.post(
    "/resolve",
    response_model=Referral,
    operation_id="resolve_referral",
    summary="Resolve a dispute",
    responses=problems(404, 409),
)
async def resolve_referral(
    referral_id: UUID, body: acts.Resolution, caller: Writer, db: Db, once: OnlyOnce
) -> Record:
    """What was learned, and why the client is not referred again. It does not set the loop."""
    details = Details(**body.model_dump())
    return await db.run(once, act, caller, referral_id, Act.RESOLVE, details)


@router.post(
    "/void",
    response_model=Referral,
    operation_id="void_referral",
    summary="Void what was entered in error",
    responses=problems(404, 409),
)
async def void_referral(
    referral_id: UUID, body: acts.Comment, caller: Approver, db: Db, once: OnlyOnce
) -> Record:
    """Kept, hidden from lists; the packet closes and links die."""
    details = Details(**body.model_dump())
    return await db.run(once, act, caller, referral_id, Act.VOID, details)
