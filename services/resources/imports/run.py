"""The import of one package, from its files to the summary."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Table, select

from services.resources import models
from services.resources.imports import hsds_1_1, hsds_3_tabular, sources
from services.resources.imports.ids import source_uuid
from services.resources.imports.package import BadPackage, Package
from services.resources.imports.problems import ProblemReport
from services.resources.imports.sheets import read
from services.resources.imports.spool import LOCATIONS, ORGANIZATIONS, SERVICES, Chunk, Spool
from services.resources.imports.upsert import Changes, delete_roots, save
from shared import clock
from shared.db import Database

CHUNK_ROWS = 3000
"""A chunk is one transaction, and holds every event reader back while it lasts: keep it short."""

Progress = Callable[[str, int, int], None]
"""What is being done, how many rows of it, of how many (0: not known)."""


@dataclass
class Outcomes:
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    deleted: int = 0


@dataclass
class Summary:
    """Rows of the source by what became of them: read = created + updated + unchanged + refused.

    A row stands with the row of the directory it became part of. `deleted` are rows of the
    directory that the source has no more. `services` counts services by whether anything of them
    changed.
    """

    source: str
    format: str
    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    deleted: int = 0
    refused: int = 0
    services: Outcomes = field(default_factory=Outcomes)
    problems: dict[str, int] = field(default_factory=dict)
    problem_report: str = ""
    seconds: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def add(self, chunk: Chunk, changes: Changes) -> None:
        for table, rows in chunk.rows.items():
            for row in rows:
                weight = chunk.weights.get(f"{table}:{row['id']}", chunk.weights.get(row["id"], 1))
                self._count(changes, table, UUID(row["id"]), weight)
        self.deleted += sum(len(ids) for ids in changes.gone.values())

    def _count(self, changes: Changes, table: str, id: UUID, weight: int) -> None:
        if id in changes.created.get(table, ()):
            self.created += weight
        elif id in changes.updated.get(table, ()):
            self.updated += weight
        else:
            self.unchanged += weight


def format_of(package: Package) -> ModuleType:
    """The adaptor that knows most of the package's files."""
    known = {f: {sheet.file for sheet in f.SHEETS} for f in (hsds_3_tabular, hsds_1_1)}
    best = max(known, key=lambda f: len(known[f] & package.files.keys()))
    if "services.csv" not in package.files:
        raise BadPackage(f"{package.path.name}: has no services.csv")
    return best


async def import_package(
    db: Database,
    path: Path,
    *,
    reports: Path,
    name: str | None = None,
    timezone: str | None = None,
    full: bool = False,
    progress: Progress = lambda *_: None,
) -> Summary:
    """Read a package into the directory. Only a `full` one takes absence for deletion."""
    began = clock.now()
    package = Package(path)
    adaptor = format_of(package)
    source = await db.run(sources.source_name, package, name)
    summary = Summary(source, adaptor.NAME)
    theirs = {s.file: {ours: name for name, ours in s.renamed.items()} for s in adaptor.SHEETS}
    report_path = reports / f"{source}-{began:%Y%m%dT%H%M%S}.csv"
    with ProblemReport(report_path) as report, closing(Spool(source, report, theirs)) as spool:
        for draft in read(adaptor.SHEETS, package, report):
            spool.add(draft)
            if report.read_rows % 1000 == 0:
                progress("reading", report.read_rows, 0)
        spool.resolve()
        await db.run(sources.register, source, adaptor.NAME, timezone, began)
        await store(db, source_uuid(source), spool, summary, progress)
        if full:
            await delete_absent(db, source_uuid(source), spool, summary)
        summary.read, summary.refused = report.read_rows, report.refused_rows
        summary.problems = dict(sorted(report.counts.items()))
    summary.problem_report = str(report_path)
    summary.seconds = round((clock.now() - began).total_seconds(), 2)
    return summary


async def store(
    db: Database, source: UUID, spool: Spool, summary: Summary, progress: Progress
) -> None:
    total, done = spool.total(), 0
    services, created, changed = 0, set[UUID](), set[UUID]()
    for chunk in spool.chunks(CHUNK_ROWS):
        changes = await db.run(save, source, chunk, clock.now())
        summary.add(chunk, changes)
        services += len(chunk.rows.get(models.service.name, ()))
        created |= changes.created.get(models.service.name, set())
        changed |= changes.services
        done += chunk.size
        progress("saving", done, total)
    updated = len(changed - created)
    summary.services = Outcomes(len(created), updated, services - len(created) - updated)


PAGE = 1000


async def delete_absent(db: Database, source: UUID, spool: Spool, summary: Summary) -> None:
    phases = [
        (models.service, SERVICES),
        (models.location, LOCATIONS),
        (models.organization, ORGANIZATIONS),
    ]
    for table, phase in phases:
        last = UUID(int=0)
        while ids := await db.run(page_of_ids, table, source, last):
            last = ids[-1]
            absent = [each for each in ids if not spool.has(each)]
            if absent:
                summary.deleted += await db.run(delete_roots, phase, absent, clock.now())
                summary.services.deleted += len(absent) if phase == SERVICES else 0


def page_of_ids(connection: Connection, table: Table, source: UUID, after: UUID) -> list[UUID]:
    statement = (
        select(table.c.id)
        .where(table.c.source_id == source, table.c.id > after)
        .order_by(table.c.id)
        .limit(PAGE)
    )
    return list(connection.execute(statement).scalars())
