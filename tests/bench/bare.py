"""The yardstick: FastAPI and asyncpg with nothing else, on the same rows of the same databases.

Run as `python -m tests.bench.bare`. It logs in as the services' roles and sets the context that
row-level security needs, since without it there are no rows. It checks no token, no scope, no relation
to the case; it validates nothing but its answers.
"""

import hashlib
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from types import GenericAlias
from typing import Annotated, Any, Literal
from uuid import NAMESPACE_OID, UUID, uuid4, uuid5

import asyncpg
import uvicorn
from fastapi import FastAPI, Header, Request
from pydantic import BaseModel, create_model
from sqlalchemy import JSON, LargeBinary, Table

from services.cases.models import CASE, NEED
from services.referrals.models import referral

POOL = 16
Audit = Literal["plain", "audited"]
AUDIT = "insert into audit (at, action, ids, outcome) values ($1, $2, $3, 'ok')"
TIMELINE = """
    insert into timeline (id, created_at, client_id, case_id, kind, subject, actor, codes)
    values ($1, $2, $3, $4, 'need.open', $5, $6, $7)
"""
EVENT = """
    insert into event (id, type, subject, organization, time, data)
    values ($1, 'cases.need.standing', $2, $3, $4, $5)
"""
ONCE = "insert into idempotency (key, digest, answer, created_at) values ($1, $2, $3, $4)"


def columns_of(table: Table) -> list[str]:
    """What can stand in an answer: all but what is sealed."""
    hidden = (LargeBinary, JSON)
    return [column.name for column in table.c if not isinstance(column.type, hidden)]


def answer_of(table: Table) -> type[BaseModel]:
    fields: dict[str, Any] = {
        name: (table.c[name].type.python_type | None, None) for name in columns_of(table)
    }
    return create_model(table.name, **fields)


CASE_COLUMNS, REFERRAL_COLUMNS, NEED_COLUMNS = (
    ", ".join(columns_of(table)) for table in (CASE, referral, NEED)
)
GET_CASE = f"select {CASE_COLUMNS} from care_case where id = $1"
LIST_CASES = f"""
    select {CASE_COLUMNS} from care_case where owner_id = $1
    order by created_at desc, id desc limit 50
"""
GET_REFERRAL = f"select {REFERRAL_COLUMNS} from referral where id = $1"
LIST_REFERRALS = f"""
    select {REFERRAL_COLUMNS} from referral where author = $1
    order by created_at desc, id desc limit 50
"""
LOCK_CASE = "select client_id from care_case where id = $1 for update"
ADD_NEED = f"""
    insert into need (id, created_at, case_id, client_id, category, severity, priority, status, created_by)
    values ($1, $2, $3, $4, $5, 3, 1, 'open', $6) returning {NEED_COLUMNS}
"""


class NewNeed(BaseModel):
    category: str


class Service:
    """One database, as one caller."""

    def __init__(self, url: str, organization: UUID, subject: UUID) -> None:
        self.url, self.organization, self.subject = url, organization, subject
        self.begin = (
            f"begin; select set_config('app.organization', '{organization}', true), "
            f"set_config('app.subject', '{subject}', true)"
        )

    async def open(self) -> None:
        self.pool = await asyncpg.create_pool(self.url, min_size=POOL, max_size=POOL)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Any]:
        async with self.pool.acquire() as connection:
            await connection.execute(self.begin)
            yield connection
            await connection.execute("commit")

    async def read(self, statement: str, key: UUID, action: str, audit: Audit) -> list[Any]:
        async with self.transaction() as connection:
            rows = await connection.fetch(statement, key)
            if audit == "audited":
                ids = [row["id"] for row in rows]
                await connection.execute(AUDIT, datetime.now(UTC), action, ids)
        return [dict(row) for row in rows]

    async def add_need(self, case_id: UUID, category: str, key: str | None, body: bytes) -> Any:
        """The rows that the service writes: need, timeline, event, audit, and the key's."""
        now, need_id, me = datetime.now(UTC), uuid4(), self.subject
        standing = {"need_id": need_id, "case_id": case_id, "version": 1, "status": "open"}
        data = json.dumps(standing, default=str)
        async with self.transaction() as connection:
            client_id = await connection.fetchval(LOCK_CASE, case_id)
            need = await connection.fetchrow(
                ADD_NEED, need_id, now, case_id, client_id, category, me
            )
            codes = [category]
            await connection.execute(TIMELINE, uuid4(), now, client_id, case_id, need_id, me, codes)
            await connection.execute(EVENT, uuid4(), need_id, self.organization, now, data)
            await connection.execute(AUDIT, now, "create_need", [need_id, case_id])
            if key is not None:
                answer = json.dumps(dict(need), default=str).encode()
                digest = hashlib.sha256(body).digest()
                await connection.execute(ONCE, uuid5(NAMESPACE_OID, key), digest, answer, now)
        return dict(need)


def create_app(cases: Service, referrals: Service) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await cases.open()
        await referrals.open()
        yield

    app = FastAPI(lifespan=lifespan)
    case, sent, need = answer_of(CASE), answer_of(referral), answer_of(NEED)

    @app.get("/{audit}/cases/{case_id}", response_model=case)
    async def get_case(audit: Audit, case_id: UUID) -> Any:
        return (await cases.read(GET_CASE, case_id, "get_case", audit))[0]

    @app.get("/{audit}/referrals/{referral_id}", response_model=sent)
    async def get_referral(audit: Audit, referral_id: UUID) -> Any:
        return (await referrals.read(GET_REFERRAL, referral_id, "get_referral", audit))[0]

    @app.get("/{audit}/cases", response_model=GenericAlias(list, (case,)))
    async def list_cases(audit: Audit) -> Any:
        return await cases.read(LIST_CASES, cases.subject, "list_cases", audit)

    @app.get("/{audit}/referrals", response_model=GenericAlias(list, (sent,)))
    async def list_referrals(audit: Audit) -> Any:
        return await referrals.read(LIST_REFERRALS, referrals.subject, "list_referrals", audit)

    @app.post("/cases/{case_id}/needs", response_model=need, status_code=201)
    async def create_need(
        request: Request,
        case_id: UUID,
        new: NewNeed,
        idempotency_key: Annotated[str | None, Header()] = None,
    ) -> Any:
        return await cases.add_need(case_id, new.category, idempotency_key, await request.body())

    return app


def main() -> None:
    who = UUID(os.environ["BENCH_ORGANIZATION"]), UUID(os.environ["BENCH_SUBJECT"])
    cases, referrals = (Service(os.environ[f"BENCH_{n}"], *who) for n in ("CASES", "REFERRALS"))
    port = int(os.environ["BENCH_PORT"])
    app = create_app(cases, referrals)
    uvicorn.run(app, host="127.0.0.1", port=port, access_log=False, log_level="warning")


if __name__ == "__main__":
    main()
