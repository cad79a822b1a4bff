"""Pages on which people ask for help: an organization's own, and the one that somebody visits."""

from uuid import UUID

from sqlalchemy import Connection, bindparam, select, tuple_

from services.referrals.models import help_page
from shared.auth import Principal
from shared.db import Record, fetch, fetch_one
from shared.errors import NotFound
from shared.pagination import NEWEST_FIRST, Paging

# Anybody may read an active page: whose they are, a statement must say itself.
OURS = select(help_page).where(help_page.c.organization == bindparam("p_of"))
LIST = (
    OURS.where(
        tuple_(help_page.c.created_at, help_page.c.id)
        < tuple_(
            bindparam("after_created_at", type_=help_page.c.created_at.type),
            bindparam("after_id", type_=help_page.c.id.type),
        )
    )
    .order_by(help_page.c.created_at.desc(), help_page.c.id.desc())
    .limit(bindparam("page_limit"))
)
ONE = OURS.where(help_page.c.id == bindparam("p_id"))
VISITED = select(help_page).where(help_page.c.slug == bindparam("p_slug"), help_page.c.active)


def list_pages(connection: Connection, caller: Principal, paging: Paging) -> Record:
    rows = fetch(connection, LIST, p_of=caller.tenant, **paging.parameters(NEWEST_FIRST))
    return paging.page(NEWEST_FIRST, rows)


def get_page(connection: Connection, caller: Principal, page_id: UUID) -> Record:
    return _found(fetch_one(connection, ONE, p_of=caller.tenant, p_id=page_id))


def lock(connection: Connection, caller: Principal, page_id: UUID) -> Record:
    locking = ONE.with_for_update()
    return _found(fetch_one(connection, locking, p_of=caller.tenant, p_id=page_id))


def visited(connection: Connection, slug: str) -> Record:
    """The active page at this address, for anybody."""
    return _found(fetch_one(connection, VISITED, p_slug=slug))


def _found(row: Record | None) -> Record:
    if row is None:
        raise NotFound("There is no such page.")
    return row
