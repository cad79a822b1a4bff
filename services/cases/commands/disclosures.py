"""Disclosure: judged, recorded and handed over in one transaction, with the consent's row locked."""

import hashlib
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import Connection, bindparam, select

from services.cases import rows
from services.cases.commands.history import note_down
from services.cases.errors import AgreementExpired, ConsentMissing
from services.cases.models import DISCLOSURE
from services.cases.queries import packets, permission
from services.cases.queries.permission import Reason, Verdict
from shared import audit, clock
from shared.auth import Principal
from shared.db import Record, fetch_one
from shared.errors import ActionNotAllowed, Conflict
from shared.schemas.disclosures import DataClass, DisclosureRequest

KNOWN = (
    select(DISCLOSURE).where(DISCLOSURE.c.referral_id == bindparam("p_referral")).with_for_update()
)


def disclose(connection: Connection, caller: Principal, asked: DisclosureRequest) -> Record:
    """A repeat for the same referral is judged anew, and refused once its disclosure was closed."""
    verdict = permission.judge(connection, caller, asked, held=True)
    need, consent = verdict.need, _consent(verdict, asked)
    packet = packets.build(connection, verdict.client, asked.classes)
    row = _record(connection, caller, asked, need, consent, packet)
    audit.record(connection, "disclose", [row["id"], need["client_id"]], basis="consent")
    return {
        "id": row["id"],
        "referral_id": row["referral_id"],
        "consent_id": row["consent_id"],
        "classes": row["classes"],
        "decided_at": row["decided_at"],
        "expires_on": consent["expires_on"],
        "packet": packet,
    }


def _consent(verdict: Verdict, asked: DisclosureRequest) -> Record:
    """The consent that covers all of it; else the problem that says why there is none."""
    need = verdict.need
    match verdict.reason:
        case Reason.CASE_ENDED:
            now = need["case_status"]
            raise ActionNotAllowed("This case has ended.", status_now=now, allowed=[])
        case Reason.NEED_NOT_OPEN:
            detail = f"Nothing is told for a need that is {need['status']}."
            raise ActionNotAllowed(detail, status_now=need["status"], allowed=[])
        case Reason.DECEASED:
            detail = "The client has died: nothing more is disclosed."
            raise ConsentMissing(detail, missing=sorted(c.value for c in asked.classes))
        case Reason.AGREEMENT_EXPIRED:
            raise AgreementExpired("No agreement with this partner is in force.")
        case Reason.CONSENT_MISSING:
            detail = "The client has not agreed that this receiver is told all of this."
            raise ConsentMissing(detail, missing=sorted(verdict.missing))
    assert verdict.consent is not None
    return verdict.consent


def _record(
    connection: Connection,
    caller: Principal,
    asked: DisclosureRequest,
    need: Record,
    consent: Record,
    packet: Record,
) -> Record:
    classes = sorted({DataClass(c).value for c in asked.classes})
    told = {"need_id": need["id"], "recipient_id": asked.recipient_id, "classes": classes}
    decided = {
        "consent_id": consent["id"],
        "decided_at": clock.now(),
        "decided_by": caller.subject,
        "packet_digest": hashlib.sha256(to_json(packet)).digest(),
    }
    known = fetch_one(connection, KNOWN, p_referral=asked.referral_id)
    if known is None:
        named = {"client_id": need["client_id"], "recipient_name": asked.recipient_name}
        return _new(connection, caller, asked.referral_id, need, told | decided | named)
    if any(known[name] != value for name, value in told.items()):
        raise Conflict("Something else was disclosed for this referral: make a new referral.")
    if known["closed_at"] is not None:
        raise ConsentMissing(
            "What was disclosed for this referral was closed: make a new referral.",
            missing=classes,
        )
    return rows.change(connection, DISCLOSURE, known["id"], **decided)


def _new(
    connection: Connection, caller: Principal, referral_id: UUID, need: Record, values: Record
) -> Record:
    row = rows.add(connection, DISCLOSURE, referral_id=referral_id, **values)
    note_down(
        connection,
        "disclosure.made",
        row["id"],
        client_id=need["client_id"],
        case_id=need["case_id"],
        actor=caller.subject,
        codes=tuple(values["classes"]),
    )
    return row
