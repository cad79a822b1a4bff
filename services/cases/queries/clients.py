"""Reads of clients: seen through the cases a caller sees."""

from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Connection,
    Date,
    String,
    Uuid,
    and_,
    any_,
    bindparam,
    exists,
    func,
    literal_column,
    not_,
    or_,
    select,
    tuple_,
)

from services.cases.duplicates import digits_of
from services.cases.errors import ABSENT
from services.cases.models import CASE, CHANNEL, CLIENT, FACT
from services.cases.queries.visibility import IS_NAMED, IS_SUPERVISED, ME, RANK, REACH, VISIBLE
from services.cases.queries.visibility import visible_to as sees_cases
from services.cases.schemas.clients import ClientSearch
from shared.audit import audited
from shared.auth import Principal
from shared.db import Record, fetch, fetch_one
from shared.errors import Forbidden, NotFound
from shared.pagination import Keyset, Paging
from shared.roles import Reach, Role
from shared.sealing import open_sealed

BY_NAME = Keyset(("family_name", "id"), ("", UUID(int=0)))
NO_PHONE = "-"
OLDEST_FIRST = Keyset(("id",), (UUID(int=0),))
SUPERVISES = bindparam("p_supervises", type_=Boolean)
INTAKE = bindparam("p_intake", type_=Boolean)

HAS_CASE = exists().where(CASE.c.client_id == CLIENT.c.id)
SEEN_BY_CASE = exists().where(CASE.c.client_id == CLIENT.c.id, VISIBLE)
RESTRICTED_AWAY = exists().where(CASE.c.client_id == CLIENT.c.id, CASE.c.restricted, not_(IS_NAMED))
SEEN = or_(
    SEEN_BY_CASE,
    and_(not_(HAS_CASE), or_(CLIENT.c.created_by == ME, RANK[Reach.ORGANIZATION] <= REACH)),
)
FINDABLE = or_(SEEN, not_(RESTRICTED_AWAY))
"""On record for whoever takes inquiries: by name, birth date and status only."""
WRITABLE = or_(
    and_(not_(HAS_CASE), CLIENT.c.created_by == ME),
    exists().where(CASE.c.client_id == CLIENT.c.id, or_(IS_NAMED, and_(SUPERVISES, IS_SUPERVISED))),
)
CLIENT_ID = bindparam("p_client", type_=Uuid)
CHANNELS = select(CHANNEL).where(CHANNEL.c.client_id == CLIENT_ID).order_by(CHANNEL.c.created_at)
ONE = select(CLIENT, WRITABLE.label("writable")).where(SEEN, CLIENT.c.id == CLIENT_ID)
GET = audited(ONE, "get_client")
LOCKED = ONE.with_for_update(of=CLIENT)
FIND = select(CLIENT.c.id).where(FINDABLE, CLIENT.c.id == CLIENT_ID)
STATUS = (
    select(CASE.c.status)
    .where(CASE.c.client_id == CLIENT.c.id)
    .order_by(CASE.c.created_at.desc())
    .limit(1)
    .scalar_subquery()
)
DIGITS = bindparam("p_digits", type_=String)
BORN = bindparam("p_born", type_=Date)
NAME: ColumnElement[str] = literal_column(
    "(' ' || lower(client.given_name || ' ' || client.family_name))"
)
PATTERNS: ColumnElement[Any] = bindparam("p_patterns", type_=ARRAY(String))
_FOUND = (
    select(
        CLIENT.c.id,
        CLIENT.c.given_name,
        CLIENT.c.family_name,
        CLIENT.c.birth_date,
        STATUS.label("case_status"),
        SEEN.label("readable"),
    )
    .where(
        or_(SEEN, and_(INTAKE, FINDABLE)),
        or_(BORN.is_(None), CLIENT.c.birth_date == BORN),
        NAME.like(func.all_(PATTERNS)),
        tuple_(CLIENT.c.family_name, CLIENT.c.id)
        > tuple_(bindparam("after_family_name"), bindparam("after_id", type_=Uuid)),
    )
    .order_by(CLIENT.c.family_name, CLIENT.c.id)
    .limit(bindparam("page_limit"))
)
SEARCH = audited(_FOUND, "search_clients")
# As an array, whose number it is is asked first and once.
_OF_NUMBER = func.array(
    select(CHANNEL.c.client_id).where(CHANNEL.c.digits == DIGITS).scalar_subquery(),
    type_=ARRAY(Uuid),
)
SEARCH_BY_PHONE = audited(_FOUND.where(CLIENT.c.id == any_(_OF_NUMBER)), "search_clients")
FACTS = select(FACT).where(FACT.c.client_id == CLIENT_ID)
FACT_PAGE = (
    FACTS.where(FACT.c.id > bindparam("after_id", type_=Uuid))
    .order_by(FACT.c.id)
    .limit(bindparam("page_limit"))
)
LIST_FACTS = audited(FACT_PAGE, "list_facts")
CANDIDATES = (
    select(
        CLIENT.c.id,
        CLIENT.c.given_name,
        CLIENT.c.family_name,
        CLIENT.c.birth_date,
        func.array_remove(
            func.array(
                select(CHANNEL.c.digits).where(CHANNEL.c.client_id == CLIENT.c.id).scalar_subquery()
            ),
            None,
        ).label("phones"),
        SEEN.label("readable"),
    )
    .where(
        FINDABLE,
        or_(
            CLIENT.c.birth_date == BORN,
            func.lower(CLIENT.c.family_name) == bindparam("p_family"),
            func.lower(CLIENT.c.given_name) == bindparam("p_given"),
            exists().where(
                CHANNEL.c.client_id == CLIENT.c.id,
                CHANNEL.c.digits.in_(bindparam("p_phones", expanding=True)),
            ),
        ),
    )
    .limit(1000)
)


