"""Consent and disclosure: decided where consent lives, closed the moment it ends."""

import asyncio
from uuid import UUID, uuid4

import httpx
import pytest

from services.cases import clocks
from services.cases.queries import consents as queries
from shared import clock
from tests.cases.factories import (
    Agency,
    Person,
    checked,
    disclosure_request,
    new_consent,
    new_need,
    open_case,
)
from tests.stack import Stack


@pytest.fixture
def referrals(stack: Stack) -> httpx.AsyncClient:
    return stack.service_client("cases", "referrals-api")


async def test_a_consent_that_covers_all_opens_a_packet(
    agency: Agency, referrals: httpx.AsyncClient
) -> None:
    worker, receiver = agency.case_manager, uuid4()
    channels = [
        {"kind": "email", "value": "ana@example.org"},
        {"kind": "phone", "value": "555 0100", "safe": False},
        {"kind": "address", "value": "1 Refuge Road", "confidential": True},
    ]
    case = await open_case(worker, birth_date="1988-04-02", channels=channels)
    need = await new_need(worker, case["id"])
    await new_consent(worker, case["id"], receiver)
    asked = disclosure_request(agency, need["id"], receiver)
    given = await worker.act("/v1/disclosures", asked)
    packet = given["packet"]["classes"]
    assert set(packet) == {"identity", "contact"}
    assert packet["identity"]["birth_date"] == "1988-04-02"
    by_default = {"opens": "08:00", "closes": "20:00", "timezone": "UTC"}
    hours = by_default | {"weekdays": [0, 1, 2, 3, 4, 5, 6]}
    said = {"email": ["ana@example.org"], "leave_message": False, "hours": hours}
    assert packet["contact"] == said
    again = checked(await referrals.post("/v1/disclosures", json=asked), 200)
    assert again["id"] == given["id"]
    account = await worker.get(f"/v1/cases/{case['id']}/disclosures")
    assert [line["referral_id"] for line in account["items"]] == [asked["referral_id"]]


async def test_what_no_consent_covers_is_refused_whole(agency: Agency) -> None:
    worker, receiver = agency.case_manager, uuid4()
    case = await open_case(worker)
    need = await new_need(worker, case["id"])
    asked = disclosure_request(agency, need["id"], receiver)
    refused = await worker.act("/v1/disclosures", asked, 409)
    assert refused["type"] == "/problems/consent-missing"
    assert refused["missing"] == ["contact", "identity"]
    await new_consent(worker, case["id"], receiver, classes=["identity"])
    assert (await worker.act("/v1/disclosures", asked, 409))["missing"] == ["contact"]
    other = disclosure_request(agency, need["id"], uuid4(), classes=["identity"])
    assert (await worker.act("/v1/disclosures", other, 409))["missing"] == ["identity"]


async def test_any_agreed_needs_an_agreement_in_force(agency: Agency) -> None:
    worker, partner = agency.case_manager, uuid4()
    case = await open_case(worker)
    need = await new_need(worker, case["id"])
    anyone = {"recipient_kind": "any_agreed", "recipient_id": None, "recipient_name": None}
    await new_consent(worker, case["id"], partner, **anyone)
    asked = disclosure_request(agency, need["id"], partner)
    await worker.act("/v1/disclosures", asked, 409)
    agreement = {"partner_id": str(partner), "partner_name": "Ally", "starts_on": "2020-01-01"}
    await agency.admin.post("/v1/agreements", agreement)
    await worker.act("/v1/disclosures", asked)


async def test_revocation_closes_and_a_repeat_is_refused(
    stack: Stack, agency: Agency, referrals: httpx.AsyncClient
) -> None:
    worker, receiver = agency.case_manager, uuid4()
    case = await open_case(worker)
    need = await new_need(worker, case["id"])
    consent = await new_consent(worker, case["id"], receiver)
    asked = disclosure_request(agency, need["id"], receiver)
    given = await worker.act("/v1/disclosures", asked)
    standing = f"/v1/disclosures/{given['id']}/standing?organization_id={agency.id}"
    assert checked(await referrals.get(standing), 200)["stands"] is True
    await worker.act(f"/v1/consents/{consent['id']}/revoke")
    after = checked(await referrals.get(standing), 200)
    assert (after["stands"], after["reason"]) == (False, "revoked")
    await worker.act("/v1/disclosures", asked, 409)
    await new_consent(worker, case["id"], receiver)
    await worker.act("/v1/disclosures", asked, 409)
    events = await stack.rows(
        "cases", "select data from event where type = 'cases.disclosure.closed'"
    )
    assert given["id"] in str(events)


async def test_expiry_is_judged_when_read_and_by_the_clock(
    stack: Stack, agency: Agency, referrals: httpx.AsyncClient
) -> None:
    worker, receiver = agency.case_manager, uuid4()
    case = await open_case(worker)
    need = await new_need(worker, case["id"])
    today = clock.now().date()
    consent = await new_consent(worker, case["id"], receiver, expires_on=str(today))
    given = await worker.act("/v1/disclosures", disclosure_request(agency, need["id"], receiver))
    standing = f"/v1/disclosures/{given['id']}/standing?organization_id={agency.id}"
    path = f"/v1/consents/{consent['id']}"
    midnight = clocks.end_of(today)
    with clock.simulated(lambda: midnight):
        late = await stack.surroundings["cases"].db.run(
            queries.standing, agency.id, UUID(given["id"])
        )
        assert late["reason"] == "expired"
        await stack.settle("cases")
    assert (await worker.get(path))["status"] == "expired"
    assert checked(await referrals.get(standing), 200)["stands"] is False


