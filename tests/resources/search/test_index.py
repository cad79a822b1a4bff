import multiprocessing
import os
import signal
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from services.resources.search import Document, IndexBusy, Query, build, open_index
from services.resources.search.tantivy_engine import Index as OnDisk
from services.resources.search.tantivy_engine import index as on_disk
from services.resources.search.tantivy_engine import schema
from tests.resources.search.conftest import Make, identity

PANTRY = Document(id=identity(1), name="Pantry", status="active")
CLINIC = Document(id=identity(2), name="Clinic", status="active")


def test_there_is_no_index_before_one_is_built(tmp_path: Path) -> None:
    assert open_index(tmp_path) is None
    assert open_index(tmp_path / "absent") is None


def test_an_index_of_another_stamp_is_no_index(make: Make, tmp_path: Path) -> None:
    make(PANTRY)
    old = on_disk._current(tmp_path / "index")
    (tmp_path / "index" / "current").write_text(f"0123456789ab-{old.rpartition('-')[2]}")
    assert open_index(tmp_path / "index") is None


def test_a_damaged_index_is_no_index(make: Make, tmp_path: Path) -> None:
    make(PANTRY)
    home = tmp_path / "index"
    (home / on_disk._current(home) / "meta.json").write_text("{")
    assert open_index(home) is None
    (home / on_disk._current(home) / "meta.json").unlink()
    assert open_index(home) is None
    assert build(home, [PANTRY], "1").search(Query()).total == 1


def test_many_small_changes_are_merged(make: Make) -> None:
    index = make(PANTRY)
    for number in range(40):
        index.apply([Document(id=identity(number), name="Clinic")], cursor=str(number))
    assert isinstance(index, OnDisk)
    assert index._index.searcher().num_segments < 12
    assert index.search(Query(text="clinic")).total == 40


def test_an_empty_index(make: Make) -> None:
    index = make()
    page = index.search(Query(text="pantry", facets=True))
    assert (page.hits, page.total) == ((), 0)
    assert index.search(Query(near=(0, 0), sort="distance", facets=True)).total == 0
    assert index.suggest("p", 5) == []


def test_changes_and_deletions_are_counted(make: Make) -> None:
    index = make(PANTRY, CLINIC, cursor="a")
    index.apply([Document(id=PANTRY.id, name="Food bank", status="closed")], cursor="b")
    assert index.search(Query()).total == 2
    assert index.search(Query(text="pantry xyzzy")).total == 1, "a synonym of food bank"
    assert index.search(Query(facets=True)).facets["status"] == {"active": 1, "closed": 1}
    index.apply([], [CLINIC.id, identity(99)], cursor="c")
    assert [hit.id for hit in index.search(Query()).hits] == [PANTRY.id]
    assert index.search(Query(text="clinic")).total == 0
    index.apply([CLINIC, CLINIC], [CLINIC.id], cursor="d")
    assert index.search(Query()).total == 2
    assert index.cursor == "d"


def test_the_generation_changes_with_commits_and_swaps_alone(make: Make, tmp_path: Path) -> None:
    index = make(PANTRY)
    first = index.generation
    index.refresh()
    assert index.generation == first
    index.apply([CLINIC], cursor="1")
    second = index.generation
    assert second != first
    build(tmp_path / "index", [PANTRY], "2")
    assert index.generation == second, "until it looks"
    index.refresh()
    assert index.generation not in (first, second)


def test_a_reader_sees_the_commits_and_the_swap_of_another(make: Make, tmp_path: Path) -> None:
    writer = make(PANTRY, cursor="1")
    reader = open_index(tmp_path / "index")
    assert reader is not None
    writer.apply([CLINIC], cursor="2")
    assert (reader.search(Query()).total, reader.cursor) == (1, "1")
    reader.refresh()
    assert (reader.search(Query()).total, reader.cursor) == (2, "2")
    for cursor in ("3", "4", "5"):
        build(tmp_path / "index", [CLINIC], cursor)
    assert reader.search(Query(text="pantry")).total == 1, "still the old one, undisturbed"
    writer.apply([], [CLINIC.id], cursor="6")  # lands in the index in use, not in the old one
    reader.refresh()
    assert (reader.search(Query()).total, reader.cursor) == (0, "6")
    kept = [path for path in (tmp_path / "index").iterdir() if path.is_dir()]
    assert len(kept) == 2, "the one in use and the one before"


def test_a_build_that_fails_leaves_the_index_in_use(make: Make, tmp_path: Path) -> None:
    index = make(PANTRY)

    def broken() -> Iterator[Document]:
        yield CLINIC
        raise ConnectionError("the database went away")

    with pytest.raises(ConnectionError):
        build(tmp_path / "index", broken(), "2")
    index.refresh()
    assert [hit.id for hit in index.search(Query()).hits] == [PANTRY.id]
    assert build(tmp_path / "index", [CLINIC], "3").cursor == "3"


def test_a_second_writer_is_told_so(make: Make, tmp_path: Path) -> None:
    index = make(PANTRY)

    def while_building() -> Iterator[Document]:
        with pytest.raises(IndexBusy):
            build(tmp_path / "index", [], "2")
        index.apply([CLINIC], cursor="1")  # the index in use can still be written
        yield CLINIC

    build(tmp_path / "index", while_building(), "3")
    index.refresh()
    assert isinstance(index, OnDisk)
    with on_disk._writing(index._index, 32_000_000), pytest.raises(IndexBusy):
        index.apply([PANTRY], cursor="4")
    index.apply([PANTRY], cursor="5")
    assert index.search(Query()).total == 2


def _write_and_wait(path: Path, ready: Connection) -> None:
    index = open_index(path)
    assert index is not None
    index.apply([CLINIC], cursor="2")
    assert isinstance(index, OnDisk)
    with on_disk._writing(index._index, 32_000_000) as writer:
        writer.delete_documents_by_term("id", str(PANTRY.id))
        for number in range(20_000):
            document = Document(id=identity(number), name=f"Unsaved {number}")
            writer.add_document(schema.listing(document))
            if number == 10_000:
                ready.send("writing")
        ready.send("written")
        signal.pause()


@pytest.mark.parametrize("moment", ["writing", "written"])
def test_killed_while_writing_it_opens_at_the_last_commit(
    make: Make, tmp_path: Path, moment: str
) -> None:
    make(PANTRY, cursor="1")
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=_write_and_wait, args=(tmp_path / "index", theirs)
    )
    process.start()
    while ours.recv() != moment:
        pass
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    index = open_index(tmp_path / "index")
    assert index is not None
    assert (index.search(Query()).total, index.cursor) == (2, "2")
    index.apply([], [CLINIC.id], cursor="3")
    assert (index.search(Query()).total, index.cursor) == (1, "3")
