"""Moving in: what another system has begun goes on here. No packet, until cases grants a disclosure."""

from uuid import UUID, uuid5

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.dialects.postgresql import insert

from services.referrals.commands import clocks, recording, sending, slots
from services.referrals.commands.acting import on_record, refused
from services.referrals.commands.checking import may_write
from services.referrals.commands.drafting import SERVICE_NAME
from services.referrals.commands.moving import UPDATE, save
from services.referrals.commands.relations import CASE_OVER, NEED_WANTS
from services.referrals.errors import NeedNotOpen
from services.referrals.lifecycle.transitions import Act, Party
from services.referrals.models import case_relation, need_relation, referral
from services.referrals.queries import receivers, referrals
from services.referrals.schemas.sending import MovedIn
from shared import audit, clock
from shared.auth import Principal
from shared.db import Record, execute, fetch_one
from shared.errors import Forbidden, NotFound
from shared.schemas.disclosures import DataClass, Disclosure
from shared.schemas.listings import ListingStanding
from shared.schemas.referrals import LIVE, LoopResult
from shared.schemas.referrals import ReferralStatus as S

FIRST = insert(referral).on_conflict_do_nothing().returning(referral.c.id)
STANDING = (
    select(
        need_relation.c.status, case_relation.c.status.label("of_case"), case_relation.c.client_id
    )
    .add_columns(need_relation.c.need_id, need_relation.c.case_id)
    .join(case_relation, case_relation.c.case_id == need_relation.c.case_id)
    .where(need_relation.c.need_id == bindparam("p_need"))
    .with_for_update(read=True)
)
RUNS: dict[S, Act] = {S.SENT: Act.SEND, S.ACCEPTED: Act.ACCEPT, S.IN_PROGRESS: Act.RESUME}
"""The act whose clocks run in the status that one is moved in with: they start now."""


def move_in(
    connection: Connection, caller: Principal, moved: MovedIn, listing: ListingStanding
) -> Record:
    """One referral of the old system's. The same external id again changes nothing."""
    need = _wanted(connection, moved)
    row = _new_row(connection, caller, moved, need, listing)
    if fetch_one(connection, FIRST, **row) is None:
        audit.record(connection, "referral.import", [row["id"]], outcome="none")
        return {"referral_id": row["id"], "status": "already"}
    row |= _place(connection, row)
    recording.record(
        connection,
        row,
        Act.IMPORT,
        before=recording.NOTHING_BEFORE,
        party=Party.SYSTEM,
        who=caller.subject,
    )
    clocks.wind(connection, row, RUNS[moved.status], Party.SYSTEM)
    recording.publish(connection, row)
    audit.record(connection, "referral.import", [row["id"]])
    return {"referral_id": row["id"], "status": "imported"}


def _wanted(connection: Connection, moved: MovedIn) -> Record:
    need = fetch_one(connection, STANDING, p_need=moved.need_id)
    if need is None:
        raise NotFound("cases has told of no such need.")
    if need["status"] not in NEED_WANTS or need["of_case"] in CASE_OVER:
        raise NeedNotOpen("The need is not open.", need_status=need["status"])
    return need


def _place(connection: Connection, row: Record) -> Record:
    """The place it holds with its receiver from now on, where those are kept."""
    held = slots.place_after(connection, row, S(row["status"]), Act.ACCEPT)
    if held:
        execute(connection, UPDATE, {"p_id": row["id"], **held})
    return held


def _new_row(
    connection: Connection,
    caller: Principal,
    moved: MovedIn,
    need: Record,
    listing: ListingStanding,
) -> Record:
    receiver = receivers.get_receiver(connection, moved.receiver_id)
    row_id = uuid5(caller.tenant, moved.external_id)
    tenant = receiver["kind"] == "tenant"
    return {
        **dict.fromkeys(referral.c.keys()),
        **{name: need[name] for name in ("need_id", "case_id", "client_id")},
        "id": row_id,
        "chain_id": row_id,
        "organization": caller.tenant,
        "receiver_id": receiver["id"],
        "receiver_name": receiver["name"],
        "receiver_organization": receiver["organization"] if tenant else None,
        "service_id": moved.service_id,
        "service_name": listing.name[:SERVICE_NAME],
        "category": moved.category,
        "area": moved.area,
        "urgency": moved.urgency,
        "hand_off": "cold",
        "classes": [],
        "status": moved.status,
        "loop": LoopResult.OPEN,
        "version": 1,
        "author": caller.subject,
        "created_at": clock.now(),
        "sent_at": moved.sent_at,
        "answered_at": moved.accepted_at,
        "started_at": moved.accepted_at if moved.status is S.IN_PROGRESS else None,
        "imported": True,
        "asked_count": 0,
        "paused_seconds": 0,
    }


def undisclosed(
    connection: Connection, caller: Principal, referral_id: UUID, classes: list[DataClass]
) -> sending.Plan | None:
    """What cases is asked before the packet of one that was moved in; None when there is nothing to ask."""
    row = _mine(connection, caller, referral_id)
    if not _lacks_a_packet(row):
        return None
    asked = {**row, "classes": sorted(set(classes))}
    return sending.Plan(row["service_id"], sending.disclosure_of(connection, asked))


def disclose(
    connection: Connection, caller: Principal, referral_id: UUID, disclosure: Disclosure | None
) -> Record:
    """Freeze what cases has granted as the packet."""
    row = _mine(connection, caller, referral_id)
    if disclosure is None or not _lacks_a_packet(row):
        raise refused(caller, row, "disclose")
    sending.freeze(connection, row, disclosure)
    told = {"disclosure_id": disclosure.id, "classes": sorted(disclosure.classes)}
    saved = save(connection, row, **told)
    party = Party.WORKER
    recording.record(
        connection, saved, "disclose", before=row["status"], party=party, who=caller.subject
    )
    return on_record(connection, caller, referral_id, "disclose")


def _mine(connection: Connection, caller: Principal, referral_id: UUID) -> Record:
    row = referrals.lock(connection, caller, referral_id)
    if not row["as_sender"]:
        raise Forbidden("The sender discloses.")
    may_write(caller, row)
    return row


def _lacks_a_packet(row: Record) -> bool:
    return bool(row["imported"] and row["disclosure_id"] is None and row["status"] in LIVE)
