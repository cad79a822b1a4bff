"""One database and three roles per service; none of them a superuser, two of them bound by RLS."""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass

import asyncpg
from sqlalchemy import URL, make_url

from deploy.postgres.account import PostgresError

SERVICES = ("cases", "resources", "referrals")
BOUND = "LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION"
MIGRATING = "LOGIN NOSUPERUSER BYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION"
TIMEOUTS = {"idle_in_transaction_session_timeout": "60s", "statement_timeout": "30s"}

Passwords = Callable[[str], str]
"""From a role's name to its password: the same one every time it is asked."""


@dataclass(frozen=True)
class ServiceUrls:
    """SQLAlchemy URLs of one service's database, one per role."""

    app: str
    worker: str
    migrator: str


async def prepare(admin_url: str, passwords: Passwords, prefix: str = "") -> dict[str, ServiceUrls]:
    """Make or mend databases and roles; may be repeated, and run twice at once.

    The administrator is a superuser or, from PostgreSQL 16 on, has CREATEDB, CREATEROLE and
    BYPASSRLS.
    """
    if not re.fullmatch(r"([a-z][a-z0-9_]{0,30})?", prefix):
        raise PostgresError(f"a prefix is lower-case letters, digits and _, not {prefix!r}")
    url = make_url(admin_url).set(drivername="postgresql")
    connection = await _log_in(url)
    try:
        await connection.execute("SELECT pg_advisory_lock(hashtext('careloop.prepare'))")
        for service in SERVICES:
            await _prepare_service(connection, prefix + service, passwords)
    finally:
        await connection.close()
    return {service: _urls(url, prefix + service, passwords) for service in SERVICES}


async def _log_in(admin: URL) -> asyncpg.Connection:
    try:
        return await asyncpg.connect(admin.render_as_string(hide_password=False))
    except (OSError, asyncpg.PostgresError) as error:
        raise PostgresError(f"cannot log in at {admin.host}:{admin.port}: {error}") from error


async def _prepare_service(
    connection: asyncpg.Connection, database: str, passwords: Passwords
) -> None:
    app, worker, migrator = f"{database}_app", f"{database}_worker", f"{database}_migrator"
    await _make_role(connection, app, BOUND, passwords(app))
    await _make_role(connection, worker, BOUND, passwords(worker))
    await _make_role(connection, migrator, MIGRATING, passwords(migrator))
    for role in (app, worker):
        for setting, value in TIMEOUTS.items():
            await connection.execute(f"ALTER ROLE {role} SET {setting} = '{value}'")
    await _make_database(connection, database, migrator)
    await connection.execute(f"REVOKE ALL ON DATABASE {database} FROM PUBLIC")
    await connection.execute(f"GRANT CONNECT ON DATABASE {database} TO {app}, {worker}, {migrator}")


async def _make_role(
    connection: asyncpg.Connection, role: str, attributes: str, password: str
) -> None:
    found = await connection.fetchrow("SELECT * FROM pg_roles WHERE rolname = $1", role)
    if found is None:
        await connection.execute(f"CREATE ROLE {role} {attributes}")
    elif not _has(found, attributes):
        await connection.execute(f"ALTER ROLE {role} {attributes}")
    await connection.execute(f"ALTER ROLE {role} PASSWORD '{_scram(password)}'")


def _has(role: asyncpg.Record, attributes: str) -> bool:
    columns = {
        "LOGIN": "rolcanlogin",
        "SUPERUSER": "rolsuper",
        "BYPASSRLS": "rolbypassrls",
        "CREATEDB": "rolcreatedb",
        "CREATEROLE": "rolcreaterole",
        "REPLICATION": "rolreplication",
    }
    wanted = attributes.split()
    return all(role[column] == (name in wanted) for name, column in columns.items())


async def _make_database(connection: asyncpg.Connection, database: str, owner: str) -> None:
    if not await connection.fetchval("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"):
        await connection.execute(f"GRANT {owner} TO CURRENT_USER")
    if await connection.fetchval("SELECT true FROM pg_database WHERE datname = $1", database):
        await connection.execute(f"ALTER DATABASE {database} OWNER TO {owner}")
    else:
        await connection.execute(
            f"CREATE DATABASE {database} OWNER {owner} ENCODING 'UTF8' TEMPLATE template0"
        )


def _scram(password: str, rounds: int = 4096) -> str:
    """The verifier PostgreSQL stores (RFC 5803), so that no server log sees the password."""
    salt = secrets.token_bytes(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, rounds)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    b64 = [base64.b64encode(part).decode() for part in (salt, stored, server)]
    return f"SCRAM-SHA-256${rounds}:{b64[0]}${b64[1]}:{b64[2]}"


def _urls(admin: URL, database: str, passwords: Passwords) -> ServiceUrls:
    # asyncpg reads `sslmode` from a DSN, its SQLAlchemy dialect calls it `ssl`.
    query = {"ssl" if name == "sslmode" else name: value for name, value in admin.query.items()}
    base = admin.set(drivername="postgresql+asyncpg", database=database, query=query)

    def of(role: str) -> str:
        name = f"{database}_{role}"
        return base.set(username=name, password=passwords(name)).render_as_string(
            hide_password=False
        )

    return ServiceUrls(app=of("app"), worker=of("worker"), migrator=of("migrator"))
