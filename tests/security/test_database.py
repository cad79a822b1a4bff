"""At the database, without a context, a service's own roles see nobody's rows."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from tests.security.walk import Walked

SERVICES = ("cases", "referrals")
"""Those that hold people. The directory's tables are public, but for the common ones."""
COMMON = {"event", "audit", "idempotency", "event_cursor", "parked_event", "event_epoch"}
TABLES = """
select c.relname as name, c.relrowsecurity and c.relforcerowsecurity as forced,
  pg_get_userbyid(c.relowner) as owner
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = 'public' and c.relkind in ('r', 'p')
  and c.relname != 'alembic_version' and c.relname not like '%\\_transition'
"""
SEEN_WITHOUT_CONTEXT = {
    "app": {
        "event_epoch": "which log this is",
        "receiver": "tenants answer to every sender; link-only ones stay with theirs",
        "calendar": "working hours, by which the other side's clocks stand still",
        "wait": "how long a clock runs, whichever side starts it",
        "receiver_contact": "a tenant's, for every sender; of link-only ones none",
        "capacity": "how many places there are: counts, for every sender",
        "help_page": "public pages on which people ask for help",
    },
    "worker": {
        "event_epoch": "which log this is",
        "event_cursor": "how far a neighbour's log was read",
        "event": "ids and codes only; read for the neighbours",
        "deadline": "ids, kinds and times: whose turn it is",
        "idempotency": "when a key was used, to prune it; nothing else of it (below)",
        "receiver": "as for the app",
        "calendar": "as for the app",
        "wait": "as for the app",
        "receiver_contact": "as for the app",
        "capacity": "as for the app",
        "webhook": "whose turn it is to be called; its URL and secrets are sealed",
        "webhook_delivery": "when one was called and how that went, to prune it",
    },
}
EMPTY = {"parked_event", "message"}
"""Not filled by the walk: nothing failed, and no client had to be asked yet."""


@asynccontextmanager
async def connected(walked: Walked, service: str, role: str) -> AsyncIterator[asyncpg.Connection]:
    url: str = getattr(walked.stack.urls[service], role)
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        yield connection
    finally:
        await connection.close()


@pytest.mark.parametrize("role", ["app", "worker"])
@pytest.mark.parametrize("service", SERVICES)
async def test_without_a_context_there_are_no_rows(walked: Walked, service: str, role: str) -> None:
    seen, filled = {}, set()
    names = [row["name"] for row in await walked.stack.rows(service, TABLES)]
    async with connected(walked, service, role) as connection:
        for name in names:
            [row] = await walked.stack.rows(service, f'select count(*) as n from "{name}"')
            if row["n"]:
                filled.add(name)
            try:
                count = await connection.fetchval(f'select count(*) from "{name}"')
            except asyncpg.InsufficientPrivilegeError:
                count = 0
            if count:
                seen[name] = count
    assert set(names) - filled <= EMPTY, "the walk fills what is looked for here"
    assert seen.keys() == SEEN_WITHOUT_CONTEXT[role].keys() & set(names)


@pytest.mark.parametrize("role", ["app", "worker"])
async def test_link_receivers_are_not_among_those_that_anyone_sees(
    walked: Walked, role: str
) -> None:
    async with connected(walked, "referrals", role) as connection:
        kinds = await connection.fetch("select distinct kind from receiver")
        shared = await connection.fetch("select distinct shared from receiver_contact")
    assert [row["kind"] for row in kinds] == ["tenant"]
    assert [row["shared"] for row in shared] == [True]


@pytest.mark.parametrize("service", [*SERVICES, "resources"])
async def test_row_level_security_is_forced_and_the_roles_cannot_pass_it(
    walked: Walked, service: str
) -> None:
    rows = await walked.stack.rows(service, TABLES)
    of_people = [r for r in rows if service != "resources" or r["name"] in COMMON]
    unforced = {row["name"] for row in of_people if not row["forced"]}
    assert unforced <= {"event_epoch", "event_cursor", "parked_event"}
    for role in ("app", "worker"):
        async with connected(walked, service, role) as connection:
            able = await connection.fetchrow(
                "select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolname as name"
                " from pg_roles where rolname = current_user"
            )
        assert able is not None
        *powers, name = able
        assert powers == [False] * 4
        assert name not in {row["owner"] for row in rows}


async def test_a_worker_prunes_keys_and_reads_no_stored_answers(walked: Walked) -> None:
    async with connected(walked, "cases", "worker") as connection:
        assert await connection.fetchval("select count(created_at) from idempotency") > 0
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetch("select answer from idempotency")
