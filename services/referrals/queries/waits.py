"""How long the caller's organization lets each clock run, and what happens then."""

from dataclasses import asdict

from sqlalchemy import Connection, bindparam, select

from services.referrals.lifecycle.clocks import Setting, ladder_of
from services.referrals.models import wait
from shared.auth import Principal
from shared.db import Record, fetch

OWN = select(wait).where(wait.c.organization == bindparam("p_of"))
NAMES = ("business_days", "days", "hours")


def list_clocks(connection: Connection, caller: Principal) -> Record:
    """Each clock that can be set, as it runs here."""
    own = {row["clock"]: row for row in fetch(connection, OWN, p_of=caller.tenant)}
    return {"items": [described(setting, own.get(setting)) for setting in Setting]}


def get_clock(connection: Connection, caller: Principal, setting: Setting) -> Record:
    own = fetch(connection, OWN.where(wait.c.clock == setting), p_of=caller.tenant)
    return described(setting, own[0] if own else None)


def described(setting: Setting, own: Record | None) -> Record:
    rule = ladder_of(setting)
    first = asdict(rule.first) if own is None else {name: own[name] for name in NAMES}
    return {
        "clock": setting,
        "waits_for": rule.waits_for,
        "first": first,
        "is_default": own is None,
        "rungs": list(rule.rungs),
        "between": asdict(rule.between) if rule.rungs else None,
        "end": rule.end,
        "version": own["version"] if own else 0,
    }
