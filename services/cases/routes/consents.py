"""Consents, and the decision to disclose that rests on them."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response

from services.cases.commands import consents as commands
from services.cases.commands import disclosures
from services.cases.queries import consents as queries
from services.cases.queries import contact, permission
from services.cases.routes.callers import CaseReader, CaseWriter, new_router
from services.cases.schemas import consents as schemas
from shared.app import problems
from shared.auth import Db, Principal, requires
from shared.db import Record
from shared.etag import tag
from shared.idempotency import OnlyOnce
from shared.pagination import Page, Pages
from shared.schemas.disclosures import (
    ContactDecision,
    Disclosure,
    DisclosurePreview,
    DisclosureRequest,
    DisclosureStanding,
)

router = new_router("consents")
Discloser = Annotated[Principal, requires("disclosures:decide", "referrals:write")]
ACT: dict[str, Any] = {"response_model": schemas.Consent, "responses": problems(404, 409)}


@router.post(
    "/cases/{case_id}/consents",
    status_code=201,
    response_model=schemas.Consent,
    operation_id="create_consent",
    summary="Record a consent",
    responses=problems(404, 409),
)
async def create_consent(
    case_id: UUID, new: schemas.NewConsent, caller: CaseWriter, db: Db, once: OnlyOnce
) -> Record:
    """A draft, or active at once when `given` says how the client agreed."""
    return await db.run(once, commands.create_consent, caller, case_id, new)


@router.get(
    "/cases/{case_id}/consents",
    response_model=Page[schemas.Consent],
    operation_id="list_consents",
    summary="List a case's consents",
    responses=problems(404),
)
async def list_consents(case_id: UUID, pages: Pages, caller: CaseReader, db: Db) -> Record:
    """Newest first."""
    return await db.run(queries.list_consents, caller, case_id, pages)


@router.get(
    "/cases/{case_id}/disclosures",
    response_model=Page[schemas.DisclosureRecord],
    operation_id="list_disclosures",
    summary="The account of disclosures",
    responses=problems(404),
)
async def list_disclosures(case_id: UUID, pages: Pages, caller: CaseReader, db: Db) -> Record:
    """What was told to whom, when and under which consent, newest first."""
    return await db.run(queries.list_disclosures, caller, case_id, pages)


@router.get(
    "/consents/{consent_id}",
    response_model=schemas.Consent,
    operation_id="get_consent",
    summary="Read a consent",
    responses=problems(404),
)
async def get_consent(consent_id: UUID, response: Response, caller: CaseReader, db: Db) -> Record:
    """`in_force` is judged now."""
    row = await db.run(queries.get_consent, caller, consent_id)
    tag(response, row["version"])
    return row


@router.post(
    "/consents/{consent_id}/activate",
    operation_id="activate_consent",
    summary="The client agreed",
    **ACT,
)
async def activate_consent(
    consent_id: UUID, given: schemas.Given, caller: CaseWriter, db: Db, once: OnlyOnce
) -> Record:
    """From a draft: signed, or verbal with a witness."""
    return await db.run(once, commands.activate, caller, consent_id, given)


@router.post(
    "/consents/{consent_id}/refuse",
    operation_id="refuse_consent",
    summary="The client refused",
    **ACT,
)
async def refuse_consent(
    consent_id: UUID, _: schemas.Refusal, caller: CaseWriter, db: Db, once: OnlyOnce
) -> Record:
    """Never a reason to refuse service."""
    return await db.run(once, commands.refuse, caller, consent_id)


@router.post(
    "/consents/{consent_id}/revoke",
    operation_id="revoke_consent",
    summary="The client takes it back",
    **ACT,
)
async def revoke_consent(
    consent_id: UUID, body: schemas.Revocation, caller: CaseWriter, db: Db, once: OnlyOnce
) -> Record:
    """Closes every packet disclosed under it at once, and withdraws what is under way."""
    return await db.run(once, commands.revoke, caller, consent_id, body.reason)


@router.post(
    "/disclosures",
    response_model=Disclosure,
    operation_id="disclose",
    summary="Decide, record and hand over a disclosure",
    responses=problems(404, 409),
)
async def disclose(asked: DisclosureRequest, caller: Discloser, db: Db) -> Record:
    """Asked by referrals when it sends. 409 `consent-missing` names the classes that no consent in
    force covers for this receiver; 409 `agreement-expired` says that there was an agreement with it,
    and none is in force. A repeat for the same referral is judged anew."""
    return await db.run(disclosures.disclose, caller, asked)


@router.post(
    "/disclosures/preview",
    response_model=DisclosurePreview,
    operation_id="preview_disclosure",
    summary="See what would be disclosed",
    responses=problems(404),
)
async def preview_disclosure(asked: DisclosureRequest, caller: Discloser, db: Db) -> Record:
    """Judged as a disclosure is, and nothing is disclosed or recorded but that somebody looked.
    `reason` says why it is not permitted; the packet is there only when it is."""
    return await db.run(permission.preview, caller, asked)


@router.get(
    "/disclosures/{disclosure_id}/standing",
    response_model=DisclosureStanding,
    operation_id="get_disclosure_standing",
    summary="Does a disclosure still stand?",
    responses=problems(404),
)
async def get_disclosure_standing(
    disclosure_id: UUID,
    organization_id: Annotated[UUID, Query(description="The organization that disclosed")],
    _: Annotated[Principal, requires("disclosures:decide")],
    db: Db,
) -> Record:
    """Asked by referrals at every opening of a packet."""
    return await db.run(queries.standing, organization_id, disclosure_id)


@router.post(
    "/clients/{client_id}/contact-decision",
    response_model=ContactDecision,
    operation_id="decide_contact",
    summary="How may this client be asked?",
    responses=problems(404),
)
async def decide_contact(
    client_id: UUID,
    asked: schemas.ContactRequest,
    _: Annotated[Principal, requires("contacts:decide")],
    db: Db,
) -> Record:
    """The safe-contact policy's answer, for whatever reaches the client: a channel and its address,
    or why there is none; `not_before` when it is outside the hours they agreed to."""
    return await db.run(contact.contact_decision, asked.organization_id, client_id, asked.purpose)
