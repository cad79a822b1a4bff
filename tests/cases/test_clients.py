"""Clients: duplicates are warned of, sensitive columns are sealed, stale writes are refused."""

from datetime import date
from uuid import uuid4

import pytest

from services.cases.duplicates import Person, matches
from tests.cases.factories import Agency, new_client, open_case
from tests.stack import Stack

BORN = date(1988, 4, 2)


@pytest.mark.parametrize(
    ("known", "matched"),
    [
        (Person("Ana Reyes", BORN, frozenset()), ["name", "birth_date"]),
        (Person("Reyes Ána", BORN, frozenset()), ["name", "birth_date"]),
        (Person("Anna Reyes", None, frozenset({"5550100"})), ["name", "phone"]),
        (Person("Ana Reyes", None, frozenset()), ["name"]),
        (Person("Ana Reyes", date(1970, 1, 1), frozenset()), []),
        (Person("Bo Lund", BORN, frozenset({"5550100"})), ["birth_date", "phone"]),
        (Person("Bo Lund", BORN, frozenset()), []),
    ],
)
def test_possible_duplicates(known: Person, matched: list[str]) -> None:
    assert matches(Person("Ana Reyes", BORN, frozenset({"5550100"})), known) == matched


async def test_a_duplicate_is_decided_by_a_person(agency: Agency) -> None:
    worker = agency.intake_worker
    name = {"given_name": "Mara", "family_name": "Quint", "birth_date": "1977-07-07"}
    first = await worker.post("/v1/clients", name)
    warned = await worker.post("/v1/clients", name, 409)
    assert warned["type"] == "/problems/possible-duplicate"
    assert warned["possible_duplicates"] == [
        {"client_id": first["id"], "matched": ["name", "birth_date"], "readable": True}
    ]
    assert "Quint" not in str(warned)
    await worker.post("/v1/clients", name | {"not_duplicate_of": [first["id"]]})


async def test_searching_by_phone_and_birth_date(agency: Agency) -> None:
    worker = agency.case_manager
    phone = {"kind": "phone", "value": "+1 (305) 555-0177"}
    client = await new_client(worker, birth_date="2001-02-03", channels=[phone])
    for asked in ({"phone": "305.555.0177"}, {"birth_date": "2001-02-03", "name": "an rey"}):
        found = await worker.act("/v1/clients/search", asked)
        assert [item["id"] for item in found["items"]] == [client["id"]]
    await worker.act("/v1/clients/search", {}, 422)
    assert (await worker.act("/v1/clients/search", {"name": "%"}))["items"] == []


async def test_optimistic_locking(agency: Agency) -> None:
    worker = agency.case_manager
    client = await new_client(worker)
    path = f"/v1/clients/{client['id']}"
    assert (await worker.http.patch(path, json={"pronouns": "she"})).status_code == 428
    await worker.patch(path, 1, {"pronouns": "she"})
    stale = await worker.patch(path, 1, {"pronouns": "they"}, 412)
    assert stale["version"] == 2


async def test_idempotency(stack: Stack, agency: Agency) -> None:
    worker, key = agency.case_manager, str(uuid4())
    body = {"given_name": "Once", "family_name": uuid4().hex}
    first = await worker.post("/v1/clients", body, key=key)
    again = await worker.post("/v1/clients", body, key=key)
    assert first == again
    reused = await worker.post("/v1/clients", body | {"given_name": "Twice"}, 422, key=key)
    assert reused["type"] == "/problems/idempotency-key-reused"


CANARY = "canary-7f3a91"


async def test_sensitive_columns_hold_no_plain_text(stack: Stack, agency: Agency) -> None:
    """domain.md, "Classes of data": read back as the migrator, past every policy."""
    worker = agency.case_manager
    refuge = {"kind": "address", "value": f"{CANARY} refuge", "confidential": True}
    contact = {"reasons": f"{CANARY} reasons"}
    case = await open_case(worker, channels=[refuge], contact=contact)
    client = f"/v1/clients/{case['client_id']}"
    for data_class in ("identifiers", "safety", "health", "mental_health", "immigration"):
        fact = {"data_class": data_class, "kind": "note", "value": f"{CANARY} {data_class}"}
        await worker.post(f"{client}/facts", fact)
    await worker.post(
        f"/v1/cases/{case['id']}/needs", {"category": "safety", "words": f"{CANARY} words"}
    )
    note = {"kind": "phone", "contacted_at": "2026-11-20T10:00:00Z", "data_class": "health"}
    said = {"title": f"{CANARY} title", "body": f"{CANARY} body"}
    await worker.post(f"/v1/cases/{case['id']}/notes", note | said)
    names = await stack.rows(
        "cases",
        "select table_name as name from information_schema.tables "
        "where table_schema = 'public' and table_type = 'BASE TABLE'",
    )
    for table in names:
        rows = await stack.rows("cases", f"select to_jsonb(t)::text as row from {table['name']} t")
        text = "\n".join(row["row"] for row in rows)
        assert CANARY not in text, table["name"]
        assert CANARY.encode().hex() not in text, table["name"]
    shown = await worker.get(client)
    assert shown["contact"]["reasons"] == f"{CANARY} reasons"
    assert shown["channels"][0]["value"] == f"{CANARY} refuge"
    facts = await worker.get(f"{client}/facts")
    assert {fact["value"] for fact in facts["items"]} >= {f"{CANARY} safety"}
