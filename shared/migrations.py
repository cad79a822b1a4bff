"""The Alembic environment that each service's migrations/env.py runs, and the words its DDL uses."""

import asyncio
import os
from collections.abc import Mapping

from alembic import context, op
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from shared.events.log import Xid8
from shared.events.wakeups import CHANNEL
from shared.idempotency import NOBODY

ischema_names["xid8"] = Xid8  # so that a comparison of models and database knows it
ORGANIZATION = "(select nullif(current_setting('app.organization', true), ''))::uuid"


def run(metadata: MetaData) -> None:
    asyncio.run(_run(metadata))


async def _run(metadata: MetaData) -> None:
    url = context.config.get_main_option("sqlalchemy.url") or os.environ["CARELOOP_DATABASE_URL"]
    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.run_sync(_migrate, metadata)
    await engine.dispose()


def _migrate(connection: Connection, metadata: MetaData) -> None:
    connection.execute(text("set local lock_timeout = '5s'"))
    context.configure(
        connection=connection,
        target_metadata=metadata,
        compare_server_default=False,
        include_name=_has_a_model,
    )
    context.run_migrations()


def _has_a_model(name: str | None, kind: str, _parents: object) -> bool:
    """The tables that `guard_status` makes are the database's own."""
    return not (kind == "table" and name is not None and name.endswith("_transition"))


def grant(table: str, privileges: str, *roles: str) -> None:
    op.execute(f"grant {privileges} on {table} to {', '.join(roles)}")


def force_row_security(table: str) -> None:
    op.execute(f"alter table {table} enable row level security")
    op.execute(f"alter table {table} force row level security")


def policy(table: str, name: str, roles: str, using: str, command: str = "all") -> None:
    """A policy for `roles`; what may be seen is also what may be written."""
    clause = {
        "all": f"using ({using}) with check ({using})",
        "select": f"using ({using})",
        "delete": f"using ({using})",
        "update": f"using ({using}) with check ({using})",
        "insert": f"with check ({using})",
    }[command]
    op.execute(f"create policy {name} on {table} for {command} to {roles} {clause}")


def held_by_organization(
    table: str, service: str, *, columns: tuple[str, ...] = ("organization",), privileges: str
) -> None:
    """Rows that only the organizations named in `columns` see, for the app and (in context) the worker."""
    roles = f"{service}_app, {service}_worker"
    grant(table, privileges, roles)
    force_row_security(table)
    policy(table, "held", roles, " or ".join(f"{column} = {ORGANIZATION}" for column in columns))


def secure_common_tables(service: str) -> None:
    """Grants and policies of the tables every service has: event, audit, idempotency, ..."""
    app, worker = f"{service}_app", f"{service}_worker"
    both = f"{app}, {worker}"
    op.execute(f"grant usage on schema public to {both}")
    op.execute("insert into event_epoch default values")
    grant("event_epoch", "select", app, worker)

    # Events hold ids only. Anyone may add to the log; an API reads it for `events:read` alone.
    grant("event", "select, insert", app, worker)
    force_row_security("event")
    policy("event", "written", both, "true", "insert")
    # As a subquery it is judged once, and the planner goes on reading by the index.
    reads_events = "(select current_setting('app.reads_events', true) = 'on')"
    policy("event", "read", app, reads_events, "select")
    policy("event", "worked", worker, "true", "select")
    op.execute(
        "create function notify_event() returns trigger language plpgsql as "
        f"$$ begin perform pg_notify('{CHANNEL}', ''); return null; end $$"
    )
    op.execute(
        "create trigger notify_event after insert on event "
        "for each statement execute function notify_event()"
    )

    # The audit trail is written by all, and changed by nobody.
    grant("audit", "select, insert", app, worker)
    force_row_security("audit")
    policy("audit", "written", both, f"organization is not distinct from {ORGANIZATION}", "insert")
    policy("audit", "read", app, f"organization = {ORGANIZATION}", "select")

    mine = f"organization = coalesce({ORGANIZATION}, '{NOBODY}')"
    grant("idempotency", "select, insert, update", app)
    grant("idempotency", "select (created_at), delete", worker)  # it prunes, and reads no answers
    force_row_security("idempotency")
    policy("idempotency", "mine", app, mine)
    policy("idempotency", "pruned", worker, "true")

    grant("event_cursor", "select, insert, update", worker)
    grant("parked_event", "select, insert, delete", worker)


def secure_deadlines(service: str) -> None:
    """A worker meets due rows (ids and times only) before it knows whose they are."""
    grant("deadline", "select, insert, update, delete", f"{service}_app", f"{service}_worker")
    force_row_security("deadline")
    policy("deadline", "held", f"{service}_app", f"{ORGANIZATION} = any(organizations)")
    policy("deadline", "worked", f"{service}_worker", "true")


def guard_status(table: str, transitions: Mapping[str, tuple[str, ...]]) -> None:
    """Refuse, in the database too, a `status` that does not follow: {from: (to, ...)}."""
    op.execute(
        f"create table {table}_transition (before varchar(40), after varchar(40), "
        "primary key (before, after))"
    )
    rows = ", ".join(f"('{a}', '{b}')" for a, afters in transitions.items() for b in afters)
    op.execute(f"insert into {table}_transition values {rows}")
    op.execute(
        f"create function guard_{table}_status() returns trigger language plpgsql "
        "security definer set search_path = public, pg_temp as $$ begin "
        f"if not exists (select from {table}_transition "
        "where before = old.status and after = new.status) then "
        f"raise exception 'a {table} does not go from % to %', old.status, new.status "
        "using errcode = 'check_violation'; end if; return new; end $$"
    )
    op.execute(
        f"create trigger guard_{table}_status before update of status on {table} for each row "
        f"when (old.status is distinct from new.status) execute function guard_{table}_status()"
    )
