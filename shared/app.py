"""What the three applications have in common, so that each main.py is only wiring."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware
from fastapi_offline import FastAPIOffline
from sqlalchemy import text

from shared import audit, errors
from shared.auth import Kind, Principal
from shared.db import Database, create_engine
from shared.edge import Edge, path_ids
from shared.errors import Denial
from shared.events.wakeups import Wakeups
from shared.http import Http, ServiceTokens, new_client
from shared.metrics import Metrics
from shared.rate_limit import RateLimiter
from shared.schemas.strict import Answer
from shared.sealing import Keyring
from shared.settings import ServiceSettings
from shared.tokens import Jwks, Verifier

Ready = Callable[[], Awaitable[bool]]


class FieldError(Answer):
    pointer: str
    detail: str


class ProblemDetails(Answer):
    """RFC 9457. `type` is stable; `errors` points at the fields of an invalid request."""

    type: str
    title: str
    status: int
    detail: str | None = None
    errors: list[FieldError] | None = None


MEANINGS = {
    401: "No valid token",
    403: "The token lacks a scope",
    404: "Absent, or not yours to see",
    409: "Not possible in the state it is in; `allowed` says what is",
    410: "The log was restored or rebuilt since this cursor: read from the beginning",
    412: "Changed since it was read",
    422: "A field is wrong; `errors` points at it",
    428: "If-Match is missing",
    429: "Too many requests; see Retry-After",
    503: "A service we depend on did not answer, or too much at once",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses=` of an operation that can fail with these statuses."""
    content = {
        "application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}
    }
    return {
        status: {"description": MEANINGS[status], "model": ProblemDetails, "content": content}
        for status in statuses
    }


def create_app(
    service: str,
    settings: ServiceSettings,
    routers: Sequence[APIRouter],
    *,
    description: str,
    http: Http | None = None,
) -> FastAPI:
    """The service's API. `http` is how neighbours and the JWKS are reached (tests put them in memory)."""
    http = http or new_client()
    keyring = Keyring(settings.sealing_keys.get_secret_value())
    url = settings.database_url.get_secret_value()
    engine = create_engine(url, keyring, settings.database_pool)
    wakeups = Wakeups(url)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        listening = asyncio.create_task(wakeups.listen())
        yield
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        await http.aclose()
        await engine.dispose()

    app = FastAPIOffline(
        title=f"Careloop {service}",
        version="1",
        description=description,
        docs_url=f"/{service}/docs",
        redoc_url=None,
        openapi_url=f"/{service}/openapi.json",
        static_url=f"/{service}/static",
        swagger_ui_oauth2_redirect_url=f"/{service}/docs/oauth2-redirect",
        lifespan=lifespan,
        redirect_slashes=False,  # it would lead to wherever the Host header says
        responses=problems(401, 403, 422, 429, 503),
    )
    app.state.settings, app.state.keyring, app.state.engine = settings, keyring, engine
    app.state.http, app.state.wakeups, app.state.metrics = http, wakeups, Metrics()
    app.state.tokens = ServiceTokens(http, settings)
    app.state.limiter = RateLimiter(settings.requests_per_minute)
    app.state.verifier = new_verifier(http, settings)
    app.state.ready = [lambda: database_answers(engine)]
    errors.install(app)
    app.add_exception_handler(Denial, on_denial)
    for router in routers:
        app.include_router(router)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["*"],
            allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "If-Match"],
            expose_headers=["ETag", "X-Request-Id"],
        )
    app.add_middleware(Edge, settings=settings, metrics=app.state.metrics)
    return app


def new_verifier(http: Http, settings: ServiceSettings) -> Verifier:
    async def fetch() -> dict[str, Any]:
        answer = await http.get(settings.jwks_url)
        document: dict[str, Any] = answer.raise_for_status().json()
        return document

    return Verifier(Jwks(fetch), settings.issuer, settings.audience, settings.token_max_age)


async def on_denial(request: Request, exc: Exception) -> Response:
    """A refused caller is on record, in a transaction of its own: the refused one rolled back."""
    assert isinstance(exc, Denial)
    principal: Principal | None = getattr(request.state, "principal", None)
    if principal is not None and principal.kind is Kind.USER:
        route = request.scope.get("route")
        action = getattr(route, "operation_id", None) or "unknown"
        db = Database(request.app.state.engine, principal.context(request.state.request_id))
        await db.run(audit.record, action, path_ids(request.scope), "denied", exc.type)
    return errors.problem_response(exc)


async def database_answers(engine: Any) -> bool:
    async with asyncio.timeout(2), engine.connect() as connection:
        await connection.execute(text("select 1"))
    return True
