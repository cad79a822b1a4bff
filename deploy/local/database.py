"""The databases of the local stack: in a server of our own, or in the one we were given."""

import asyncio
import os

from deploy.postgres import Server, ServiceUrls, prepare
from deploy.state import State


class Databases:
    def __init__(self, state: State) -> None:
        self._state = state
        self._given = os.environ.get("CARELOOP_DATABASE_URL_ADMIN")
        self._server = None if self._given else Server(state.directory / "postgres")
        self._port: int | None = None

    def start(self) -> dict[str, ServiceUrls]:
        """The databases and their roles, made or mended."""
        if self._server:
            self._port = self._server.start().port
        admin_url = self._given or self._running_server().url()
        return asyncio.run(prepare(admin_url, self._password))

    def describe(self) -> str:
        if self._given:
            return "PostgreSQL: the one of CARELOOP_DATABASE_URL_ADMIN"
        server = self._running_server()
        return f"PostgreSQL {server.binaries.major} on port {server.port}"

    def running(self) -> bool:
        return self._server is None or self._server.running()

    def revive(self) -> bool:
        """Start the dead server again; false when it had to move, and no process can find it."""
        return self._running_server().start().port == self._port

    def stop(self) -> None:
        if self._server:
            self._server.stop()

    def _running_server(self) -> Server:
        if self._server is None:
            raise RuntimeError("the database server is not ours")
        return self._server

    def _password(self, role: str) -> str:
        return self._state.secret(f"database-{role}")
