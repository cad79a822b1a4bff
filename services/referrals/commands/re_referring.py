"""From a dead end to the next listing: a new referral that carries the need, the words and the history."""

from uuid import UUID

from sqlalchemy import Connection

from services.referrals.commands import checking, drafting, guards, sending
from services.referrals.commands.acting import judged, on_record, refused
from services.referrals.commands.moving import Details, move
from services.referrals.errors import ListingExcluded, NoAlternative
from services.referrals.lifecycle.retrying import Bar, is_dead_end
from services.referrals.lifecycle.transitions import Act
from services.referrals.queries import attempts, referrals
from services.referrals.schemas.referrals import NewReferral
from services.referrals.schemas.sending import ReReferral
from shared import clock
from shared.auth import Principal
from shared.db import Record
from shared.errors import Invalid
from shared.schemas.disclosures import ReferableNeed
from shared.schemas.listings import ListingStanding
from shared.schemas.referrals import LoopResult
from shared.schemas.referrals import ReferralStatus as S

CARRIED = ("need_id", "urgency", "hand_off", "area", "step_id")


def look(connection: Connection, caller: Principal, referral_id: UUID) -> Record:
    """The referral, and what is not to be proposed after it: `exclude`."""
    row = checking.begun(connection, caller, referral_id)
    return {**row, "exclude": attempts.tried(connection, row, clock.now().date())}


def re_refer(
    connection: Connection,
    caller: Principal,
    referral_id: UUID,
    asked: ReReferral,
    need: ReferableNeed,
    listing: ListingStanding | None,
) -> Record:
    """A draft that follows it; a dispute is resolved with it. `listing`: the one chosen or found."""
    row = referrals.lock(connection, caller, referral_id)
    _is_a_dead_end(caller, row, asked)
    if listing is None:
        raise NoAlternative("Nothing else was found: search, name a service, or record the gap.")
    _not_barred(connection, row, listing.service_id, asked)
    new = _carried(connection, row, asked, listing.service_id)
    new_id = drafting.begin(connection, caller, new, need, listing)
    if asked.resolve is not None:
        _resolve(connection, caller, referral_id, asked.resolve.note)
    return on_record(connection, caller, new_id, "re_refer")


def _is_a_dead_end(caller: Principal, row: Record, asked: ReReferral) -> None:
    checking.may_write(caller, row)
    if not is_dead_end(S(row["status"]), LoopResult(row["loop"])):
        raise refused(caller, row, "re_refer")
    disputed = row["status"] == S.DISPUTED
    if disputed and asked.resolve is None:
        raise Invalid("/resolve", "It is disputed: say what was learned.")
    if asked.resolve is not None and not disputed:
        raise Invalid("/resolve", "It is not disputed.")


def _not_barred(connection: Connection, row: Record, service_id: UUID, asked: ReReferral) -> None:
    bars = attempts.bars(connection, row["client_id"], clock.now().date())
    why: Bar | None = bars.get(service_id)
    if why is None or (why.review and asked.review):
        return
    until = None if why.until is None else str(why.until)
    detail = "It came to nothing there before."
    raise ListingExcluded(detail, code=why.reason, until=until, review=why.review)


def _carried(
    connection: Connection, row: Record, asked: ReReferral, service_id: UUID
) -> NewReferral:
    own = asked.message or sending.message_of(connection, row)
    classes = asked.classes or row["classes"]
    if not classes:
        raise Invalid("/classes", "It was moved in and told nothing: name what is to be told.")
    return NewReferral(
        **{name: row[name] for name in CARRIED},
        service_id=service_id,
        receiver_id=asked.receiver_id,
        classes=classes,
        message=own,
        previous_referral_id=row["id"],
    )


def _resolve(connection: Connection, caller: Principal, referral_id: UUID, note: str) -> None:
    row, actor = judged(connection, caller, referral_id, Act.RESOLVE)
    details = Details(note=note)
    guards.check(connection, row, Act.RESOLVE, details)
    move(connection, row, Act.RESOLVE, actor, details)
