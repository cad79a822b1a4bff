"""How fast the directory answers: `python -m deploy.bench_resources URL [PACKAGE]`.

With a PACKAGE it is imported twice into the running stack first, for rows a second.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from statistics import quantiles
from time import perf_counter
from typing import Any

import httpx

WARMING, TIMES = 10, 200


@dataclass(frozen=True)
class Figure:
    """Milliseconds that half, and 95 of 100, of the requests took at most."""

    name: str
    p50: float
    p95: float
    per_second: float


async def searches(directory: httpx.AsyncClient) -> list[Figure]:
    """Shapes of search around a place that has listings, and the reads that follow one."""
    first = (await directory.get("/hsds/services", params={"per_page": 300})).json()["contents"]
    near = await somewhere(directory)
    shapes: dict[str, dict[str, Any]] = {
        "search: a sentence": {"text": "help with rent before landlord evicts my family"},
        "search: words within 25 km": {"text": "food pantry", "near": near, "radius_km": 25},
        "search: words, facets": {"text": "counseling", "facets": True},
        "search: browse, facets": {"facets": True},
        "search: nearest": {"near": near, "sort": "distance"},
        "search: a name": {"text": first[0]["name"]},
    }
    figures = [
        await measure(name, lambda _, body=body: directory.post("/v1/services/search", json=body))  # type: ignore[misc]
        for name, body in shapes.items()
    ]
    reads = {
        "get a listing": "/v1/services/{}",
        "is it open, who answers": "/v1/services/{}/availability",
        "get a service, HSDS": "/hsds/services/{}",
    }
    for name, path in reads.items():

        def read(n: int, path: str = path) -> Awaitable[httpx.Response]:
            return directory.get(path.format(first[n % len(first)]["id"]))

        figures.append(await measure(name, read))
    return figures


async def somewhere(directory: httpx.AsyncClient) -> dict[str, float]:
    """A place that some listing is at."""
    found = await directory.post("/v1/services/search", json={"limit": 100})
    places = [place for item in found.json()["items"] for place in item["places"]]
    located = next(place for place in places if place["latitude"] is not None)
    return {name: located[name] for name in ("latitude", "longitude")}


async def measure(name: str, ask: Callable[[int], Awaitable[httpx.Response]]) -> Figure:
    for n in range(WARMING):
        (await ask(n)).raise_for_status()
    took: list[float] = []
    for n in range(TIMES):
        began = perf_counter()
        (await ask(n)).raise_for_status()
        took.append(perf_counter() - began)
    cuts = quantiles(took, n=20)
    return Figure(name, cuts[9] * 1000, cuts[18] * 1000, TIMES / sum(took))


def imports(package: str) -> list[tuple[str, float]]:
    """Rows a second, first with whatever is new in the package, then with nothing new in it."""
    command = [sys.executable, "-m", "deploy.local", "import", package, "--json"]
    rates = []
    for name in ("import", "import again, nothing new"):
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        summary = json.loads(done.stdout.splitlines()[-1])
        rates.append((name, summary["read"] / summary["seconds"]))
    return rates


async def main(url: str, *packages: str) -> None:
    for package in packages:
        for name, rate in imports(package):
            print(f"{name:32} {rate:8,.0f} rows/s")
    async with httpx.AsyncClient(base_url=url, timeout=30) as directory:
        for figure in await searches(directory):
            print(
                f"{figure.name:32} p50 {figure.p50:6.1f} ms  p95 {figure.p95:6.1f} ms"
                f"  {figure.per_second:6.0f}/s"
            )


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
