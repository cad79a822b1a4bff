"""The directory: how fast a package is read in, and how fast it is searched."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from time import perf_counter
from typing import Any

from sqlalchemy import Connection, text

from deploy.demo.places import ALDER, MIAMI, Setting
from services.resources.cli import STARTER
from services.resources.engine import engine_of
from services.resources.imports.run import Summary, import_package
from services.resources.schemas.search import ListingSearch
from services.resources.settings import Settings
from services.resources.worker import create_steps
from shared.worker import settle
from tests.bench.driver import Driver
from tests.bench.figures import Figures, Row, percentile
from tests.bench.load import Work
from tests.conftest import SHARED_DATA
from tests.processes import Town

PACKAGE = SHARED_DATA / "data" / "hsds-1.1-miami"
SECONDS = 2.0
WORDS = """
    food shelter housing dental diabetes childcare counseling transportation clothing rent
    employment tutoring hospice immigration disability elderly addiction hiv legal pregnancy
""".split()  # noqa: SIM905 - words read better as words
SENTENCES = [
    MIAMI.first_question,
    "where can I get food for my children this weekend",
    "my mother is old and needs somebody to look after her at home",
    "I lost my job and want to learn a trade",
    "somebody to talk to because I feel depressed and alone",
    "a dentist who sees people without insurance",
    "necesito ayuda para pagar la luz",
    "how do I get off alcohol and drugs",
    "a safe place to stay, my husband beats me",
    "free legal advice about my landlord",
]
TYPOS = ["fodo pantry", "shleter", "dentsit", "counsling", "emplyoment", "diabtes", "chidlcare"]
NAMES = text("select left(name, 200) from service where status = 'active' order by id limit 200")


@dataclass
class Directory:
    """What was loaded: the founders' real listings, else the starter directory."""

    path: Path = PACKAGE if PACKAGE.exists() else STARTER
    imports: list[Summary] = field(default_factory=list)
    index_seconds: float = 0.0
    names: list[str] = field(default_factory=list)

    @property
    def is_real(self) -> bool:
        return self.path == PACKAGE

    @property
    def setting(self) -> Setting:
        return MIAMI if self.is_real else ALDER

    @property
    def remarks(self) -> list[str]:
        absent = "the starter directory: the founders' listings are not beside the checkout"
        return [] if self.is_real else [f"Of {absent}."]

    async def fill(self, town: Town) -> None:
        """Import it, import it again, index it: in this process, with nothing else running."""
        surroundings = town.indexer()
        async with surroundings.open():
            for _ in range(2):
                reports = town.directory / "reports"
                name = "starter" if self.path == STARTER else None
                done = await import_package(surroundings.db, self.path, reports=reports, name=name)
                self.imports.append(done)
            began = perf_counter()
            await settle(create_steps(surroundings))
            self.index_seconds = perf_counter() - began
            self.names = await surroundings.db.run(names)

    def import_figures(self) -> Figures:
        rows = [
            {
                "import": name,
                "rows": done.read,
                "seconds": done.seconds,
                "rows per second": round(done.read / done.seconds),
                "created": done.created,
                "updated": done.updated,
                "unchanged": done.unchanged,
                "refused": done.refused,
            }
            for name, done in zip(("first", "again, unchanged"), self.imports, strict=True)
        ]
        services = self.imports[0].services.created
        indexed = f"Indexing its {services:,} services: {self.index_seconds:.1f} s."
        return Figures(f"Import of {self.path.name}", rows, [*self.remarks, indexed])

    def questions(self) -> dict[str, list[Row]]:
        here = {
            "near": {"latitude": self.setting.latitude, "longitude": self.setting.longitude},
            "radius_km": 25.0,
        }
        return {
            "keyword": [{"text": word} for word in WORDS],
            "sentence": [{"text": sentence} for sentence in SENTENCES],
            "keyword within 25 km": [{"text": word, **here} for word in WORDS],
            "own name": [{"text": name} for name in self.names],
            "misspelt": [{"text": typo} for typo in TYPOS],
            "browse with facets": [{"facets": True, "offset": 20 * n} for n in range(10)],
        }

    async def search_figures(self, town: Town, driver: Driver) -> Figures:
        alone = engine_alone(town)
        rows = []
        for kind, bodies in self.questions().items():
            path = "/v1/services/search"
            requests = [{"method": "POST", "path": path, "body": body} for body in bodies]
            work = Work(town.ports["resources"], requests, seconds=SECONDS)
            through_api = (await driver.run(work)).milliseconds
            by_engine = list(alone(bodies))
            rows.append(
                {
                    "search": kind,
                    "searches": len(through_api),
                    "p50": percentile(through_api, 50),
                    "p95": percentile(through_api, 95),
                    "engine p50": percentile(by_engine, 50),
                    "engine p95": percentile(by_engine, 95),
                }
            )
        title = "Milliseconds of a search, one at a time: over HTTP, and of the engine alone"
        return Figures(title, rows, self.remarks)


def names(connection: Connection) -> list[str]:
    return list(connection.execute(NAMES).scalars())


def engine_alone(town: Town) -> Callable[[list[Row]], Iterator[float]]:
    """Times each question at the index itself, in this process."""
    settings = town.indexer().settings
    assert isinstance(settings, Settings)
    index = engine_of(settings).open()
    assert index is not None, "the directory was indexed before"

    def timed(bodies: list[dict[str, Any]]) -> Iterator[float]:
        queries = [ListingSearch.model_validate(body).query() for body in bodies]
        until = perf_counter() + SECONDS
        for query in cycle(queries):
            began = perf_counter()
            if began > until:
                return
            index.search(query)
            yield 1000 * (perf_counter() - began)

    return timed
