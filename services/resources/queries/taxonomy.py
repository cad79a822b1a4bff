"""The terms that listings are found by, and what stands above each."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Text, and_, bindparam, cast, func, or_, select, tuple_

from services.resources.models import attribute, taxonomy_term
from shared.db import Record, fetch
from shared.pagination import Keyset, Paging

TERM, PARENT = taxonomy_term, taxonomy_term.alias("parent")


def code_of(term: Any) -> Any:
    """Sources may leave the code out: then the id is it."""
    return func.coalesce(term.c.code, cast(term.c.id, Text))


TERMS = select(
    TERM.c.id,
    code_of(TERM).label("code"),
    TERM.c.name,
    TERM.c.name_es,
    TERM.c.synonyms,
    TERM.c.parent_id,
)


@dataclass(frozen=True)
class Terms:
    """Every term, by id."""

    rows: dict[UUID, Record]

    def line(self, term: UUID) -> list[Record]:
        """The term and all above it, itself first. A circle ends where it closes."""
        line: list[Record] = []
        at: UUID | None = term
        while at in self.rows and self.rows[at] not in line:
            line.append(self.rows[at])
            at = self.rows[at]["parent_id"]
        return line


def all_terms(connection: Connection) -> Terms:
    return Terms({row["id"]: row for row in fetch(connection, TERMS)})


BY_CODE = Keyset(("code", "id"), ("", UUID(int=0)))
LISTED = (
    select(
        TERM.c.id,
        code_of(TERM).label("code"),
        TERM.c.name,
        TERM.c.name_es,
        TERM.c.description,
        TERM.c.taxonomy,
        code_of(PARENT).label("parent_code"),
        TERM.c.gravity_code,
        func.coalesce(TERM.c.synonyms, []).label("synonyms"),
        select(func.count(attribute.c.link_id.distinct()))
        .where(attribute.c.taxonomy_term_id == TERM.c.id, attribute.c.link_entity == "service")
        .scalar_subquery()
        .label("services"),
    )
    .select_from(TERM.outerjoin(PARENT, PARENT.c.id == TERM.c.parent_id))
    .where(
        tuple_(code_of(TERM), TERM.c.id)
        > tuple_(bindparam("after_code", type_=Text), bindparam("after_id", type_=TERM.c.id.type)),
        or_(
            bindparam("parent", type_=Text).is_(None),
            and_(bindparam("parent") == "", TERM.c.parent_id.is_(None)),
            code_of(PARENT) == bindparam("parent"),
        ),
    )
    .order_by(code_of(TERM), TERM.c.id)
    .limit(bindparam("page_limit"))
)


def list_terms(connection: Connection, paging: Paging, parent: str | None) -> Record:
    rows = fetch(connection, LISTED, parent=parent, **paging.parameters(BY_CODE))
    return paging.page(BY_CODE, rows)
