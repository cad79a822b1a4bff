"""Listens to an engine: asks PostgreSQL how it answers each statement, and how long it really takes."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from sqlalchemy import Engine, event

Node = dict[str, Any]
MANY = 1_000
"""Rows read, dropped or sorted for one page that are worth a remark."""


@dataclass
class Listener:
    """What an engine executed since `clear`."""

    explaining: bool = False
    plans: list[Node] = field(default_factory=list)
    milliseconds: float = 0.0
    _busy: bool = False
    _began: float = 0.0

    def attach(self, engine: Engine) -> None:
        event.listen(engine, "before_cursor_execute", self._before)
        event.listen(engine, "after_cursor_execute", self._after)

    def clear(self, explaining: bool) -> None:
        self.explaining, self.plans, self.milliseconds = explaining, [], 0.0

    def _before(self, connection: Any, _: Any, statement: str, parameters: Any, *__: Any) -> None:
        if self._busy:
            return
        if self.explaining and statement.lstrip().lower().startswith(("select", "with")):
            self._busy = True
            asked = "explain (analyze, buffers, format json) " + statement
            answer = connection.exec_driver_sql(asked, parameters).scalar_one()
            self.plans.append((json.loads(answer) if isinstance(answer, str) else answer)[0])
            self._busy = False
        self._began = perf_counter()

    def _after(self, *_: Any) -> None:
        if not self._busy:
            self.milliseconds += 1000 * (perf_counter() - self._began)


def walk(node: Node) -> Iterator[Node]:
    yield node
    for inner in node.get("Plans", ()):
        yield from walk(inner)


def remarks(plan: Node) -> Iterator[str]:
    """What would grow with the tables."""
    for node in walk(plan["Plan"]):
        loops = node["Actual Loops"]
        returned = round(node["Actual Rows"] * loops)
        dropped = round(node.get("Rows Removed by Filter", 0) * loops)
        where = node.get("Index Name") or node.get("Relation Name") or node["Node Type"]
        if node["Node Type"] == "Seq Scan" and returned + dropped > MANY:
            yield f"SEQ SCAN of {where}: {returned + dropped:,} rows"
        elif dropped > MANY:
            yield f"{where}: {dropped:,} rows dropped"
        elif node["Node Type"] == "Sort" and (sorts := _read(node)) > MANY:
            yield f"sorts {sorts:,} rows"
        elif "Scan" in node["Node Type"] and loops > MANY:
            yield f"{where}: {round(loops):,} times"


def _read(sort: Node) -> int:
    inner: Node = sort["Plans"][0]
    return round(float(inner["Actual Rows"]) * float(inner["Actual Loops"]))


def pages_touched(plan: Node) -> int:
    top = plan["Plan"]
    return int(top["Shared Hit Blocks"] + top["Shared Read Blocks"])
