"""Disclosure: judged, recorded and handed over in one transaction, with the consent's row locked."""

import hashlib
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import Connection, bindparam, exists, or_, select

from services.cases import rows
from services.cases.access import may_approve, may_write, relation_of
from services.cases.commands.history import note_down
from services.cases.errors import ABSENT, ConsentMissing
from services.cases.lifecycle.case import LIVE
from services.cases.lifecycle.consent import Recipient, missing_classes
from services.cases.lifecycle.need import IN_WORK
from services.cases.models import AGREEMENT, CASE, CLIENT, CONSENT, DISCLOSURE, NEED
from services.cases.queries import packets
from services.cases.queries.visibility import case_for
from shared import audit, clock
from shared.auth import Kind, Principal
from shared.db import Record, enter, fetch, fetch_one
from shared.errors import ActionNotAllowed, Conflict, Forbidden, NotFound
from shared.schemas.disclosures import DataClass, DisclosureRequest

NEED_ROW = (
    select(NEED, CASE.c.status.label("case_status"))
    .join(CASE, CASE.c.id == NEED.c.case_id)
    .where(NEED.c.id == bindparam("p_need"))
)
# Shared: a death that is being recorded closes this disclosure too, or is seen by it.
CLIENT_ROW = select(CLIENT).where(CLIENT.c.id == bindparam("p_client")).with_for_update(read=True)
# Held FOR UPDATE: a revocation waits for this decision, or this decision for it.
CONSENTS = (
    select(CONSENT)
    .where(CONSENT.c.client_id == bindparam("p_client"), CONSENT.c.status == "active")
    .order_by(CONSENT.c.id)
    .with_for_update()
)
AGREED = select(
    exists().where(
        or_(
            AGREEMENT.c.partner_id == bindparam("p_receiver"),
            AGREEMENT.c.partner_id == bindparam("p_organization"),
        ),
        AGREEMENT.c.starts_on <= bindparam("p_today"),
        or_(AGREEMENT.c.ends_on.is_(None), AGREEMENT.c.ends_on >= bindparam("p_today")),
    )
)
KNOWN = (
    select(DISCLOSURE).where(DISCLOSURE.c.referral_id == bindparam("p_referral")).with_for_update()
)


def disclose(connection: Connection, caller: Principal, asked: DisclosureRequest) -> Record:
    """A repeat for the same referral is judged anew, and refused once its disclosure was closed."""
    need = _need(connection, caller, asked)
    client = fetch_one(connection, CLIENT_ROW, p_client=need["client_id"])
    assert client is not None
    if client["deceased_on"] is not None:
        classes = sorted(data_class.value for data_class in asked.classes)
        raise ConsentMissing("The client has died: nothing more is disclosed.", missing=classes)
    consent = _consent(connection, asked, need)
    packet = packets.build(connection, client, asked.classes)
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


def _need(connection: Connection, caller: Principal, asked: DisclosureRequest) -> Record:
    """The need, for a service in the name of the organization, or for a writer of its case."""
    if caller.kind is Kind.SERVICE:
        enter(connection, asked.organization_id)
    elif asked.organization_id != caller.organization:
        raise NotFound(ABSENT)
    need = fetch_one(connection, NEED_ROW, p_need=asked.need_id)
    if need is None:
        raise NotFound(ABSENT)
    if caller.kind is Kind.USER:
        case = case_for(connection, caller, need["case_id"])
        relation = relation_of(case)
        if not (may_write(caller, relation) or may_approve(caller, relation)):
            raise Forbidden("You may read this case, but not write it.")
    if need["case_status"] not in LIVE:
        raise ActionNotAllowed("This case has ended.", status_now=need["case_status"], allowed=[])
    if need["status"] not in IN_WORK:
        detail = f"Nothing is told for a need that is {need['status']}."
        raise ActionNotAllowed(detail, status_now=need["status"], allowed=[])
    return need


def _consent(connection: Connection, asked: DisclosureRequest, need: Record) -> Record:
    """The consent in force that covers all that is asked; its row stays locked."""
    today = clock.now().date()
    receiver, organization = asked.recipient_id, asked.recipient_organization_id
    agreed = fetch_one(
        connection, AGREED, p_receiver=receiver, p_organization=organization, p_today=today
    )
    assert agreed is not None
    recipient = Recipient(receiver, organization, agreed=any(agreed.values()))
    wanted = {data_class.value for data_class in asked.classes}
    candidates = fetch(connection, CONSENTS, p_client=need["client_id"])
    consent, missing = missing_classes(candidates, recipient, wanted, today)
    if consent is None:
        raise ConsentMissing(
            "The client has not agreed that this receiver is told all of this.",
            missing=sorted(missing),
        )
    return consent


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
