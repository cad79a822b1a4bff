"""What the search index is told of a service."""

import math
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Connection, Uuid, bindparam, func, select

from services.resources.languages import codes_in
from services.resources.models import organization
from services.resources.queries.flags import FLAGS
from services.resources.queries.parts import (
    AT,
    FULL,
    PLACE,
    SERVICE,
    SPOKEN,
    TERM_IDS,
    json_rows,
)
from services.resources.queries.taxonomy import Terms, all_terms
from services.resources.search import Document
from services.resources.standing import refusals
from shared.db import Record, fetch

PAGE = 1000
OLDEST = 150

# A confidential location has no coordinates to leak; that it is left out is said twice.
POINTS = json_rows(
    ("lat", PLACE.c.latitude),
    ("lon", PLACE.c.longitude),
    source=AT.join(PLACE, PLACE.c.id == AT.c.location_id),
    where=(AT.c.service_id == SERVICE.c.id)
    & PLACE.c.latitude.between(-90, 90)
    & PLACE.c.longitude.between(-180, 180)
    & ~PLACE.c.confidential,
    order=[AT.c.id],
)
PROJECTED = select(
    SERVICE.c.id,
    SERVICE.c.name,
    SERVICE.c.alternate_name,
    SERVICE.c.description,
    SERVICE.c.eligibility_description,
    SERVICE.c.status,
    SERVICE.c.assured_date,
    SERVICE.c.minimum_age,
    SERVICE.c.maximum_age,
    organization.c.name.label("organization_name"),
    TERM_IDS.label("terms"),
    SPOKEN.label("spoken"),
    POINTS.label("points"),
    FULL.label("full"),
    FLAGS.label("flags"),
).outerjoin(organization, organization.c.id == SERVICE.c.organization_id)
OF_IDS = PROJECTED.where(SERVICE.c.id == func.any(bindparam("ids", type_=ARRAY(Uuid))))
AFTER = PROJECTED.where(SERVICE.c.id > bindparam("after")).order_by(SERVICE.c.id).limit(PAGE)


def documents(connection: Connection, ids: Sequence[UUID]) -> list[Document]:
    """The documents of those of `ids` that are in the directory."""
    rows = fetch(connection, OF_IDS, ids=list(ids))
    terms = all_terms(connection)
    return [document(row, terms) for row in rows]


def documents_after(connection: Connection, after: UUID) -> list[Document]:
    """The next documents in the order of ids."""
    rows = fetch(connection, AFTER, after=after)
    terms = all_terms(connection)
    return [document(row, terms) for row in rows]


def document(row: Record, terms: Terms) -> Document:
    lines = [terms.line(term) for term in row["terms"]]
    own = [line[0] for line in lines if line]
    described = filter(None, (row["description"], row["eligibility_description"]))
    return Document(
        id=row["id"],
        name=row["name"],
        alternate_name=row["alternate_name"],
        organization_name=row["organization_name"],
        description="\n".join(described) or None,
        terms=unique(label for term in own for label in labels(term)),
        taxonomy_codes=unique(term["code"] for line in lines for term in line),
        taxonomy_tops=unique(line[-1]["code"] for line in lines if line),
        languages=spoken(row["spoken"]),
        status=row["status"],
        points=tuple((point["lat"], point["lon"]) for point in row["points"]),
        verified=row["assured_date"],
        minimum_age=age(row["minimum_age"], math.floor),
        maximum_age=age(row["maximum_age"], math.ceil),
        accepting=not refusals(row["status"], row["full"]),
        flagged=bool(row["flags"]),
    )


def labels(term: Record) -> list[str]:
    return [each for each in (term["name"], term["name_es"], *(term["synonyms"] or ())) if each]


def spoken(languages: Sequence[str]) -> tuple[str, ...]:
    """Codes, whether the source gives them or only names."""
    return unique(code for language in languages for code in language_codes(language))


def language_codes(language: str) -> list[str]:
    first = language.split(" ", 1)[0]
    given = [first] if first.islower() and first.isalpha() and 2 <= len(first) <= 3 else []
    return given + codes_in(language)


def age(years: float | None, to_whole: Any) -> int | None:
    return None if years is None else max(0, min(OLDEST, to_whole(years)))


def unique(values: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
