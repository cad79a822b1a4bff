"""May this be told to that receiver, now? The one judgement behind a disclosure and its preview."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import Connection, and_, bindparam, exists, or_, select

from services.cases.access import may_approve, may_write, relation_of
from services.cases.errors import ABSENT
from services.cases.lifecycle.case import LIVE
from services.cases.lifecycle.consent import Recipient, missing_classes
from services.cases.lifecycle.need import IN_WORK
from services.cases.models import AGREEMENT, CASE, CLIENT, CONSENT, DISCLOSURE, NEED
from services.cases.queries import packets
from services.cases.queries.visibility import case_for
from shared import audit, clock
from shared.auth import Kind, Principal
from shared.db import Record, enter, fetch, fetch_one
from shared.errors import Forbidden, NotFound
from shared.schemas.disclosures import DataClass, DisclosureRequest

NEED_ROW = (
    select(NEED, CASE.c.status.label("case_status"))
    .join(CASE, CASE.c.id == NEED.c.case_id)
    .where(NEED.c.id == bindparam("p_need"))
)
CLIENT_ROW = select(CLIENT).where(CLIENT.c.id == bindparam("p_client"))
# Shared: a death that is being recorded closes this disclosure too, or is seen by it.
CLIENT_HELD = CLIENT_ROW.with_for_update(read=True)
CONSENTS = (
    select(CONSENT)
    .where(CONSENT.c.client_id == bindparam("p_client"), CONSENT.c.status == "active")
    .order_by(CONSENT.c.id)
)
# Held FOR UPDATE: a revocation waits for this decision, or this decision for it.
CONSENTS_HELD = CONSENTS.with_for_update()
_WITH_THEM = or_(
    AGREEMENT.c.partner_id == bindparam("p_receiver"),
    AGREEMENT.c.partner_id == bindparam("p_organization"),
)
_IN_FORCE = and_(
    AGREEMENT.c.starts_on <= bindparam("p_today"),
    or_(AGREEMENT.c.ends_on.is_(None), AGREEMENT.c.ends_on >= bindparam("p_today")),
)
PARTNER = select(
    exists().where(_WITH_THEM, _IN_FORCE).label("agreed"),
    exists().where(_WITH_THEM).label("partner"),
    exists()
    .where(DISCLOSURE.c.referral_id == bindparam("p_referral"), DISCLOSURE.c.closed_at.is_(None))
    .label("told_already"),
)


class Reason(StrEnum):
    """Why nothing may be told."""

    CASE_ENDED = "case_ended"
    NEED_NOT_OPEN = "need_not_open"
    DECEASED = "deceased"
    AGREEMENT_EXPIRED = "agreement_expired"
    CONSENT_MISSING = "consent_missing"


@dataclass(frozen=True)
class Verdict:
    """`consent` covers all that is asked; or `reason` says why nothing may be told."""

    need: Record
    client: Record
    reason: Reason | None = None
    consent: Record | None = None
    missing: frozenset[str] = frozenset()


def judge(
    connection: Connection, caller: Principal, asked: DisclosureRequest, *, held: bool
) -> Verdict:
    """`held`: what it rests on stays locked, for a decision that is recorded."""
    need = _need(connection, caller, asked)
    found = CLIENT_HELD if held else CLIENT_ROW
    client = fetch_one(connection, found, p_client=need["client_id"])
    assert client is not None
    if need["case_status"] not in LIVE:
        return Verdict(need, client, Reason.CASE_ENDED)
    if need["status"] not in IN_WORK:
        return Verdict(need, client, Reason.NEED_NOT_OPEN)
    if client["deceased_on"] is not None:
        return Verdict(need, client, Reason.DECEASED)
    return _consented(connection, asked, Verdict(need, client), held=held)


def preview(connection: Connection, caller: Principal, asked: DisclosureRequest) -> Record:
    """What a disclosure would hand over now; nothing is recorded of it but that somebody looked."""
    verdict = judge(connection, caller, asked, held=False)
    client, consent = verdict.client, verdict.consent
    told = consent is not None or verdict.reason is Reason.CONSENT_MISSING
    named = set(asked.classes) - verdict.missing if told else set()
    ids = [verdict.need["id"], client["id"]]
    audit.record(connection, "preview_disclosure", ids, basis=verdict.reason or "consent")
    return {
        "permitted": consent is not None,
        "missing": sorted(verdict.missing),
        "reason": verdict.reason,
        "consent_id": consent and consent["id"],
        "expires_on": consent and consent["expires_on"],
        "packet": consent and packets.build(connection, client, asked.classes),
        "age": _age(client["birth_date"]) if DataClass.IDENTITY in named else None,
        "language": client["language"],
    }


def _age(born: date | None) -> int | None:
    if born is None:
        return None
    today = clock.now().date()
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


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
        relation = relation_of(case_for(connection, caller, need["case_id"]))
        if not (may_write(caller, relation) or may_approve(caller, relation)):
            raise Forbidden("You may read this case, but not write it.")
    return need


def _consented(
    connection: Connection, asked: DisclosureRequest, verdict: Verdict, *, held: bool
) -> Verdict:
    """By the consent in force that covers all that is asked."""
    today = clock.now().date()
    receiver, organization = asked.recipient_id, asked.recipient_organization_id
    standing = fetch_one(
        connection,
        PARTNER,
        p_receiver=receiver,
        p_organization=organization,
        p_today=today,
        p_referral=asked.referral_id,
    )
    assert standing is not None
    need, client = verdict.need, verdict.client
    lapsed = standing["partner"] and not standing["agreed"]
    if lapsed and not standing["told_already"]:
        return Verdict(need, client, Reason.AGREEMENT_EXPIRED)
    recipient = Recipient(receiver, organization, agreed=standing["agreed"])
    wanted = {data_class.value for data_class in asked.classes}
    candidates = fetch(connection, CONSENTS_HELD if held else CONSENTS, p_client=client["id"])
    consent, missing = missing_classes(candidates, recipient, wanted, today)
    reason = None if consent else Reason.CONSENT_MISSING
    return Verdict(need, client, reason, consent, frozenset(missing))
