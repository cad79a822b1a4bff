"""Setting how long a clock runs first: clocks that begin from then on count by it."""

from sqlalchemy import Connection, bindparam, delete, update
from sqlalchemy.dialects.postgresql import insert

from services.referrals.lifecycle.clocks import Setting
from services.referrals.models import wait
from services.referrals.queries.waits import NAMES, described
from services.referrals.schemas.clocks import NewWait
from shared import audit
from shared.auth import Principal
from shared.db import Record, execute, fetch_one
from shared.etag import Stale

FIRST = insert(wait).on_conflict_do_nothing().returning(*wait.c)
_read = (
    wait.c.organization == bindparam("p_of"),
    wait.c.clock == bindparam("p_clock"),
    wait.c.version == bindparam("p_read"),
)
SET = update(wait).where(*_read).returning(*wait.c)
RESET = delete(wait).where(*_read)


def set_wait(
    connection: Connection, caller: Principal, setting: Setting, new: NewWait, read: int
) -> Record:
    """`read` is the version the caller saw, 0 where it was the default."""
    values = {name: getattr(new, name) or 0 for name in NAMES} | {"version": read + 1}
    if read:
        seen = {"p_of": caller.tenant, "p_clock": setting, "p_read": read}
        saved = fetch_one(connection, SET, **seen, **values)
    else:
        saved = fetch_one(connection, FIRST, organization=caller.tenant, clock=setting, **values)
    if saved is None:
        raise Stale("The clock was set since it was read.")
    audit.record(connection, "clock.set", [caller.tenant])
    return described(setting, saved)


def reset(connection: Connection, caller: Principal, setting: Setting, read: int) -> Record:
    """Back to the default."""
    seen = {"p_of": caller.tenant, "p_clock": setting, "p_read": read}
    if read and not execute(connection, RESET, seen):
        raise Stale("The clock was set since it was read.")
    audit.record(connection, "clock.reset", [caller.tenant])
    return described(setting, None)
