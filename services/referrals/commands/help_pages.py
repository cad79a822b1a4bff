"""An admin opens, changes and closes the pages on which people ask their organization for help."""

from uuid import UUID, uuid4

from sqlalchemy import Connection, bindparam, update
from sqlalchemy.dialects.postgresql import insert

from services.referrals.errors import SlugTaken
from services.referrals.models import help_page
from services.referrals.queries import help_pages
from services.referrals.schemas.help_pages import HelpPageChange, NewHelpPage
from shared import audit, clock
from shared.auth import Principal
from shared.db import Record, fetch_one
from shared.etag import check_version

INSERT = insert(help_page).on_conflict_do_nothing().returning(*help_page.c)
UPDATE = update(help_page).where(help_page.c.id == bindparam("p_id")).returning(*help_page.c)


def create(connection: Connection, caller: Principal, new: NewHelpPage) -> Record:
    row = {
        **new.model_dump(),
        "id": uuid4(),
        "organization": caller.tenant,
        "version": 1,
        "created_at": clock.now(),
    }
    made = fetch_one(connection, INSERT, **row)
    if made is None:
        raise SlugTaken("There is a page at this address already.")
    audit.record(connection, "help_page.create", [made["id"]])
    return made


def change(
    connection: Connection, caller: Principal, page_id: UUID, new: HelpPageChange, read: int
) -> Record:
    page = help_pages.lock(connection, caller, page_id)
    check_version(page["version"], read)
    named = {name: value for name, value in new.model_dump().items() if value is not None}
    changes = {**named, "version": page["version"] + 1}
    changed = fetch_one(connection, UPDATE, p_id=page_id, **changes)
    assert changed is not None
    audit.record(connection, "help_page.change", [page_id])
    return changed
