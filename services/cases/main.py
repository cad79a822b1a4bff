"""The cases API: clients, cases, needs, consents, plans and notes."""

from fastapi import FastAPI

from services.cases.routes import (
    assessments,
    cases,
    clients,
    consents,
    inquiries,
    needs,
    notes,
    people,
    plans,
    tasks,
)
from services.cases.settings import Settings
from shared.app import create_app
from shared.events.routes import events_router
from shared.http import Http

DESCRIPTION = (
    "The people who are served, what they need, what they agreed to, and who works with them."
)
ROUTERS = [
    people.router,
    clients.router,
    cases.router,
    inquiries.router,
    needs.router,
    consents.router,
    assessments.router,
    plans.router,
    notes.router,
    tasks.router,
    events_router("cases"),
]


def create(settings: Settings, http: Http | None = None) -> FastAPI:
    app = create_app("cases", settings, ROUTERS, description=DESCRIPTION, http=http)
    app.state.sighted = set()
    return app
