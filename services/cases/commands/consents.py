"""Consents given, refused, revoked and expired; each end closes what was disclosed under it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from services.cases import clocks, rows
from services.cases.access import may_write, relation_fields, relation_of
from services.cases.commands.cases import require_worked
from services.cases.commands.closing import close_for_consent
from services.cases.commands.history import note_down, of_case
from services.cases.commands.tasks import cancel_tasks
from services.cases.lifecycle import actions_from
from services.cases.lifecycle.consent import TRANSITIONS, ConsentAction, ConsentStatus
from services.cases.models import CONSENT
from services.cases.queries import consents
from services.cases.queries.visibility import case_to_write
from services.cases.schemas.consents import Given, NewConsent
from shared import audit, clock
from shared.auth import Principal
from shared.db import Record
from shared.deadlines import Deadline, clear, set_deadline
from shared.errors import ActionNotAllowed, Forbidden, Invalid

EXPIRY, DRAFT = "consent_expiry", "consent_draft"


def create_consent(
    connection: Connection, caller: Principal, case_id: UUID, new: NewConsent
) -> Record:
    case = case_to_write(connection, caller, case_id)
    require_worked(case)
    starts_on = new.starts_on or clock.now().date()
    if new.expires_on < starts_on:
        raise Invalid("/expires_on", "must not be before it starts")
    row = rows.add(
        connection,
        CONSENT,
        client_id=case["client_id"],
        case_id=case_id,
        classes=sorted(set(new.classes)),
        starts_on=starts_on,
        created_by=caller.subject,
        status=ConsentStatus.ACTIVE if new.given else ConsentStatus.DRAFT,
        **new.model_dump(exclude={"classes", "starts_on", "given"}),
        **_given(new.given),
    )
    _wind(connection, row)
    of_case(connection, caller, case, f"consent.{row['status']}", row["id"], *row["classes"])
    audit.record(connection, "create_consent", [row["id"], case["client_id"]])
    return consents.shown(caller, {**case, **row})


def _given(given: Given | None) -> Record:
    if given is None:
        return {}
    return {**given.model_dump(), "decided_at": clock.now()}


def activate(connection: Connection, caller: Principal, consent_id: UUID, given: Given) -> Record:
    return _act(connection, caller, consent_id, ConsentAction.ACTIVATE, **_given(given))


def refuse(connection: Connection, caller: Principal, consent_id: UUID) -> Record:
    return _act(connection, caller, consent_id, ConsentAction.REFUSE, decided_at=clock.now())


def revoke(connection: Connection, caller: Principal, consent_id: UUID, reason: str) -> Record:
    """Closes every packet disclosed under it, and says so to the neighbours, in one transaction."""
    row = _act(connection, caller, consent_id, ConsentAction.REVOKE, reason, revoked_at=clock.now())
    close_for_consent(connection, consent_id, "revoked")
    return row


def _act(
    connection: Connection,
    caller: Principal,
    consent_id: UUID,
    action: ConsentAction,
    *codes: str,
    **values: datetime | str,
) -> Record:
    before = consents.consent_to_change(connection, caller, consent_id)
    if not may_write(caller, relation_of(before)):
        raise Forbidden("You may read this case, but not write it.")
    status = ConsentStatus(before["status"])
    after = TRANSITIONS.get((status, action))
    if after is None:
        allowed = [str(a) for a in actions_from(TRANSITIONS, status) if a not in consents.MACHINE]
        raise ActionNotAllowed(
            f"A consent that is {status} cannot take this action.",
            status_now=status,
            allowed=allowed,
        )
    row = rows.change(connection, CONSENT, consent_id, status=after, **values)
    _wind(connection, row)
    _history(connection, row, caller.subject, codes)
    audit.record(connection, f"{action}_consent", [consent_id, row["client_id"]])
    return consents.shown(caller, {**relation_fields(before), **row})


def _wind(connection: Connection, consent: Record) -> None:
    clear(connection, consent["id"], EXPIRY, DRAFT)
    cancel_tasks(connection, consent["id"], DRAFT)
    holder = [consent["organization"]]
    match ConsentStatus(consent["status"]):
        case ConsentStatus.ACTIVE:
            due_at = clocks.end_of(consent["expires_on"])
            set_deadline(connection, holder, EXPIRY, consent["id"], due_at)
        case ConsentStatus.DRAFT:
            due_at = clock.now() + clocks.DRAFT_WITHIN
            set_deadline(connection, holder, DRAFT, consent["id"], due_at)


def expire(connection: Connection, deadline: Deadline, _: datetime) -> datetime | None:
    """Its last day is over."""
    row = rows.lock(connection, CONSENT, deadline.subject)
    if row["status"] != ConsentStatus.ACTIVE:
        return None
    row = rows.change(connection, CONSENT, row["id"], status=ConsentStatus.EXPIRED)
    _history(connection, row, None, ())
    close_for_consent(connection, row["id"], "expired")
    audit.record(connection, "expire_consent", [row["id"], row["client_id"]], basis="clock")
    return None


def _history(
    connection: Connection, consent: Record, actor: UUID | None, codes: tuple[str, ...]
) -> None:
    note_down(
        connection,
        f"consent.{consent['status']}",
        consent["id"],
        client_id=consent["client_id"],
        case_id=consent["case_id"],
        actor=actor,
        codes=codes,
    )
