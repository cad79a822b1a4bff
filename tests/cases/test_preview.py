"""A preview judges as a disclosure does, shows the same packet, and leaves nothing behind."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from shared import clock
from tests.cases.factories import (
    Agency,
    Body,
    Person,
    checked,
    disclosure_request,
    new_consent,
    new_need,
    open_case,
)
from tests.stack import Stack

BORN = "1988-04-02"


async def asked_for(worker: Person, agency: Agency, *, consent: bool = True, **client: Any) -> Body:
    receiver = uuid4()
    case = await open_case(worker, birth_date=BORN, language="es", **client)
    need = await new_need(worker, case["id"])
    if consent:
        await new_consent(worker, case["id"], receiver)
    return disclosure_request(agency, need["id"], receiver)


async def test_it_shows_the_packet_and_records_nothing(stack: Stack, agency: Agency) -> None:
    worker = agency.case_manager
    email = {"kind": "email", "value": "ana@example.org"}
    asked = await asked_for(worker, agency, channels=[email])
    count = "select count(*) as n from disclosure"
    before = await stack.rows("cases", count)
    seen = await worker.act("/v1/disclosures/preview", asked)
    assert await stack.rows("cases", count) == before
    given = await worker.act("/v1/disclosures", asked)
    assert seen["permitted"]
    assert (seen["reason"], seen["missing"], seen["language"]) == (None, [], "es")
    assert seen["packet"] == given["packet"]
    assert (seen["consent_id"], seen["expires_on"]) == (given["consent_id"], given["expires_on"])
    today = clock.now().date()
    assert seen["age"] == today.year - 1988 - ((today.month, today.day) < (4, 2))
    trail = await stack.rows("cases", "select basis from audit where action = 'preview_disclosure'")
    assert trail[-1]["basis"] == "consent"


async def test_a_service_looks_in_the_name_of_the_organization(
    stack: Stack, agency: Agency
) -> None:
    asked = await asked_for(agency.case_manager, agency)
    async with stack.service_client("cases", "referrals-api") as referrals:
        path = "/v1/disclosures/preview"
        assert checked(await referrals.post(path, json=asked), 200)["permitted"]
        elsewhere = asked | {"organization_id": str(uuid4())}
        checked(await referrals.post(path, json=elsewhere), 404)


async def test_what_is_missing_is_named_and_nothing_is_shown(agency: Agency) -> None:
    worker = agency.case_manager
    asked = await asked_for(worker, agency)
    asked["classes"] = ["identity", "mental_health"]
    seen = await worker.act("/v1/disclosures/preview", asked)
    assert (seen["permitted"], seen["reason"]) == (False, "consent_missing")
    assert (seen["missing"], seen["packet"], seen["consent_id"]) == (["mental_health"], None, None)
    assert seen["age"] is not None  # identity is covered
    none = await asked_for(worker, agency, consent=False)
    seen = await worker.act("/v1/disclosures/preview", none)
    assert (seen["missing"], seen["age"]) == (["contact", "identity"], None)


@pytest.mark.parametrize("reason", ["deceased", "need_not_open", "case_ended", "agreement_expired"])
async def test_every_refusal_has_its_reason(agency: Agency, reason: str) -> None:
    worker = agency.case_manager
    asked = await asked_for(worker, agency)
    need = await worker.get(f"/v1/needs/{asked['need_id']}")
    today = clock.now().date()
    match reason:
        case "deceased":
            client = await worker.get(f"/v1/clients/{need['client_id']}")
            path = f"/v1/clients/{client['id']}"
            await worker.patch(path, client["version"], {"deceased_on": str(today)})
        case "need_not_open":
            await worker.act(f"/v1/needs/{need['id']}/withdraw", {"reason": "moved"})
        case "case_ended":
            why = {"reason": "safety", "explanation": "x"}
            await agency.supervisor.act(f"/v1/cases/{need['case_id']}/close-now", why)
        case "agreement_expired":
            days = {
                "starts_on": str(today - timedelta(days=9)),
                "ends_on": str(today - timedelta(days=1)),
            }
            partner = {"partner_id": asked["recipient_id"], "partner_name": "Harbour Shelter"}
            await agency.admin.post("/v1/agreements", partner | days)
    seen = await worker.act("/v1/disclosures/preview", asked)
    assert (seen["permitted"], seen["reason"]) == (False, reason)
    assert (seen["packet"], seen["age"]) == (None, None)
    await worker.act("/v1/disclosures", asked, 409)


async def test_whoever_may_not_disclose_may_not_look(agency: Agency) -> None:
    asked = await asked_for(agency.case_manager, agency)
    await agency.senior_case_manager.act("/v1/disclosures/preview", asked, 404)
    await agency.program_manager.act("/v1/disclosures/preview", asked, 403)
    await agency.case_manager_entry.act("/v1/disclosures/preview", asked, 403)  # reads the case
    foreign = asked | {"organization_id": str(uuid4())}
    await agency.case_manager.act("/v1/disclosures/preview", foreign, 404)
