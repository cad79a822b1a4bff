"""The HTTP surface of referrals: parse, call one command or query, return."""

from services.referrals.routes import (
    acts,
    answer,
    calendar,
    inbox,
    questions,
    receivers,
    referrals,
    sending,
    webhooks,
)
from shared.events.routes import events_router

ROUTERS = [
    referrals.router,
    sending.router,
    acts.router,
    inbox.router,
    questions.router,
    receivers.router,
    calendar.router,
    answer.router,
    webhooks.router,
    events_router("referrals"),
]
