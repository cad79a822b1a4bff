"""The sample service on a database of each module's own."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from deploy import issuer as development_issuer
from deploy.issuer import Issuer
from deploy.postgres import ServiceUrls
from deploy.state import State
from shared.settings import ServiceSettings
from shared.worker import Surroundings
from tests.server import TestServer
from tests.shared import sample

KEY = "k1:" + "A" * 43 + "="


@dataclass
class Sample:
    app: FastAPI
    urls: ServiceUrls
    issuer: Issuer
    surroundings: Surroundings
    transport: httpx.AsyncBaseTransport

    def client(
        self, role: str = "case_manager", organization: UUID | None = None
    ) -> httpx.AsyncClient:
        token = self.issuer.user_token(role, organization)
        return self.with_token(token)

    def with_token(self, token: str) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.AsyncClient(
            transport=self.transport, base_url="http://sample", headers=headers
        )


@pytest.fixture(scope="module")
async def sample_service(
    server: TestServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Sample]:
    issuer = Issuer(State(tmp_path_factory.mktemp("sample")))
    issuing = httpx.ASGITransport(development_issuer.create_app(issuer))
    async with sample.database(server) as urls:
        settings = new_settings(urls.app, issuer, tmp_path_factory.mktemp("data"))
        http = httpx.AsyncClient(mounts={"http://issuer": issuing})
        app = sample.create(settings, http)
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        mounts = {"http://issuer": issuing, "http://sample": transport}
        worker = new_settings(urls.worker, issuer, settings.data_dir)
        surroundings = Surroundings(worker, httpx.AsyncClient(mounts=mounts))
        yield Sample(app, urls, issuer, surroundings, transport)
        await app.state.engine.dispose()
        await surroundings.engine.dispose()


def new_settings(url: str, issuer: Issuer, data_dir: Path) -> ServiceSettings:
    values = {
        "database_url": url,
        "database_pool": 8,
        "sealing_keys": KEY,
        "jwks_url": "http://issuer/jwks.json",
        "token_url": "http://issuer/token",
        "client_id": "cases-worker",
        "client_secret": issuer.client_secret("cases-worker"),
        "max_body": 100_000,
        "max_in_flight": 50,
        "requests_per_minute": 1_000_000,
        "event_wait": 0,
        "data_dir": data_dir,
    }
    return ServiceSettings.model_validate(values)
