"""The index follows the directory, wherever it was stopped."""

import asyncio
import shutil
from pathlib import Path

from services.resources.engine import engine_of
from services.resources.search import open_index
from services.resources.worker import Indexer
from shared import clock
from tests.resources.conftest import Directory, write_package


def services(*names: str) -> list[dict[str, str]]:
    return [{"id": name, "name": name} for name in names]


async def found(directory: Directory, text: str) -> int:
    async with directory.client() as api:
        answer = await api.post("/v1/services/search", json={"text": text})
        return int(answer.json()["total"])


async def test_without_an_index_the_api_is_not_ready(directory: Directory) -> None:
    async with directory.client() as api:
        answer = await api.post("/v1/services/search", json={"text": "soup"})
        listed = await api.get("/hsds/services")
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/search-not-ready")
    assert listed.status_code == 200
    assert not await directory.app.state.catalogue.ready()


async def test_it_is_built_then_follows_what_changes(directory: Directory, tmp_path: Path) -> None:
    await directory.load(
        write_package(tmp_path / "a", services=services("Soup", "Bread")), name="w"
    )
    await directory.index()
    assert await directory.app.state.catalogue.ready()
    assert (await found(directory, "soup"), await found(directory, "stew")) == (1, 0)
    changed = services("Soup", "Bread", "Stew")
    changed[0]["name"] = "Broth"
    await directory.load(write_package(tmp_path / "b", services=changed), name="w")
    await directory.index()
    counts = [await found(directory, word) for word in ("soup", "broth", "stew")]
    assert counts == [0, 1, 1]
    only = write_package(tmp_path / "c", services=services("Bread"))
    await directory.load(only, name="w", full=True)
    await directory.index()
    assert [await found(directory, word) for word in ("broth", "stew", "bread")] == [0, 0, 1]


async def test_an_indexer_that_was_killed_goes_on_where_the_index_is(
    directory: Directory, tmp_path: Path
) -> None:
    path = directory.app.state.settings.index_path
    await directory.load(write_package(tmp_path, services=services("Later")), name="w2")
    before = await asyncio.to_thread(open_index, path)
    assert before is not None
    other = Indexer(directory.worker, engine_of(directory.app.state.settings))
    await directory.index({"index": other.step})
    after = await asyncio.to_thread(open_index, path)
    assert after is not None
    assert before.cursor != after.cursor
    assert not await other.step(clock.now())
    assert await found(directory, "later") == 1


async def test_a_lost_index_is_built_again(directory: Directory) -> None:
    path = directory.app.state.settings.index_path
    await asyncio.to_thread(shutil.rmtree, path)
    again = Indexer(directory.worker, engine_of(directory.app.state.settings))
    assert await again.step(clock.now())
    assert await again.ready()
    assert await found(directory, "bread") == 1


async def test_a_restored_database_makes_it_build_anew(directory: Directory) -> None:
    await directory.rows("update event_epoch set epoch = gen_random_uuid() returning epoch")
    indexer = Indexer(directory.worker, engine_of(directory.app.state.settings))
    assert await indexer.step(clock.now())
    assert not await indexer.step(clock.now())
    assert await found(directory, "bread") == 1