@pytest.mark.parametrize("turn", range(10))
async def test_revoke_and_disclose_at_once_never_leave_an_open_disclosure(
    stack: Stack, agency: Agency, turn: int
) -> None:
    worker, receiver = agency.case_manager, uuid4()
    case = await open_case(worker)
    need = await new_need(worker, case["id"])
    consent = await new_consent(worker, case["id"], receiver)
    asks = [disclosure_request(agency, need["id"], receiver) for _ in range(3)]
    answers = await asyncio.gather(
        *(worker.http.post("/v1/disclosures", json=asked) for asked in asks),
        worker.http.post(f"/v1/consents/{consent['id']}/revoke", json={}),
        *(worker.http.post("/v1/disclosures", json=asked) for asked in asks),
    )
    assert {answer.status_code for answer in answers} <= {200, 409}
    left = await stack.rows(
        "cases",
        "select id from disclosure where consent_id = $1 and closed_at is null",
        consent["id"],
    )
    assert left == []


async def test_a_foreign_need_is_absent(stack: Stack, agency: Agency) -> None:
    worker = agency.case_manager
    asked = disclosure_request(agency, str(uuid4()), uuid4())
    await worker.act("/v1/disclosures", asked, 404)
    elsewhere = disclosure_request(agency, str(uuid4()), uuid4(), organization_id=str(uuid4()))
    await worker.act("/v1/disclosures", elsewhere, 404)


async def test_how_a_client_may_be_asked(agency: Agency, referrals: httpx.AsyncClient) -> None:
    worker = agency.case_manager
    channels = [
        {"kind": "phone", "value": "555 0100"},
        {"kind": "email", "value": "ana@example.org", "at_home": True},
    ]
    case = await open_case(worker, channels=channels, language="es")
    path = f"/v1/clients/{case['client_id']}"
    asked = {"organization_id": str(agency.id), "purpose": "confirm_outcome"}

    async def decision() -> tuple[str, str | None]:
        answer = checked(await referrals.post(f"{path}/contact-decision", json=asked), 200)
        assert answer["language"] == "es"
        return answer["channel"], answer["reason"]

    assert await decision() == ("email", None)
    client = await worker.patch(path, 1, {"contact": {"not_at_home": True}})
    assert await decision() == ("phone", None)
    client = await worker.patch(path, client["version"], {"contact": {"contact_refused": True}})
    assert await decision() == ("none", "refused")
    await worker.patch(path, client["version"], {"deceased_on": "2026-01-01"})
    assert await decision() == ("none", "deceased")


async def test_a_death_closes_what_was_disclosed(
    agency: Agency, referrals: httpx.AsyncClient
) -> None:
    worker, receiver = agency.case_manager, uuid4()
    case = await open_case(worker)
    need = await new_need(worker, case["id"])
    await new_consent(worker, case["id"], receiver)
    given = await worker.act("/v1/disclosures", disclosure_request(agency, need["id"], receiver))
    path = f"/v1/clients/{case['client_id']}"
    await worker.patch(path, 1, {"deceased_on": "2999-01-01"}, 422)
    await worker.patch(path, 1, {"deceased_on": "2026-01-01"})
    standing = f"/v1/disclosures/{given['id']}/standing?organization_id={agency.id}"
    assert checked(await referrals.get(standing), 200)["reason"] == "deceased"
    await worker.act("/v1/disclosures", disclosure_request(agency, need["id"], receiver), 409)


async def test_a_repeat_is_the_same_disclosure_and_no_other(stack: Stack, agency: Agency) -> None:
    """The account of what was told to whom is not rewritten."""
    worker, receiver, other = agency.case_manager, uuid4(), uuid4()
    case = await open_case(worker)
    need, second = [await new_need(worker, case["id"]) for _ in range(2)]
    for recipient in (receiver, other):
        await new_consent(worker, case["id"], recipient)
    asked = disclosure_request(agency, need["id"], receiver)
    given = await worker.act("/v1/disclosures", asked)
    assert (await worker.act("/v1/disclosures", asked))["id"] == given["id"]
    for change in (
        {"recipient_id": str(other)},
        {"need_id": second["id"]},
        {"classes": ["identity"]},
    ):
        await worker.act("/v1/disclosures", asked | change, 409)
    (told,) = (await worker.get(f"/v1/cases/{case['id']}/disclosures"))["items"]
    assert (told["recipient_id"], told["classes"]) == (str(receiver), ["contact", "identity"])
    decided = {"reason": "moved_away"}
    await worker.act(f"/v1/needs/{need['id']}/withdraw", decided)
    await worker.act("/v1/disclosures", asked, 409)


async def test_a_repeat_under_another_consent_was_decided_under_it(
    stack: Stack, agency: Agency
) -> None:
    worker, receiver = agency.case_manager, uuid4()
    case = await open_case(worker)
    need = await new_need(worker, case["id"])
    today = clock.now().date()
    await new_consent(worker, case["id"], receiver, expires_on=str(today))
    asked = disclosure_request(agency, need["id"], receiver)
    await worker.act("/v1/disclosures", asked)
    with clock.simulated(lambda: clocks.end_of(today)):
        http = stack.client("cases", "case_manager", agency.id, worker.id)
        tomorrow = Person(worker.id, http)
        await new_consent(tomorrow, case["id"], receiver)
        again = await tomorrow.act("/v1/disclosures", asked)
    (row,) = await stack.rows(
        "cases",
        "select c.starts_on <= d.decided_at::date as permitted from disclosure d "
        "join consent c on c.id = d.consent_id where d.id = $1",
        again["id"],
    )
    assert row["permitted"]
