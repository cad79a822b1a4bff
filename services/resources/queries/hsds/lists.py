"""HSDS's lists and single objects: one statement a page, whose rows leave as they come."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Connection,
    DateTime,
    Executable,
    Select,
    Table,
    Text,
    Uuid,
    bindparam,
    cast,
    func,
    select,
    text,
)

from services.resources import models
from services.resources.queries.hsds import build
from services.resources.queries.hsds.build import Build, Row
from shared.db import fetch_one
from shared.errors import NotFound

Form = Literal["short", "full", "minimal", "full_service"]


@dataclass(frozen=True)
class ListOf:
    """One of HSDS's lists. `leads_to` says which services a row is about, for the filters."""

    table: Table
    forms: tuple[tuple[Form, Build], ...]
    leads_to: Callable[[Row, Row], Any] | None = None

    def form(self, name: Form) -> Build:
        return dict(self.forms)[name]


LISTS = {
    "services": ListOf(
        models.service,
        (
            ("short", build.short_service),
            ("full", build.service),
            ("minimal", build.minimal_service),
        ),
        lambda row, service: service.c.id == row.c.id,
    ),
    "service_at_locations": ListOf(
        models.service_at_location,
        (("short", build.short_placed_service), ("full", build.placed_service)),
        lambda row, service: service.c.id == row.c.service_id,
    ),
    "organizations": ListOf(
        models.organization,
        (
            ("short", build.short_organization),
            ("full", build.organization_with_locations),
            ("full_service", build.organization_with_services),
        ),
        lambda row, service: service.c.organization_id == row.c.id,
    ),
    "taxonomies": ListOf(models.taxonomy, (("short", build.plain(models.taxonomy)),)),
    "taxonomy_terms": ListOf(models.taxonomy_term, (("short", build.taxonomy_term),)),
}


@dataclass(frozen=True)
class Wanted:
    """What a list is asked for."""

    page: int = 1
    per_page: int = 50
    form: Form = "short"
    ids: tuple[UUID, ...] | None = None
    """Services found by words."""
    name_like: str | None = None
    taxonomy_term_id: UUID | None = None
    taxonomy_id: UUID | None = None
    organization_id: UUID | None = None
    modified_after: datetime | None = None
    parent_id: UUID | None = None
    top_only: bool = False


