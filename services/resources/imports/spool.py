"""A package on its way in: ids given, duplicates merged, references and roots resolved, on disk.

A row's *root* is the organization, location, service or taxonomy it is saved and deleted with. Rows
leave in an order in which whatever a row refers to has left before it, whole roots together.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Table

from services.resources import models
from services.resources.imports.ids import row_uuid
from services.resources.imports.problems import Problem, ProblemReport
from services.resources.imports.sheets import Draft, Link

Row = dict[str, Any]
"""A row ready for its table, in JSON's terms."""

Names = Mapping[str, Mapping[str, str]]
"""For each file, what it calls our columns where it differs."""

VOCABULARIES, ORGANIZATIONS, LOCATIONS, SERVICES = range(4)
PHASE = {
    models.organization.name: ORGANIZATIONS,
    models.location.name: LOCATIONS,
    models.service.name: SERVICES,
}
ORDER = {table.name: index for index, table in enumerate(models.LISTINGS)}
ROOTS = {
    models.taxonomy.name,
    models.taxonomy_term.name,
    models.unit.name,
    models.meta_table_description.name,
    *PHASE,
}
"""Tables whose rows may stand alone."""

SCHEMA = """
pragma journal_mode = off; pragma synchronous = off;
create table row (
  id text primary key, place integer, phase integer, root text, refused integer default 0,
  weight integer, body text
) without rowid;
create index row_place on row (place, id);
"""


@dataclass(slots=True)
class Chunk:
    """Whole roots of one phase, with all their rows by table."""

    phase: int
    roots: set[str] = field(default_factory=set)
    rows: dict[str, list[Row]] = field(default_factory=dict)
    weights: dict[str, int] = field(default_factory=dict)
    """How many rows of the source stand behind a row, by its id (1 where not named)."""
    size: int = 0


