"""Asks for every list over HTTP, in process, and reports how its statements were answered."""

import logging
import sys
from pathlib import Path
from typing import Any

import httpx
import structlog

from tests.bench.database import fresh
from tests.bench.figures import Figures, Row
from tests.bench.plans.explain import Listener, pages_touched, remarks
from tests.bench.plans.fill import ROWS, fill
from tests.bench.plans.questions import Ids, Question, questions
from tests.contract.documents import Operation, operations
from tests.stack import Stack, running

FILLED = ("cases", "referrals")
REPEATS, COUNTED = 12, 5
"""After five executions PostgreSQL may stop planning for the values: the best of the last counts."""
SLOW = 20.0


async def measure(folder: Path) -> list[Figures]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    async with fresh() as server, running(server, folder) as stack:
        ids: Ids = {}
        for service in FILLED:
            print(f"Filling {service} with {ROWS:,} of each ...", file=sys.stderr, flush=True)
            ids = await fill(service, stack.urls[service])
        asker = Asker(stack, ids)
        rows = [await asker.events(service) for service in FILLED]
        not_asked = []
        for operation in operations():
            if not is_list(operation):
                continue
            asked = questions(operation, ids)
            rows += [await asker.list(operation, question) for question in asked]
            not_asked += [] if asked else [operation.id]
        return [figures(rows, not_asked)]


def is_list(operation: Operation) -> bool:
    parameters = operation.definition.get("parameters", ())
    return any(parameter["name"] == "cursor" for parameter in parameters)


def figures(rows: list[Row], not_asked: list[str]) -> Figures:
    flags = [
        f"  {row['list']}, {row['asked by']}: {remark}"
        for row in rows
        for remark in row.pop("remarks")
    ]
    title = f"Lists over {ROWS:,} cases and referrals: milliseconds in PostgreSQL"
    return Figures(title, rows, [f"Not asked: {', '.join(not_asked)}", "Remarks:", *flags])


class Asker:
    """Sends each question once with every statement explained, then as often as to be warm."""

    def __init__(self, stack: Stack, ids: Ids) -> None:
        self.stack, self.ids = stack, ids
        self.listeners = {service: Listener() for service in FILLED}
        for service, listener in self.listeners.items():
            listener.attach(stack.apps[service].state.engine.sync_engine)

    async def list(self, operation: Operation, question: Question) -> Row:
        organization = self.ids[question.organization]
        subject = question.subject(self.ids)
        path = operation.path.format_map({name: str(value) for name, value in self.ids.items()})
        request = {"method": operation.method, "url": path, "params": question.params}
        if question.body:
            request["json"] = question.body
        caller = self.stack.client(operation.service, question.role, organization, subject)
        return await self._ask(caller, operation.service, operation.id, str(question), request)

    async def events(self, service: str) -> Row:
        """A page from the middle of the log."""
        neighbour = next(name for name in FILLED if name != service)
        caller = self.stack.service_client(service, f"{neighbour}-worker")
        path = f"/v1/events/{service}"
        first = await caller.get(path)
        request = {"method": "get", "url": path, "params": {"after": first.json()["cursor"]}}
        name = f"read_{service}_events"
        return await self._ask(caller, service, name, "events:read", request)

    async def _ask(
        self, caller: httpx.AsyncClient, service: str, name: str, who: str, request: dict[str, Any]
    ) -> Row:
        listener = self.listeners[service]
        try:
            await caller.request(**request)  # the caller is put on record
            listener.clear(explaining=True)
            answer = await caller.request(**request)
            if answer.status_code != 200:
                raise RuntimeError(f"{name} answered {answer.status_code}: {answer.text[:500]}")
            plans = listener.plans
            warm = []
            for _ in range(REPEATS):
                listener.clear(explaining=False)
                await caller.request(**request)
                warm.append(listener.milliseconds)
        finally:
            await caller.aclose()
        explained = sum(plan["Execution Time"] for plan in plans)
        last = min(warm[-COUNTED:])
        slow = [f"SLOW: {last:.0f} ms warm"] if last > SLOW else []
        return {
            "list": name,
            "asked by": who,
            "items": len(answer.json().get("items", ())),
            "statements": len(plans),
            "planning": round(sum(plan["Planning Time"] for plan in plans), 2),
            "execution": round(explained, 2),
            "warm": round(last, 2),
            "8 kB pages": sum(pages_touched(plan) for plan in plans),
            "remarks": [*slow, *(remark for plan in plans for remark in remarks(plan))],
        }
