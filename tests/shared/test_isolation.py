"""Forced row-level security: no context, no rows; nothing is left on a pooled connection."""

import asyncio
import random
from uuid import uuid4

import asyncpg
import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from shared.db import Context, Database
from tests.shared import sample
from tests.shared.conftest import Sample

ORGANIZATIONS = [uuid4() for _ in range(20)]
COUNTS = text("select count(*) as rows, count(distinct organization) as organizations from thing")


def add(connection: Connection, organization: str) -> None:
    connection.execute(
        text("insert into thing values (gen_random_uuid(), :o, 'n', 0, 1, now())"),
        {"o": organization},
    )


def counts(connection: Connection) -> tuple[int, int]:
    row = connection.execute(COUNTS).one()
    return row.rows, row.organizations


@pytest.fixture(scope="module")
async def filled(sample_service: Sample) -> Sample:
    db = Database(sample_service.app.state.engine)
    for organization in ORGANIZATIONS:
        for _ in range(3):
            await db.as_(organization=organization).run(add, str(organization))
    return sample_service


async def test_without_a_context_there_are_no_rows_for_the_app_or_the_worker(
    filled: Sample,
) -> None:
    assert await Database(filled.app.state.engine).run(counts) == (0, 0)
    assert await filled.surroundings.db.run(counts) == (0, 0)


async def test_2000_transactions_of_20_organizations_share_8_connections(filled: Sample) -> None:
    engine = filled.app.state.engine

    async def one(number: int) -> bool:
        known = number % 7 > 0
        organization = random.choice(ORGANIZATIONS) if known else None
        seen = await Database(engine, Context(organization=organization)).run(counts)
        return seen == ((3, 1) if known else (0, 0))

    assert all(await asyncio.gather(*(one(number) for number in range(2000))))


async def test_a_row_of_another_organization_cannot_be_written(filled: Sample) -> None:
    db = Database(filled.app.state.engine).as_(organization=ORGANIZATIONS[0])
    with pytest.raises(DBAPIError, match="row-level security"):
        await db.run(add, str(ORGANIZATIONS[1]))


async def test_the_context_is_gone_with_the_transaction(filled: Sample) -> None:
    connection = await asyncpg.connect(filled.urls.app.replace("+asyncpg", ""))
    try:
        await connection.execute(
            f"begin; select set_config('app.organization', '{ORGANIZATIONS[0]}', true)"
        )
        assert await connection.fetchval("select count(*) from thing") == 3
        await connection.execute("commit")
        assert await connection.fetchval("select count(*) from thing") == 0
    finally:
        await connection.close()


async def test_a_failed_transaction_is_never_taken_for_a_commit(filled: Sample) -> None:
    def fail_quietly(connection: Connection) -> None:
        add(connection, str(ORGANIZATIONS[0]))
        try:
            connection.execute(text("select 1/0"))
        except DBAPIError:
            return

    db = Database(filled.app.state.engine).as_(organization=ORGANIZATIONS[0])
    with pytest.raises(DBAPIError):
        await db.run(fail_quietly)
    assert await db.run(counts) == (3, 1)


async def test_the_services_roles_own_nothing_and_bypass_nothing(filled: Sample) -> None:
    connection = await asyncpg.connect(filled.urls.app.replace("+asyncpg", ""))
    try:
        roles = await connection.fetch(
            "select rolname, rolsuper, rolbypassrls from pg_roles "
            "where rolname ~ '^(cases|resources|referrals)_(app|worker)$'"
        )
        owned = await connection.fetchval(
            "select count(*) from pg_class join pg_roles on pg_roles.oid = relowner "
            "where rolname ~ '_(app|worker)$'"
        )
    finally:
        await connection.close()
    assert len(roles) == 6
    assert not any(role["rolsuper"] or role["rolbypassrls"] for role in roles)
    assert owned == 0


async def test_the_event_log_is_closed_to_users_and_the_audit_trail_to_change(
    filled: Sample,
) -> None:
    def events(connection: Connection) -> int:
        return int(connection.execute(text("select count(*) from event")).scalar_one())

    async with filled.client() as client:
        await client.post("/v1/things", json={"name": "told"})
        assert (await client.get("/v1/events/sample")).status_code == 403
    db = Database(filled.app.state.engine).as_(organization=ORGANIZATIONS[0])
    assert await db.run(events) == 0
    assert await db.as_(reads_events=True).run(events) > 0
    with pytest.raises(DBAPIError, match="permission denied"):
        await db.run(lambda c: c.execute(text("update audit set outcome = 'ok'")))
    with pytest.raises(DBAPIError, match="permission denied"):
        await db.run(lambda c: c.execute(text("delete from audit")))


async def test_without_a_database_the_answer_is_503(sample_service: Sample) -> None:
    settings = sample_service.app.state.settings
    away = settings.model_copy(
        update={"database_url": SecretStr("postgresql+asyncpg://nobody@127.0.0.1:1/none")}
    )
    app = sample.create(away, sample_service.surroundings.http)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    token = sample_service.issuer.user_token("case_manager")
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://a", headers=headers
    ) as client:
        answer = await client.get("/v1/things")
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/database-unavailable")
    assert answer.headers["retry-after"] == "2"
