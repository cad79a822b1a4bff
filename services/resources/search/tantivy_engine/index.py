"""The index on disk: opening, building beside the old one, applying changes, seeing others'.

`path/current` names the directory in use, `<stamp>-<number>`; a swap replaces that one file.
"""

import fcntl
import os
import shutil
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import tantivy

from services.resources.search.document import Document
from services.resources.search.engine import IndexBusy
from services.resources.search.query import Page, Query
from services.resources.search.tantivy_engine import schema
from services.resources.search.tantivy_engine.view import View

BUILD_HEAP, APPLY_HEAP = 256_000_000, 32_000_000  # bytes
GENERATIONS = "[0-9a-f]*-[0-9]*"


class Index:
    """One opened index; see `engine.Index`. A change is one commit, the cursor's included."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._turn = threading.Lock()
        self._name: str
        self._index: tantivy.Index
        self._view: View
        self._reopen(_current(path))

    @property
    def generation(self) -> str:
        return self._view.generation

    @property
    def cursor(self) -> str:
        return self._view.cursor

    def search(self, query: Query) -> Page:
        return self._view.search(query)

    def suggest(self, prefix: str, limit: int, statuses: Sequence[str] = ()) -> list[str]:
        return self._view.suggest(prefix, limit, statuses)

    def refresh(self) -> None:
        with self._turn:
            name = _current(self._path)
            if name != self._name:
                self._reopen(name)
            elif (generation := _generation(self._path, name)) != self._view.generation:
                self._index.reload()
                self._view = View(self._index, generation)

    def apply(
        self, upserts: Iterable[Document], deletes: Sequence[UUID] = (), *, cursor: str
    ) -> None:
        self.refresh()
        changed = {document.id: document for document in upserts}
        with _writing(self._index, APPLY_HEAP) as writer:
            for gone in (*changed, *deletes):
                writer.delete_documents_by_term("id", str(gone))
            for document in changed.values():
                writer.add_document(schema.listing(document))
            writer.delete_documents_by_term("id", schema.CURSOR)
            writer.add_document(schema.cursor(cursor))
            writer.commit()
        self.refresh()

    def _reopen(self, name: str) -> None:
        generation = _generation(self._path, name)
        self._index = tantivy.Index.open(str(self._path / name))
        schema.register(self._index)
        self._index.config_reader("manual")
        self._index.reload()
        self._view = View(self._index, generation)
        self._name = name


def open_index(path: Path) -> Index | None:
    """The index; None when there is none that this code can read: build one."""
    try:
        return Index(path) if _current(path).startswith(f"{schema.STAMP}-") else None
    except (FileNotFoundError, ValueError):  # absent, or damaged beyond opening
        return None


def build(path: Path, documents: Iterable[Document], cursor: str) -> Index:
    """A new index beside the one in use, then one rename; readers follow on their refresh."""
    path.mkdir(parents=True, exist_ok=True)
    with _alone(path / "build.lock"):
        directory = path / f"{schema.STAMP}-{_next_number(path)}"
        directory.mkdir()
        try:
            _fill(directory, documents, cursor)
        except BaseException:
            shutil.rmtree(directory)
            raise
        previous = _point(path, directory.name)
        # Readers may still open the one before: it goes with the next build.
        for other in path.glob(GENERATIONS):
            if other.name not in (directory.name, previous):
                shutil.rmtree(other)
    return Index(path)


def _fill(directory: Path, documents: Iterable[Document], cursor: str) -> None:
    index = tantivy.Index(schema.schema(), str(directory))
    schema.register(index)
    with _writing(index, BUILD_HEAP) as writer:
        for document in documents:
            writer.add_document(schema.listing(document))
        writer.add_document(schema.cursor(cursor))
        writer.commit()


@contextmanager
def _writing(index: tantivy.Index, heap: int) -> Iterator[tantivy.IndexWriter]:
    """The only writer; what it has not committed is dropped."""
    try:
        writer = index.writer(heap_size=heap, num_threads=1)
    except ValueError as error:
        if "LockBusy" not in str(error):
            raise
        raise IndexBusy("another writer holds the search index") from error
    try:
        yield writer
    except BaseException:
        writer.rollback()
        raise
    finally:
        writer.wait_merging_threads()


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise IndexBusy("another process is building the search index") from error
        yield


def _current(path: Path) -> str:
    return (path / "current").read_text(encoding="ascii")


def _point(path: Path, name: str) -> str | None:
    """Make `name` the current one, durably; the name before it."""
    try:
        previous = _current(path)
    except FileNotFoundError:
        previous = None
    draft = path / "current.new"
    with draft.open("w", encoding="ascii") as file:
        file.write(name)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path / "current")
    return previous


def _next_number(path: Path) -> int:
    return 1 + max(
        (int(other.name.rpartition("-")[2]) for other in path.glob(GENERATIONS)), default=0
    )


def _generation(path: Path, name: str) -> str:
    """tantivy replaces meta.json with each commit."""
    committed = (path / name / "meta.json").stat()
    return f"{name}:{committed.st_ino}:{committed.st_mtime_ns}"