CONTACT_FLAGS = ("contact_prohibited", "contact_refused", "not_at_home", "leave_message")


def visible_to(caller: Principal) -> Record:
    return {**sees_cases(caller), "p_supervises": Role.SUPERVISOR in caller.roles}


def get_client(connection: Connection, caller: Principal, client_id: UUID) -> Record:
    row = fetch_one(connection, GET, p_client=client_id, **visible_to(caller))
    return shown(connection, _found(row))


def client_to_write(connection: Connection, caller: Principal, client_id: UUID) -> Record:
    """The client's row, locked, for somebody who may write it."""
    row = _found(fetch_one(connection, LOCKED, p_client=client_id, **visible_to(caller)))
    if not row["writable"]:
        raise Forbidden("You may read this client's record, but not write it.")
    return row


def require_findable(connection: Connection, caller: Principal, client_id: UUID) -> None:
    """For an inquiry: intake workers find the whole organization's clients, others their own."""
    everyone = Role.INTAKE_WORKER in caller.roles
    statement, seen = (FIND, sees_cases(caller)) if everyone else (ONE, visible_to(caller))
    _found(fetch_one(connection, statement, p_client=client_id, **seen))


def shown(connection: Connection, row: Record) -> Record:
    """The row as the API shows it, with what was sealed opened."""
    reasons = row["contact_reasons"]
    contact = {
        **{name: row[name] for name in CONTACT_FLAGS},
        "hours": row["contact_hours"],
        "timezone": row["contact_timezone"],
        "order": row["contact_order"],
    }
    contact["reasons"] = reasons and open_sealed(
        connection, reasons, "client", "contact_reasons", row["id"]
    )
    found = fetch(connection, CHANNELS, p_client=row["id"])
    return {**row, "contact": contact, "channels": [_channel(connection, c) for c in found]}


def _channel(connection: Connection, row: Record) -> Record:
    return {**row, "value": value_of(connection, row), "confidential": row["value"] is None}


def value_of(connection: Connection, row: Record) -> str:
    if row["value"] is not None:
        return str(row["value"])
    return str(
        open_sealed(connection, row["sealed_value"], "client_channel", "sealed_value", row["id"])
    )


def search_clients(
    connection: Connection, caller: Principal, asked: ClientSearch, pages: Paging
) -> Record:
    found = fetch(
        connection,
        SEARCH_BY_PHONE if asked.phone else SEARCH,
        **pages.parameters(BY_NAME),
        **sees_cases(caller),
        p_intake=Role.INTAKE_WORKER in caller.roles,
        p_born=asked.birth_date,
        p_digits=digits_of(asked.phone or "") or NO_PHONE,
        p_patterns=[f"% {_escaped(word)}%" for word in (asked.name or "").lower().split()] or ["%"],
    )
    return pages.page(BY_NAME, found)


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def seen(connection: Connection, caller: Principal, client_id: UUID) -> Record:
    """The client's row, for somebody who sees one of their cases."""
    return _found(fetch_one(connection, ONE, p_client=client_id, **visible_to(caller)))


def list_facts(connection: Connection, caller: Principal, client_id: UUID, pages: Paging) -> Record:
    seen(connection, caller, client_id)
    asked = pages.parameters(OLDEST_FIRST)
    found = fetch(connection, LIST_FACTS, p_client=client_id, **asked)
    return pages.page(OLDEST_FIRST, [opened_fact(connection, row) for row in found])


def facts_of(connection: Connection, client_id: UUID) -> list[Record]:
    return [opened_fact(connection, row) for row in fetch(connection, FACTS, p_client=client_id)]


def opened_fact(connection: Connection, row: Record) -> Record:
    sealed = row["sealed_value"]
    value: Any = row["value"]
    if sealed is not None:
        value = open_sealed(connection, sealed, "client_fact", "sealed_value", row["id"])
    return {**row, "value": value}


def _found(row: Record | None) -> Record:
    if row is None:
        raise NotFound(ABSENT)
    return row
