"""Reads of consents and of the account of disclosures."""

from uuid import UUID

from sqlalchemy import Connection, Uuid, bindparam, exists, select, tuple_

from services.cases.access import may_write, relation_of
from services.cases.errors import ABSENT
from services.cases.lifecycle import actions_from
from services.cases.lifecycle.consent import TRANSITIONS, ConsentAction, ConsentStatus, in_force
from services.cases.models import CASE, CONSENT, DISCLOSURE
from services.cases.queries.visibility import RELATION, VISIBLE, case_for, visible_to
from shared import clock
from shared.audit import audited
from shared.auth import Principal
from shared.db import Record, enter, fetch, fetch_one
from shared.errors import NotFound
from shared.pagination import NEWEST_FIRST, Paging

CONSENT_ID = bindparam("p_consent", type_=Uuid)
CASE_ID = bindparam("p_case", type_=Uuid)
NEWER = tuple_(bindparam("after_created_at"), bindparam("after_id"))
SEEN = select(CONSENT, *RELATION).join(CASE, CASE.c.id == CONSENT.c.case_id).where(VISIBLE)
ONE = SEEN.where(CONSENT.c.id == CONSENT_ID)
GET = audited(ONE, "get_consent")
LOCKED = ONE.with_for_update(of=CONSENT)
LIST = audited(
    SEEN.where(CONSENT.c.case_id == CASE_ID, tuple_(CONSENT.c.created_at, CONSENT.c.id) < NEWER)
    .order_by(CONSENT.c.created_at.desc(), CONSENT.c.id.desc())
    .limit(bindparam("page_limit")),
    "list_consents",
)
ACCOUNT = audited(
    select(DISCLOSURE)
    .where(
        exists().where(
            CONSENT.c.id == DISCLOSURE.c.consent_id,
            CONSENT.c.case_id == CASE.c.id,
            CASE.c.id == CASE_ID,
            VISIBLE,
        ),
        tuple_(DISCLOSURE.c.created_at, DISCLOSURE.c.id) < NEWER,
    )
    .order_by(DISCLOSURE.c.created_at.desc(), DISCLOSURE.c.id.desc())
    .limit(bindparam("page_limit")),
    "list_disclosures",
)
STANDING = audited(
    select(
        DISCLOSURE.c.id,
        DISCLOSURE.c.closed_at,
        DISCLOSURE.c.closed_reason,
        CONSENT.c.status,
        CONSENT.c.starts_on,
        CONSENT.c.expires_on,
    )
    .join(CONSENT, CONSENT.c.id == DISCLOSURE.c.consent_id)
    .where(DISCLOSURE.c.id == bindparam("p_disclosure", type_=Uuid)),
    "get_disclosure_standing",
)
MACHINE = {ConsentAction.EXPIRE}


def get_consent(connection: Connection, caller: Principal, consent_id: UUID) -> Record:
    row = fetch_one(connection, GET, p_consent=consent_id, **visible_to(caller))
    return shown(caller, _found(row))


def consent_to_change(connection: Connection, caller: Principal, consent_id: UUID) -> Record:
    return _found(fetch_one(connection, LOCKED, p_consent=consent_id, **visible_to(caller)))


def list_consents(
    connection: Connection, caller: Principal, case_id: UUID, pages: Paging
) -> Record:
    case_for(connection, caller, case_id)
    asked = pages.parameters(NEWEST_FIRST)
    found = fetch(connection, LIST, p_case=case_id, **asked, **visible_to(caller))
    return pages.page(NEWEST_FIRST, [shown(caller, row) for row in found])


def list_disclosures(
    connection: Connection, caller: Principal, case_id: UUID, pages: Paging
) -> Record:
    case_for(connection, caller, case_id)
    asked = pages.parameters(NEWEST_FIRST)
    found = fetch(connection, ACCOUNT, p_case=case_id, **asked, **visible_to(caller))
    return pages.page(NEWEST_FIRST, found)


def shown(caller: Principal, row: Record) -> Record:
    status = ConsentStatus(row["status"])
    writes = "cases:write" in caller.scopes and may_write(caller, relation_of(row))
    actions = [
        {"name": action, "href": f"/v1/consents/{row['id']}/{action}"}
        for action in actions_from(TRANSITIONS, status)
        if writes and action not in MACHINE
    ]
    return {**row, "in_force": in_force(row, clock.now().date()), "actions": actions}


def standing(connection: Connection, organization_id: UUID, disclosure_id: UUID) -> Record:
    """Whether a packet may still be shown, judged now."""
    enter(connection, organization_id)
    row = fetch_one(connection, STANDING, p_disclosure=disclosure_id)
    if row is None:
        raise NotFound(ABSENT)
    reason = _reason(row)
    return {"id": disclosure_id, "stands": reason is None, "reason": reason}


def _reason(row: Record) -> str | None:
    if row["closed_at"] is not None:
        return str(row["closed_reason"])
    if in_force(row, clock.now().date()):
        return None
    return "revoked" if row["status"] == ConsentStatus.REVOKED else "expired"


def _found(row: Record | None) -> Record:
    if row is None:
        raise NotFound(ABSENT)
    return row
