"""The resources application."""

from fastapi import FastAPI

from services.resources.catalogue import Catalogue
from services.resources.engine import engine_of
from services.resources.routes import ROUTERS
from services.resources.settings import Settings
from shared.app import create_app
from shared.events.routes import events_router
from shared.http import Http

DESCRIPTION = """
The directory of community resources: who offers what, where, when and to whom. `/hsds` speaks the
Human Services Data Specification 3.2; `/v1` adds search near a place, and whether a service takes
anyone now. Reading needs no token, but for what is confidential.
"""


def create(settings: Settings, http: Http | None = None) -> FastAPI:
    routers = [*ROUTERS, events_router("resources")]
    app = create_app("resources", settings, routers, description=DESCRIPTION, http=http)
    app.state.catalogue = Catalogue(engine_of(settings))
    app.state.ready.append(app.state.catalogue.ready)
    return app