@dataclass(frozen=True)
class HsdsPage:
    """The envelope of HSDS's lists; `contents` are JSON objects ready to send."""

    total: int
    wanted: Wanted
    contents: list[str]

    def json(self) -> bytes:
        pages = -(-self.total // self.wanted.per_page)
        envelope = {
            "total_items": self.total,
            "total_pages": pages,
            "page_number": self.wanted.page,
            "size": len(self.contents),
            "first_page": self.wanted.page == 1,
            "last_page": self.wanted.page >= pages,
            "empty": not self.contents,
        }
        head = json.dumps(envelope)[:-1]
        return f'{head}, "contents": [{", ".join(self.contents)}]}}'.encode()


def page_of(connection: Connection, name: str, wanted: Wanted) -> HsdsPage:
    used = frozenset(
        condition for condition in CONDITIONS if getattr(wanted, condition) not in (None, False)
    )
    parameters = {condition: getattr(wanted, condition) for condition in used - {"top_only"}}
    if "ids" in used:
        parameters["ids"] = list(wanted.ids or ())
    if wanted.name_like is not None:
        parameters["name_like"] = f"%{escaped(wanted.name_like.lower())}%"
    plan(connection, wanted.form)
    row = fetch_one(
        connection,
        page_statement(name, wanted.form, used),
        **parameters,
        limit=wanted.per_page,
        skip=(wanted.page - 1) * wanted.per_page,
    )
    assert row is not None
    return HsdsPage(row["total"], wanted, row["contents"])


def about_service(listed: ListOf, row: Row, where: Callable[[Row], Any]) -> Any:
    """Whether a service that the row is about meets a condition."""
    assert listed.leads_to is not None
    service = models.service.alias()
    return select(service.c.id).where(listed.leads_to(row, service), where(service)).exists()


PLANNED_ONCE = text("set local plan_cache_mode = force_generic_plan")


def plan(connection: Connection, form: Form) -> None:
    """A full object has dozens of subqueries: to plan them takes longer than to run them."""
    if form in ("full", "full_service"):
        connection.execute(PLANNED_ONCE)


def has_term(listed: ListOf, row: Row, **match: Any) -> Any:
    attribute, term = models.attribute.alias(), models.taxonomy_term.alias()

    def where(service: Row) -> Any:
        return (
            select(attribute.c.id)
            .join(term, term.c.id == attribute.c.taxonomy_term_id)
            .where(
                attribute.c.link_id == service.c.id,
                attribute.c.link_entity == models.service.name,
                *(term.c[column] == value for column, value in match.items()),
            )
            .exists()
        )

    return about_service(listed, row, where)


def of_organization(listed: ListOf, row: Row) -> Any:
    wanted = bindparam("organization_id", type_=Uuid)
    return about_service(listed, row, lambda service: service.c.organization_id == wanted)


def modified(listed: ListOf, row: Row) -> Any:
    """A row counts as modified when its service does."""
    since = bindparam("modified_after", type_=DateTime(True))
    return about_service(listed, row, lambda service: service.c.last_modified >= since)


def found(listed: ListOf, row: Row) -> Any:
    ids = bindparam("ids", type_=ARRAY(Uuid))
    return about_service(listed, row, lambda service: service.c.id == func.any(ids))


def named(_: ListOf, row: Row) -> Any:
    return func.lower(row.c.name).like(bindparam("name_like"))


def escaped(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


CONDITIONS: dict[str, Callable[[ListOf, Row], Any]] = {
    "ids": found,
    "name_like": named,
    "taxonomy_term_id": lambda listed, row: has_term(listed, row, id=bindparam("taxonomy_term_id")),
    "taxonomy_id": lambda listed, row: (
        row.c.taxonomy_id == bindparam("taxonomy_id")
        if listed.table is models.taxonomy_term
        else has_term(listed, row, taxonomy_id=bindparam("taxonomy_id"))
    ),
    "organization_id": of_organization,
    "modified_after": modified,
    "parent_id": lambda _, row: row.c.parent_id == bindparam("parent_id"),
    "top_only": lambda _, row: row.c.parent_id.is_(None),
}


@cache
def page_statement(name: str, form: Form, used: frozenset[str]) -> Executable:
    """Total and contents in one statement, built once for each set of filters."""
    listed = LISTS[name]
    counted, chosen, shown = (listed.table.alias() for _ in range(3))
    where = [CONDITIONS[condition](listed, counted) for condition in sorted(used)]
    total = select(func.count()).select_from(counted).where(*where).scalar_subquery()
    where = [CONDITIONS[condition](listed, chosen) for condition in sorted(used)]
    ids = in_order(select(chosen.c.id).where(*where), listed, chosen, used)
    page = ids.limit(bindparam("limit")).offset(bindparam("skip")).scalar_subquery()
    contents = select(cast(func.jsonb_strip_nulls(listed.form(form)(shown)), Text)).where(
        shown.c.id == func.any(func.array(page, type_=ARRAY(Uuid)))
    )
    contents = in_order(contents, listed, shown, used)
    return select(total.label("total"), func.array(contents.scalar_subquery()).label("contents"))


def in_order(rows: Select[Any], listed: ListOf, row: Row, used: frozenset[str]) -> Select[Any]:
    """The best match first where words were given; by id, which nothing moves, otherwise."""
    if "ids" not in used or listed.table is not models.service:
        return rows.order_by(row.c.id)
    ids = func.unnest(bindparam("ids", type_=ARRAY(Uuid)))
    ranked = ids.table_valued("id", with_ordinality="place").render_derived()
    return rows.join_from(row, ranked, ranked.c.id == row.c.id).order_by(ranked.c.place)


@cache
def single_statement(name: str, form: Form) -> Executable:
    listed = LISTS[name]
    row = listed.table.alias()
    found = cast(func.jsonb_strip_nulls(listed.form(form)(row)), Text)
    return select(found.label("object")).where(row.c.id == bindparam("id"))


def one(connection: Connection, name: str, form: Form, id: UUID) -> str:
    """One object as JSON."""
    plan(connection, form)
    row = fetch_one(connection, single_statement(name, form), id=id)
    if row is None:
        raise NotFound("There is no such object.")
    found: str = row["object"]
    return found


def full_service(connection: Connection, service_id: UUID) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(one(connection, "services", "full", service_id))
    return found