class Spool:
    def __init__(self, source: str, report: ProblemReport, theirs: Names) -> None:
        self._db = sqlite3.connect("")  # a private temporary file, gone when closed
        self._db.executescript(SCHEMA)
        self._source = source
        self._report = report
        self._theirs = theirs

    def close(self) -> None:
        self._db.close()

    # --- in ------------------------------------------------------------------------------------

    def add(self, draft: Draft) -> None:
        key = str(row_uuid(self._source, draft.table, draft.key))
        body: dict[str, Any] = {
            "places": [[draft.file, draft.row, draft.columns]],
            "links": {column: list(link) for column, link in draft.links.items()},
            "joins": draft.joins,
            "values": draft.values,
            "extra": draft.extra,
            "source_row_id": draft.source_row_id,
        }
        try:
            self._insert(key, ORDER[draft.table], draft.weight, body)
        except sqlite3.IntegrityError:
            known = self._db.execute("select body, weight from row where id = ?", (key,)).fetchone()
            self._db.execute("delete from row where id = ?", (key,))
            body = self._merged(json.loads(known[0]), body)
            self._insert(key, ORDER[draft.table], known[1] + draft.weight, body)

    def _insert(self, key: str, place: int, weight: int, body: dict[str, Any]) -> None:
        self._db.execute(
            "insert into row (id, place, weight, body) values (?, ?, ?, ?)",
            (key, place, weight, json.dumps(body, ensure_ascii=False)),
        )

    def _merged(self, one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
        """The same in whichever order they come: what one lacks, the lesser of two that differ."""
        merged = {**one, "places": one["places"] + other["places"]}
        merged["joins"] = one["joins"] and other["joins"]
        for kind in ("values", "links", "extra"):
            merged[kind] = {**one[kind], **other[kind]}
            for name in one[kind].keys() & other[kind].keys():
                first, second = one[kind][name], other[kind][name]
                if first == second:
                    continue
                if (one["joins"] or other["joins"]) and kind != "links":
                    lines = {*str(first).split("\n"), *str(second).split("\n")}
                    merged[kind][name] = "\n".join(sorted(lines))
                    continue
                merged[kind][name] = kept = min(first, second, key=json.dumps)
                file, row, _ = (other if kept == first else one)["places"][-1]
                column = self._theirs.get(file, {}).get(name, name)
                self._report.add(Problem(file, row, column, "conflicting_duplicate"))
        return merged

    # --- resolving -----------------------------------------------------------------------------

    def resolve(self) -> None:
        """Refuse rows that cannot stand, check every reference and find every row's root."""
        for key, body in self._rows(models.taxonomy_term):
            # A term's parent may come after it: only what stays may be a parent.
            if missing(models.taxonomy_term, body):
                self._refuse(key, body, "missing_required")
        for table in models.LISTINGS:
            for key, body in self._rows(table):
                self._resolve(table, key, body)

    def _rows(self, table: Table) -> Iterator[tuple[str, dict[str, Any]]]:
        last = ""
        while True:
            page = self._db.execute(
                "select id, body from row where place = ? and id > ? and refused = 0"
                " order by id limit 2000",
                (ORDER[table.name], last),
            ).fetchall()
            if not page:
                return
            for last, body in page:
                yield last, json.loads(body)

    def _resolve(self, table: Table, id: str, body: dict[str, Any]) -> None:
        targets = {}
        for column, link in body["links"].items():
            found = self._find(Link(*link))
            if found is not None:
                body["values"][column], targets[column] = found[0], found
        code = refusal(table, body, targets)
        if code is not None:
            self._refuse(id, body, code)
            return
        for column in body["links"].keys() - targets.keys():
            name = Link(*body["links"][column]).column
            for file, row, columns in body["places"]:
                if name in columns:
                    self._report.add(Problem(file, row, name, "dangling_reference"))
        phase, root = root_of(table, id, targets)
        self._db.execute(
            "update row set phase = ?, root = ?, body = ? where id = ?",
            (phase, root, json.dumps(body, ensure_ascii=False), id),
        )

    def _find(self, link: Link) -> "Target | None":
        """The id, phase and root of the row referred to, if the package has it."""
        if link.table not in ORDER:
            return None
        key = str(row_uuid(self._source, link.table, link.key))
        found = self._db.execute(
            "select phase, root from row where id = ? and refused = 0", (key,)
        ).fetchone()
        if found is None:
            return None
        own_phase = PHASE.get(link.table, VOCABULARIES)
        return key, own_phase if found[0] is None else found[0], found[1] or key

    def _refuse(self, id: str, body: dict[str, Any], code: str) -> None:
        for file, row, columns in body["places"]:
            self._report.refuse(file, row, columns, code)
        self._db.execute("update row set refused = 1 where id = ?", (id,))

    # --- out -----------------------------------------------------------------------------------

    def total(self) -> int:
        count: int = self._db.execute("select count(*) from row where refused = 0").fetchone()[0]
        return count

    def has(self, id: UUID) -> bool:
        query = "select 1 from row where id = ? and refused = 0"
        return self._db.execute(query, (str(id),)).fetchone() is not None

    def ids(self, table: Table, limit: int) -> list[str]:
        query = "select id from row where place = ? and refused = 0 order by id limit ?"
        return [key for (key,) in self._db.execute(query, (ORDER[table.name], limit))]

    def chunks(self, size: int) -> Iterator[Chunk]:
        """Whole roots, about `size` rows at a time; all vocabularies at once, as terms have parents."""
        rows = self._db.execute(
            "select phase, root, place, id, weight, body from row where refused = 0"
            " order by phase, root, place, id"
        )
        chunk: Chunk | None = None
        for phase, root, place, key, weight, body in rows:
            full = chunk is not None and chunk.size >= size and phase != VOCABULARIES
            if chunk is None or chunk.phase != phase or (full and root not in chunk.roots):
                if chunk is not None:
                    yield chunk
                chunk = Chunk(phase)
            chunk.roots.add(root)
            table = models.LISTINGS[place].name
            chunk.rows.setdefault(table, []).append(ready(key, root, json.loads(body)))
            if weight != 1:
                chunk.weights[key] = weight
            chunk.size += 1
        if chunk is not None:
            yield chunk


OWN = {"id", "root_id", "source_id", "last_modified"}
"""Required columns that the import fills."""

Target = tuple[str, int, str]
"""What a reference found: id, phase and root."""


def missing(table: Table, body: dict[str, Any]) -> list[str]:
    """The required columns that a row lacks."""
    return [
        column.name
        for column in table.columns
        if not (column.nullable or column.server_default is not None)
        and column.name not in OWN | body["values"].keys()
    ]


def refusal(table: Table, body: dict[str, Any], targets: dict[str, Target]) -> str | None:
    """Why the row cannot be in the directory, if it cannot."""
    if body["joins"]:
        return "dangling_required_reference"
    lacks = missing(table, body)
    if lacks:
        lost = any(column in body["links"] for column in lacks)
        return "dangling_required_reference" if lost else "missing_required"
    if table.name not in ROOTS and not targets:
        return "dangling_required_reference" if body["links"] else "belongs_to_nothing"
    return None


def ready(id: str, root: str, body: dict[str, Any]) -> Row:
    extra = body["extra"] or None
    own = {"id": id, "root_id": root, "source_row_id": body["source_row_id"], "extra": extra}
    return {**body["values"], **own}


def root_of(table: Table, id: str, targets: dict[str, Target]) -> tuple[int, str]:
    """Its own, for what may stand alone; else that of the target which is saved last."""
    if table.name in PHASE:
        return PHASE[table.name], id
    if table is models.taxonomy_term and "taxonomy_id" in targets:
        return VOCABULARIES, targets["taxonomy_id"][0]
    if table.name in ROOTS:
        return VOCABULARIES, id
    return max((phase, root) for _, phase, root in targets.values())
