"""`uvicorn --factory services.referrals.main:create`"""

from fastapi import FastAPI

from services.referrals.outward import new_outward_client
from services.referrals.routes import ROUTERS
from services.referrals.settings import Settings
from shared.app import create_app
from shared.http import Http
from shared.rate_limit import RateLimiter

DESCRIPTION = """\
Sending people to services, and knowing whether they got help: referrals, their receivers, what each
side said, the client's answer link, and the clocks that let none be forgotten.
"""


def create(settings: Settings | None = None, http: Http | None = None) -> FastAPI:
    settings = settings or Settings()
    app = create_app("referrals", settings, ROUTERS, description=DESCRIPTION, http=http)
    app.state.link_limiter = RateLimiter(settings.link_requests_per_minute)
    app.state.help_limiter = RateLimiter(settings.help_requests_per_minute)
    app.state.outward = new_outward_client(settings.webhook_networks)
    return app
