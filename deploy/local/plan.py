"""What runs, where, and what it is told: settings only, nothing is started here."""

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from deploy.issuer import AUDIENCE, CLIENT_SCOPES, ISSUER, Issuer
from deploy.postgres import SERVICES, ServiceUrls
from deploy.state import State

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Task:
    """One process. `ready` is asked until it answers 200; a task without one runs to its end."""

    name: str
    module: tuple[str, ...]
    environment: Mapping[str, str]
    ready: str | None = None


@dataclass(frozen=True)
class Plan:
    state: State
    databases: Mapping[str, ServiceUrls]
    ports: Mapping[str, int]

    def url(self, service: str) -> str:
        return f"http://{HOST}:{self.ports[f'{service} api']}"

    @property
    def endpoints(self) -> dict[str, str]:
        return {service: self.url(service) for service in SERVICES}

    @property
    def issuer_url(self) -> str:
        return f"http://{HOST}:{self.ports['issuer']}"

    def issuer(self) -> Task:
        port = {"CARELOOP_PORT": str(self.ports["issuer"])}
        return Task("issuer", ("deploy.issuer",), port, f"{self.issuer_url}/jwks.json")

    def migrations(self) -> list[Task]:
        return [self.one_shot(service, "migrate") for service in SERVICES]

    def one_shot(self, service: str, command: str, *arguments: str) -> Task:
        """A command that ends: migrations as the owner of the tables, others as the worker."""
        urls = self.databases[service]
        database = urls.migrator if command == "migrate" else urls.worker
        environment = self._common(service, database) | self._client(service, "worker")
        return Task(
            f"{service} {command}", (f"services.{service}", command, *arguments), environment
        )

    def processes(self, service: str) -> list[Task]:
        urls = self.databases[service]
        return [
            self._process(service, "api", urls.app),
            self._process(service, "worker", urls.worker),
        ]

    def _process(self, service: str, kind: str, database: str) -> Task:
        internal = self.ports[f"{service} {kind} internal"]
        environment = self._common(service, database) | self._client(service, kind)
        environment["CARELOOP_INTERNAL_PORT"] = str(internal)
        return Task(
            f"{service} {kind}",
            (f"services.{service}", kind),
            environment,
            f"http://{HOST}:{internal}/readyz",
        )

    def _common(self, service: str, database: str) -> dict[str, str]:
        neighbours = {f"CARELOOP_{name.upper()}_URL": url for name, url in self.endpoints.items()}
        return neighbours | {
            "CARELOOP_DATABASE_URL": database,
            "CARELOOP_HOST": HOST,
            "CARELOOP_PORT": str(self.ports[f"{service} api"]),
            "CARELOOP_PUBLIC_URL": self.url(service),
            "CARELOOP_ISSUER": ISSUER,
            "CARELOOP_AUDIENCE": AUDIENCE,
            "CARELOOP_JWKS_URL": f"{self.issuer_url}/jwks.json",
            "CARELOOP_TOKEN_URL": f"{self.issuer_url}/token",
            "CARELOOP_SEALING_KEYS": self.state.secret(f"sealing-{service}", _sealing_key),
            "CARELOOP_DATA_DIR": str(self.state.folder(service)),
        }

    def _client(self, service: str, kind: str) -> dict[str, str]:
        client_id = f"{service}-{kind}"
        if client_id not in CLIENT_SCOPES:
            return {}
        secret = Issuer(self.state).client_secret(client_id)
        return {"CARELOOP_CLIENT_ID": client_id, "CARELOOP_CLIENT_SECRET": secret}


def _sealing_key() -> str:
    return "k1:" + base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
