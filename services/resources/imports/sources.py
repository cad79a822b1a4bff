"""Which source a package comes from: as it is told, or as its contents show."""

import re
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, Connection, Text, bindparam, func, select
from sqlalchemy.dialects.postgresql import insert

from services.resources import models
from services.resources.imports.ids import source_uuid
from services.resources.imports.package import Package
from services.resources.imports.values import as_text
from shared.db import fetch

SAMPLE, ALIKE = 1000, 0.5

SAMPLED = (
    func.unnest(bindparam("ids", type_=ARRAY(Text)), bindparam("names", type_=ARRAY(Text)))
    .table_valued("row_id", "name")
    .render_derived(name="sampled")
)
KNOWN = (
    select(models.source.c.name, func.count().label("alike"))
    .join(models.service, models.service.c.source_id == models.source.c.id)
    .join(
        SAMPLED,
        (SAMPLED.c.row_id == models.service.c.source_row_id)
        & (SAMPLED.c.name == models.service.c.name),
    )
    .group_by(models.source.c.name)
    .order_by(func.count().desc(), models.source.c.name)
)
NAMES = select(models.source.c.name)


def source_name(connection: Connection, package: Package, told: str | None) -> str:
    """The name told; else of the source that has the same services; else one made of the path."""
    if told is not None:
        return slug(told)
    sample = services_of(package)
    if sample:
        ids, names = zip(*sample, strict=True)
        found = fetch(connection, KNOWN, ids=list(ids), names=list(names))
        if found and found[0]["alike"] >= ALIKE * len(sample):
            return str(found[0]["name"])
    taken = set(connection.execute(NAMES).scalars())
    name = slug(package.path.stem if package.path.is_file() else package.path.name)
    return next(n for n in (name, *(f"{name}-{i}" for i in range(2, 1000))) if n not in taken)


def services_of(package: Package) -> list[tuple[str, str]]:
    """Ids and names of some services: the same ones in whatever order the file has them."""
    if "services.csv" not in package.files:
        return []
    rows = (cells for _, cells, _ in package.rows("services.csv"))
    pairs = {(c["id"], as_text(c["name"]).value) for c in rows if {"id", "name"} <= c.keys()}
    return sorted(pairs)[:SAMPLE]


def slug(name: str) -> str:
    return re.sub(r"[^a-z0-9.]+", "-", name.lower()).strip("-.")[:60] or "source"


def register(
    connection: Connection, name: str, format: str, timezone: str | None, now: datetime
) -> None:
    row: dict[str, Any] = {
        "id": source_uuid(name),
        "name": name,
        "format": format,
        "timezone": timezone,
        "imported_at": now,
    }
    statement = insert(models.source).values(row)
    new = statement.excluded
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[models.source.c.id],
            set_={
                "format": new.format,
                "timezone": func.coalesce(new.timezone, models.source.c.timezone),
                "imported_at": new.imported_at,
            },
        )
    )
