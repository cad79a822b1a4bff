"""Running a service's processes: `python -m services.<name> api | worker | migrate`.

The API answers on its port; health and metrics answer on a second, internal port.
"""

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
import uvloop
from alembic import command
from alembic.config import Config
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from shared import logging
from shared.app import Ready
from shared.logging import log, place
from shared.metrics import Metrics
from shared.protocol import BoundedHead
from shared.settings import ServiceSettings
from shared.worker import Step, Surroundings, work

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Service:
    """A service as this module runs it."""

    name: str
    settings: type[ServiceSettings]
    create_app: Callable[[Any], FastAPI]
    create_steps: Callable[[Surroundings], Mapping[str, Step]]


class _Server(uvicorn.Server):
    """The process decides when to stop, not the server."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def internal_app(metrics: Metrics, ready: Sequence[Ready]) -> Starlette:
    """`/livez` (the process runs), `/readyz` (it can do its work) and `/metrics`."""

    async def livez(_: Request) -> Response:
        return PlainTextResponse("ok")

    async def readyz(_: Request) -> Response:
        try:
            good = all([await check() for check in ready])
        except Exception as error:  # not ready, for whatever reason
            log.warning("not.ready", **place(error))
            good = False
        return PlainTextResponse("ok" if good else "not ready", 200 if good else 503)

    async def metrics_text(_: Request) -> Response:
        return Response(metrics.text(), media_type="text/plain; version=0.0.4")

    paths = {"/livez": livez, "/readyz": readyz, "/metrics": metrics_text}
    return Starlette(routes=[Route(path, answer) for path, answer in paths.items()])


def _server(app: Any, host: str, port: int, **options: Any) -> _Server:
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http=BoundedHead,
        access_log=False,
        log_config=None,
        server_header=False,
        **options,
    )
    return _Server(config)


async def _until_signalled(servers: Sequence[_Server], stopping: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopping.set)

    async def stop() -> None:
        await stopping.wait()
        for server in servers:
            server.should_exit = True

    stopper = asyncio.create_task(stop())
    try:
        await asyncio.gather(*(server.serve() for server in servers))
    finally:
        stopping.set()
        await stopper


async def run_api(service: Service) -> None:
    settings = service.settings()
    app = service.create_app(settings)
    internal = internal_app(app.state.metrics, app.state.ready)
    servers = [
        _server(
            app,
            settings.host,
            settings.port,
            timeout_graceful_shutdown=5,
            forwarded_allow_ips=settings.trusted_proxies,
        ),
        _server(internal, settings.host, settings.internal_port),
    ]
    await _until_signalled(servers, asyncio.Event())


async def run_worker(service: Service) -> None:
    settings = service.settings()
    stopping = asyncio.Event()
    async with Surroundings(settings).open() as surroundings:
        steps = service.create_steps(surroundings)
        internal = internal_app(surroundings.metrics, surroundings.ready)
        server = _server(internal, settings.host, settings.internal_port)
        await asyncio.gather(
            work(steps, surroundings.metrics, stopping), _until_signalled([server], stopping)
        )


def migrate(service: str, url: str) -> None:
    """Bring the database at `url` (as its migrator) to the newest version."""
    config = Config(ROOT / "alembic.ini", ini_section=service)
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    command.upgrade(config, "head")


def main(service: Service, arguments: Sequence[str]) -> int:
    """The processes every service has; returns the exit status."""
    match list(arguments):
        case ["api"]:
            logging.configure(service.name, "api")
            uvloop.run(run_api(service))
        case ["worker"]:
            logging.configure(service.name, "worker")
            uvloop.run(run_worker(service))
        case ["migrate"]:
            # Nothing else is needed, so a migration is not given the keys to what is sealed.
            migrate(service.name, os.environ["CARELOOP_DATABASE_URL"])
        case _:
            print(f"python -m services.{service.name} api | worker | migrate")  # noqa: T201
            return 2
    return 0
